package io.offhook;

import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentFiles;
import io.offhook.agent.EngineChoice;
import io.offhook.call.CallId;
import io.offhook.call.CallListener;
import io.offhook.call.CallMachine;
import io.offhook.call.Phrases;
import io.offhook.callback.CallbackRounds;
import io.offhook.callback.Callbacks;
import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import io.offhook.config.Secret;
import io.offhook.config.Settings;
import io.offhook.crm.store.StoreCrm;
import io.offhook.desk.HandoffLinks;
import io.offhook.desk.HandoffPages;
import io.offhook.engine.RealtimeEngine;
import io.offhook.engine.demo.DemoEngine;
import io.offhook.engine.demo.DemoOrders;
import io.offhook.engine.demo.FreeTtsSpeech;
import io.offhook.engine.openai.OpenAiEngine;
import io.offhook.live.CallBook;
import io.offhook.live.CallClock;
import io.offhook.live.CallCounters;
import io.offhook.live.Greetings;
import io.offhook.live.LateAnswers;
import io.offhook.live.LiveCalls;
import io.offhook.live.NodeWatch;
import io.offhook.live.WarmTransfers;
import io.offhook.metrics.Meters;
import io.offhook.outbox.Postman;
import io.offhook.store.BufferedCallLog;
import io.offhook.store.Fact;
import io.offhook.store.StoreException;
import io.offhook.store.Wishes;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcAttempts;
import io.offhook.store.jdbc.JdbcCallLog;
import io.offhook.store.jdbc.JdbcLeases;
import io.offhook.store.jdbc.JdbcWishes;
import io.offhook.telephony.twilio.CallbackRoutes;
import io.offhook.telephony.twilio.TwilioHumanLegs;
import io.offhook.telephony.twilio.TwilioHumanLine;
import io.offhook.telephony.twilio.TwilioLimits;
import io.offhook.telephony.twilio.TwilioRest;
import io.offhook.telephony.twilio.TwilioRoutes;
import io.offhook.telephony.twilio.TwilioSettings;
import io.offhook.tool.Tool;
import io.offhook.websocket.WebSocketDialer;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The server, wired by constructor: everything that Offhook is made of is named here once.
///
/// ```java
/// var offhook = Offhook.create(Settings.from(System.getenv()), AgentDirectory.open(files, System.getenv()))
///         .tool(new Refunds())
///         .start();
/// ```
public final class Offhook implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Offhook.class);
    private static final Duration RELOAD_EVERY = Duration.ofSeconds(1);
    private static final Duration LAST_WORDS = Duration.ofSeconds(20);
    private static final Duration POST_PATIENCE = Duration.ofSeconds(5);
    private static final Duration DATABASE_PATIENCE = Duration.ofSeconds(2);

    private final Made made;
    private final Vertx vertx;
    private final ExecutorService workers;
    private final AgentDirectory agents;
    private final BufferedCallLog writer;
    private final JdbcCallLog store;
    private final Wishes wishes;
    private final Postman postman;
    private final LiveCalls calls;
    private final Greetings greetings;
    private final Meters meters;
    private final Optional<DemoEngine> demo;
    private final Settings settings;
    private final Connections connections;
    private final HandoffLinks links;
    private final String interfaceName;
    private final LongSupplier nanoTime;
    private final int port;

    private Offhook(Builder plan, Made made) {
        this.made = made;
        this.settings = plan.settings;
        this.interfaceName = plan.interfaceName;
        this.agents = plan.agents;
        boolean openAi = agents.current().useOpenAi();
        settings.requireForServing(openAi);
        meters = new Meters();
        connections = new Connections(meters::noticed);
        boolean offline = agents.current().all().stream().anyMatch(a -> a.engine().kind() == EngineChoice.Kind.DEMO);
        var database = made.with(Database.of(
                home().url(),
                Optional.empty(),
                Optional.empty(),
                offline ? List.of(DemoOrders::create, DemoOrders::addCustomer) : List.of()));
        connect(database);
        store = new JdbcCallLog(database);
        wishes = new JdbcWishes(database);
        var tokens = settings.twilio().authTokens().stream().map(Secret::reveal).toList();
        links = new HandoffLinks(tokens, settings.handoffLink(), Clock.systemUTC());
        postman = OutgoingPost.of(settings, agents, database, store, this::handoffUrl).start();
        made.with(this::closePost);
        writer = made.with(new BufferedCallLog(store, settings.home().resolve("spill")));
        workers = Executors.newVirtualThreadPerTaskExecutor();
        made.with(workers::shutdownNow);
        vertx = Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setEventLoopPoolSize(plan.eventLoops));
        made.with(this::closeSockets);
        nanoTime = plan.nanoTime;
        var clock = new CallClock(plan.speed, nanoTime);
        demo = offline
                ? Optional.of(made.with(DemoEngine.start(vertx, new FreeTtsSpeech(), plan.speed, nanoTime)))
                : Optional.empty();
        var plans = made.with(new AgentPlans(
                agents,
                engines(),
                database.queries(),
                plan.tools,
                AgentPlans.loader(),
                plan.officeClock,
                clock::now));
        greetings = new Greetings(vertx, settings.home().resolve("greetings"), workers, clock);
        var callers = made.with(
                new CallerRecognition(new StoreCrm(database.writer(), database.reader()), workers));
        callers.reload(agents.current());
        var twilio = new TwilioSettings(
                settings.twilio().accountSid().orElseThrow(),
                tokens,
                settings.publicUrl().orElseThrow(),
                false);
        var rest = made.with(TwilioRest.of(settings.twilio()));
        var book = book(database);
        var warm = new WarmTransfers(
                new TwilioHumanLegs(rest, twilio),
                book,
                store,
                new JdbcAttempts(database),
                !home().sqlite(),
                clock,
                counters(),
                workers);
        calls = new LiveCalls(
                vertx,
                new CallMachine(Phrases.english(), AgentPlans::escalation, AgentPlans::facts),
                clock,
                plans::answering,
                greetings,
                tokens,
                store,
                !home().sqlite(),
                book,
                counters(),
                callers,
                agent -> {
                    var listeners = new ArrayList<CallListener>();
                    listeners.add(meters.watching(
                            agent.rules().agent(), agent.engine().name(), agent.rules().language()));
                    if (settings.genAiMeters()) {
                        listeners.add(meters.inference(
                                agent.engine().name(), agent.brief().model()));
                    }
                    plan.watchers.forEach(watcher -> listeners.add(watcher.get()));
                    return listeners;
                },
                warm,
                workers);
        made.with(calls::settle);
        made.with(new NodeWatch(
                        UUID.randomUUID().toString(),
                        new JdbcLeases(database),
                        calls::inHand,
                        counters(),
                        InstantSource.system(),
                        NodeWatch.Pace.USUAL)
                .start());
        showActive(agents.current());
        meters.gauge("offhook.store.queue", () -> writer.load().queued());
        meters.gauge("offhook.store.lost", () -> writer.load().lost());
        meters.gauge("offhook.store.spilled", () -> writer.load().spilled());
        meters.gauge("offhook.store.set.aside", () -> writer.load().setAside());
        meters.gauge("offhook.store.ready", () -> database.ready() ? 1 : 0);
        meters.gauge("offhook.store.storage.full", () -> writer.load().storageFull() ? 1 : 0);
        meters.gauge("offhook.outbox.waiting", () -> postman.load().waiting());
        meters.gauge("offhook.outbox.dead", () -> postman.load().dead());
        meters.gauge("offhook.outbox.delivered", () -> postman.load().delivered());
        meters.gauge("offhook.outbox.age", () -> postman.load().age().toSeconds());
        var routes = new TwilioRoutes(
                twilio,
                TwilioLimits.DEFAULT,
                calls,
                Optional.of(warm),
                new LateAnswers(plans::answering),
                meters::noticed,
                this::handoffPage,
                nanoTime);
        meters.gauge("offhook.connections", connections::open);
        var callbacks = new Callbacks(
                wishes,
                wish -> CallingBack.rules(agents.current(), wish),
                store::handoff,
                InstantSource.system(),
                writer::record,
                meters::noticed,
                workers);
        port = listen(
                plan.eventLoops, routes, new CallbackRoutes(routes, twilio, callbacks), handoffPages(tokens));
        var line = new TwilioHumanLine(rest, twilio);
        made.with(callbacks
                .rounds(line, CallbackRounds.Pace.USUAL, settings.callbackRetention(), calls::draining).start());
        greetings.prepare(plans.all());
        made.with(agents);
        agents.watch(RELOAD_EVERY, new AgentDirectory.Listener() {
            @Override
            public void reloaded(AgentFiles changed) {
                plans.reload(changed);
                callers.reload(changed);
                showActive(changed);
                greetings.prepare(plans.all());
                log.atInfo().log("agents reloaded; the next call uses them");
            }

            @Override
            public void refused(ConfigException mistakes) {
                log.atError()
                        .addKeyValue("mistakes", mistakes.getMessage())
                        .log("changed agent file refused; the agents from before go on");
            }
        });
    }

    /// @param settings checked by `start`, which reports everything that is missing at once
    public static Builder create(Settings settings, AgentDirectory agents) {
        return new Builder(settings, agents);
    }

    /// Reads the settings and the agents from the environment.
    public static Builder create() {
        var settings = Settings.from(System.getenv());
        return create(settings, AgentDirectory.open(settings.agentFiles(), System.getenv()));
    }

    /// What a server is made with.
    public static final class Builder {
        private final Settings settings;
        private final AgentDirectory agents;
        private final List<Tool> tools = new ArrayList<>();
        private final List<Supplier<CallListener>> watchers = new ArrayList<>();
        private double speed = 1;
        private InstantSource officeClock = InstantSource.system();
        private LongSupplier nanoTime = System::nanoTime;
        private String interfaceName = "0.0.0.0";
        // One event loop for two cores: the other is wanted for the kernel, the collector and the tools.
        private int eventLoops = Math.max(1, (Runtime.getRuntime().availableProcessors() + 1) / 2);

        private Builder(Settings settings, AgentDirectory agents) {
            this.settings = settings;
            this.agents = agents;
        }

        /// Adds a tool that agent.yaml may name with `java:`.
        public Builder tool(Tool tool) {
            tools.add(tool);
            return this;
        }

        /// Adds a watcher: one fresh listener for each stream of each call.
        public Builder watch(Supplier<CallListener> watcher) {
            watchers.add(watcher);
            return this;
        }

        /// Lets the calls' clock run faster than real time, for demonstrations and tests.
        public Builder speed(double times) {
            speed = times;
            return this;
        }

        /// The clock that opening hours go by, for demonstrations and tests.
        public Builder officeClock(InstantSource clock) {
            officeClock = clock;
            return this;
        }

        /// What calls count their time with, in nanoseconds: the machine's own unless given.
        public Builder time(LongSupplier source) {
            nanoTime = source;
            return this;
        }

        /// Listens on this machine's loopback interface only, where nobody else can ring.
        public Builder loopbackOnly() {
            interfaceName = "127.0.0.1";
            return this;
        }

        public Builder eventLoops(int number) {
            eventLoops = number;
            return this;
        }

        /// @throws ConfigException with everything that is missing or wrong
        public Offhook start() {
            var made = new Made();
            try {
                return new Offhook(this, made);
            } catch (RuntimeException e) {
                made.close();
                throw e;
            }
        }
    }

    /// What must be closed, also when a start fails half-way: the last first.
    private static final class Made implements AutoCloseable {
        private final ArrayDeque<AutoCloseable> parts = new ArrayDeque<>();

        <T extends AutoCloseable> T with(T part) {
            parts.push(part);
            return part;
        }

        @Override
        public void close() {
            while (!parts.isEmpty()) {
                try {
                    parts.pop().close();
                } catch (Exception e) {
                    log.atWarn().setCause(e).log("a part of the server did not close");
                }
            }
        }
    }

    private record Home(String url, boolean sqlite) {}

    private Home home() {
        try {
            HomeFolder.make(settings.home());
        } catch (IOException e) {
            throw new ConfigException(List.of(new Mistake(
                    "OFFHOOK_HOME",
                    "The data folder " + settings.home() + " can't be made.",
                    "Set OFFHOOK_HOME to a folder that this user may write.")));
        }
        var url = settings.jdbcUrl().reveal();
        return new Home(url, url.startsWith("jdbc:sqlite:"));
    }

    private static void connect(Database database) {
        try {
            database.start(DATABASE_PATIENCE);
        } catch (StoreException e) {
            throw new ConfigException(List.of(new Mistake(
                    "OFFHOOK_JDBC_URL",
                    "The database can't be used: " + e.getMessage() + ".",
                    "Check the address, the database's name, user and password, and who may use the file.")));
        }
    }

    private Function<EngineChoice.Kind, Optional<RealtimeEngine>> engines() {
        var dialer = new WebSocketDialer(vertx);
        var openAi = settings.openAi().apiKey().<RealtimeEngine>map(key -> new OpenAiEngine(
                vertx, dialer, settings.openAi().baseUrl(), key::reveal, meters::noticed));
        var offline = demo.<RealtimeEngine>map(engine -> new OpenAiEngine(
                vertx, dialer, engine.baseUrl(), engine::apiKey, meters::noticed));
        return kind -> kind == EngineChoice.Kind.DEMO ? offline : openAi;
    }

    private CallBook book(Database database) {
        return new CallBook() {
            @Override
            public void keep(Fact fact) {
                meters.recorded(fact);
                writer.record(fact);
            }

            @Override
            public CompletionStage<?> keepDurably(Fact fact) {
                meters.recorded(fact);
                return writer.recordDurably(fact);
            }

            @Override
            public boolean answers() {
                return database.ready() && !writer.load().failing();
            }
        };
    }

    private CallCounters counters() {
        return new CallCounters() {
            @Override
            public void refused(String reason) {
                meters.refused(reason);
            }

            @Override
            public void noticed(String slug) {
                meters.noticed(slug);
            }
        };
    }

    private void showActive(AgentFiles running) {
        running.all().forEach(agent -> meters.active(agent.name(), () -> calls.onLine(agent.name())));
    }

    // --- HTTP ---

    private Optional<HandoffPages> handoffPages(List<String> secrets) {
        return settings.adminToken()
                .map(token -> new HandoffPages(
                        links,
                        secrets,
                        token.reveal(),
                        settings.publicUrl().orElseThrow(),
                        calls::handoff,
                        Clock.systemUTC()));
    }

    private int listen(
            int instances, TwilioRoutes routes, CallbackRoutes callbackRoutes, Optional<HandoffPages> pages) {
        var bound = new AtomicInteger();
        var callsApi = settings.adminToken().map(token -> new CallsApi(store, token, workers, Clock.systemUTC()));
        var deployed = vertx.deployVerticle(
                () -> new AbstractVerticle() {
                    @Override
                    public void start(Promise<Void> started) {
                        vertx.createHttpServer(connections.limits(new HttpServerOptions()
                                        .setTcpNoDelay(true)
                                        .setAcceptBacklog(4096)
                                        .setHandle100ContinueAutomatically(true)))
                                .connectionHandler(connections::opened)
                                .requestHandler(router(vertx, routes, callbackRoutes, callsApi, pages))
                                .listen(settings.port(), interfaceName)
                                .onSuccess(server -> bound.set(server.actualPort()))
                                .<Void>mapEmpty()
                                .onComplete(started);
                    }
                },
                new DeploymentOptions().setInstances(settings.port() == 0 ? 1 : instances));
        try {
            deployed.toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (ExecutionException e) {
            throw ClosedPort.because(settings.port(), Optional.ofNullable(e.getCause()).orElse(e));
        } catch (TimeoutException e) {
            throw ClosedPort.because(settings.port(), e);
        }
        return bound.get();
    }

    private Router router(
            Vertx on,
            TwilioRoutes routes,
            CallbackRoutes callbackRoutes,
            Optional<CallsApi> callsApi,
            Optional<HandoffPages> pages) {
        var router = Router.router(on);
        callbackRoutes.mount(router);
        routes.mount(router);
        callsApi.ifPresent(api -> api.mount(router));
        pages.ifPresent(page -> page.mount(router));
        router.get("/livez").handler(request -> request.response().end("ok\n"));
        router.get("/readyz")
                .handler(request -> request.response()
                        .setStatusCode(calls.draining() ? 503 : 200)
                        .end(calls.draining() ? "draining\n" : "ready\n"));
        router.get("/metrics")
                .handler(request -> request.response()
                        .putHeader("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
                        .end(meters.scrape()));
        return router;
    }

    /// The port that the server listens on.
    public int port() {
        return port;
    }

    public LiveCalls calls() {
        return calls;
    }

    public JdbcCallLog store() {
        return store;
    }

    /// The callers who wanted to be called back.
    public Wishes wishes() {
        return wishes;
    }

    /// Waits until everything said so far is on disk.
    public boolean flush(Duration patience) {
        return writer.drain(patience);
    }

    public String metrics() {
        return meters.scrape();
    }

    /// The offline engine, when an agent uses it.
    public Optional<DemoEngine> demoEngine() {
        return demo;
    }

    // --- the end ---

    /// Goes down as politely as time allows: late calls are served for the converge time, running calls go on to the
    /// deadline, and whoever is still on the line then goes to a human. Blocks; interrupting it skips to the last step.
    public void drain() {
        calls.startDraining();
        meters.noticed("drain");
        try {
            var deadline = nanoTime.getAsLong() + settings.drain().deadline().toNanos();
            var converged = nanoTime.getAsLong() + settings.drain().converge().toNanos();
            while (nanoTime.getAsLong() < converged || (calls.onLine() > 0 && nanoTime.getAsLong() < deadline)) {
                TimeUnit.MILLISECONDS.sleep(100);
            }
        } catch (InterruptedException e) {
            log.atWarn().log("told again to stop: running calls go to a human");
        }
        calls.handOffAll();
        var patience = System.nanoTime() + LAST_WORDS.toNanos();
        try {
            while (calls.needed() && System.nanoTime() < patience) {
                TimeUnit.MILLISECONDS.sleep(50);
            }
        } catch (InterruptedException e) {
            log.atWarn().log("told once more to stop");
        }
        close();
    }

    @Override
    public void close() {
        made.close();
    }

    /// Before the writer: a call that ends here still has something to write.
    private void closeSockets() {
        try {
            vertx.close().toCompletionStage().toCompletableFuture().get(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.atWarn().log("sockets did not close in time");
        }
    }

    private void closePost() {
        if (!postman.drain(POST_PATIENCE)) {
            log.atWarn().log("not every message could be delivered; the rest waits in the outbox");
        }
    }

    /// Waits until every agent's greeting is recorded, or could not be.
    public void awaitGreetings(Duration patience) throws InterruptedException {
        greetings.awaitPrepared(patience);
    }

    /// The path of the page about a call's handoff, with a signature that is good for a while; empty without an admin
    /// token, when nobody could open it.
    public Optional<String> handoffPage(CallId call) {
        return settings.adminToken().map(_ -> links.path(call));
    }

    private Optional<URI> handoffUrl(CallId call) {
        return handoffPage(call).map(path -> URI.create(publicUrl() + path));
    }

    /// Where Twilio reaches the server.
    public URI publicUrl() {
        return settings.publicUrl().orElseThrow();
    }
}
