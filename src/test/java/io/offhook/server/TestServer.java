package io.offhook.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.Phase;
import io.offhook.config.Settings;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Caller;
import io.offhook.simulator.CarrierFault;
import io.offhook.simulator.EngineFault;
import io.offhook.simulator.Humans;
import io.offhook.simulator.PatientTime;
import io.offhook.simulator.ScriptedDialogue;
import io.offhook.simulator.SimulatedCall;
import io.offhook.simulator.SimulatedCarrier;
import io.offhook.simulator.SimulatedEngine;
import io.offhook.simulator.SimulatedSession;
import io.offhook.simulator.ToneSpeech;
import io.offhook.store.Fact;
import io.offhook.store.StoredCall;
import io.offhook.store.jdbc.TestSqlite;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.LoggerFactory;

/// The whole server between a simulated carrier and a simulated engine, all on one clock that runs `speed` times as
/// fast as [PatientTime]: a slow or busy machine makes tests last longer, and changes nothing on the call. The engine speaks the greeting as it is told; the script holds what it says of its own accord.
final class TestServer implements AutoCloseable {
    static final String KEY = "sk-test-0f9e8d7c6b5a";
    static final String TOKEN = "test-token-1a2b3c4d5e6f";
    static final String ACCOUNT = "AC00000000000000000000000000000042";
    static final String NUMBER = "+18005550199";
    static final String CALLER = "+14155550123";
    static final String PERSON = "+14155550100";
    static final String GREETING = "Hello.";
    static final String TECHNICAL = "technical problem";
    static final URI PUBLIC = URI.create("https://calls.example.test");

    /// How long the wall's clock may take for anything at all. Costs nothing where it is not needed.
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final PatientTime TIME = PatientTime.start();

    private static final Set<String> NOT_OUR_FRAMES =
            Set.of("response_cancel_not_active", "conversation_already_has_active_response", "session_expired");

    private static final Vertx SHARED =
            Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setPreferNativeTransport(true));

    static final class Plan {
        private final Map<String, String> settings = new HashMap<>();
        private String lines = "";
        private String engine = "openai/gpt-realtime-2.1";
        private final List<String> others = new ArrayList<>();
        private final List<EngineFault> atFirst = new ArrayList<>();
        private boolean cached;
        private String person = "dial: \"" + PERSON + "\"";
        private String rules = "";
        private InstantSource officeClock = InstantSource.system();
        private String privacy = "{ disclose: none }";
        private double speed = 4;
        private Duration sessionLength = Duration.ofMinutes(60);
        private double pace = 4;
        private boolean rest;

        Plan agent(String more) {
            lines += more + "\n";
            return this;
        }

        /// Which engine it is, in the words of agent.yaml.
        Plan engine(String map) {
            engine = map;
            return this;
        }

        /// The greeting is recorded when the server starts.
        Plan cachedGreeting() {
            cached = true;
            return this;
        }

        /// Happens once, from before the server starts.
        Plan atFirst(EngineFault fault) {
            atFirst.add(fault);
            return this;
        }

        /// A second agent beside the first, by its whole agent.yaml.
        Plan beside(String agent) {
            others.add(agent);
            return this;
        }

        /// Callers who need a person go to a queue instead of a number.
        Plan workflow(String sid) {
            person = "workflow: " + sid;
            return this;
        }

        /// How callers reach a person, in the words of agent.yaml.
        Plan person(String map) {
            person = map;
            return this;
        }

        private String onwards() {
            return person.contains("wait:") ? "" : ", wait: 5s, else: voicemail";
        }

        /// A rule that calls for a person, in the words of agent.yaml.
        Plan rule(String map) {
            rules = "\n  when: [ " + map + " ]";
            return this;
        }

        /// When it is, as far as opening hours go.
        Plan at(Instant time) {
            officeClock = InstantSource.fixed(time);
            return this;
        }

        Plan privacy(String map) {
            privacy = map;
            return this;
        }

        Plan set(String variable, String value) {
            settings.put(variable, value);
            return this;
        }

        /// How many times faster than it can be heard the engine makes its speech.
        Plan pace(double times) {
            pace = times;
            return this;
        }

        /// The carrier takes the server's orders by REST, in the name of the number that is called.
        Plan rest() {
            rest = true;
            return this;
        }

        /// 1 where a limit is kept by the wall's clock, or where 20 ms count.
        Plan speed(double times) {
            speed = times;
            return this;
        }

        /// How long the engine keeps a session.
        Plan sessionLength(Duration length) {
            sessionLength = length;
            return this;
        }

        TestServer start() {
            return new TestServer(this);
        }
    }

    final ScriptedDialogue script = new ScriptedDialogue();
    final Humans humans = new Humans().answer(PERSON, Duration.ofSeconds(1), Duration.ofSeconds(2));
    final SimulatedEngine engine;
    final SimulatedCarrier carrier;
    final Offhook offhook;
    private final double speed;
    private final Path home;
    private final Queue<String> log = new ConcurrentLinkedQueue<>();
    private final Deque<Handoff> handoffs = new ConcurrentLinkedDeque<>();
    private volatile Optional<SimulatedCall> latest = Optional.empty();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            var line = new StringBuilder(event.getLoggerName())
                    .append(' ')
                    .append(event.getFormattedMessage())
                    .append(' ')
                    .append(event.getKeyValuePairs());
            for (var error = event.getThrowableProxy(); error != null; error = error.getCause()) {
                line.append(' ').append(error.getClassName()).append(' ').append(error.getMessage());
            }
            log.add(line.toString());
        }
    };

    private TestServer(Plan plan) {
        appender.start();
        root().addAppender(appender);
        speed = plan.speed;
        try {
            home = Files.createTempDirectory("offhook-test");
            TestSqlite.url(home);
            var agents = new ArrayList<Path>();
            agents.add(Files.writeString(home.resolve("agent.yaml"), """
                    offhook: 1
                    name: acme
                    engine: %s
                    greeting: { say: "%s", cached: %s }
                    instructions: You answer the phone.
                    escalate:
                      announce: One moment.
                      to:
                        default: { %s%s }%s
                    privacy: %s
                    """.formatted(
                            plan.engine,
                            GREETING,
                            plan.cached,
                            plan.person,
                            plan.onwards(),
                            plan.rules,
                            plan.privacy)
                    + plan.lines));
            for (var other : plan.others) {
                agents.add(Files.writeString(home.resolve("agent-" + agents.size() + ".yaml"), other));
            }
            engine = SimulatedEngine.builder()
                    .vertx(SHARED)
                    .apiKey(KEY)
                    .dialogue(script)
                    .sessionLength(plan.sessionLength)
                    .speed(speed)
                    .time(TIME)
                    .pace(plan.pace)
                    .start();
            plan.atFirst.forEach(engine::injectOnce);
            carrier = carrier(plan.rest);
            var environment = new HashMap<>(Map.of(
                    "TWILIO_ACCOUNT_SID", ACCOUNT,
                    "TWILIO_AUTH_TOKEN", TOKEN,
                    "OPENAI_API_KEY", KEY,
                    "OPENAI_BASE_URL", engine.baseUrl().toString(),
                    "OFFHOOK_PUBLIC_URL", PUBLIC.toString(),
                    "OFFHOOK_HOME", home.toString(),
                    "OFFHOOK_AGENT", agents.stream().map(Path::toString).collect(Collectors.joining(",")),
                    "PORT", "0"));
            if (plan.rest) {
                environment.put("OFFHOOK_TWILIO_URL", carrier.restUrl().toString());
            }
            environment.putAll(plan.settings);
            offhook = Offhook.create(
                            Settings.from(environment), AgentDirectory.open(agents, environment))
                    .speed(speed)
                    .officeClock(plan.officeClock)
                    .time(TIME)
                    .eventLoops(2)
                    .watch(() -> (_, _, step, _) -> {
                        if (step.call().phase() instanceof Phase.HandingOff(var handoff, _, _)) {
                            handoffs.add(handoff);
                        }
                    })
                    .start();
            carrier.reach(PUBLIC, URI.create("http://127.0.0.1:" + offhook.port()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Saves agent.yaml anew.
    void edit(UnaryOperator<String> change) {
        try {
            var file = home.resolve("agent.yaml");
            Files.writeString(file, change.apply(Files.readString(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private SimulatedCarrier carrier(boolean rest) {
        var builder = SimulatedCarrier.builder()
                .vertx(SHARED)
                .account(ACCOUNT, TOKEN)
                .voiceUrl(PUBLIC + "/voice/incoming")
                .statusCallback(PUBLIC + "/voice/status")
                .humans(humans)
                .speed(speed)
                .time(TIME);
        var started = (rest ? builder.restPort(0) : builder).start();
        started.account().verify(NUMBER);
        return started;
    }

    static Plan plan() {
        return new Plan();
    }

    static TestServer started() {
        return plan().start();
    }

    static Vertx vertx() {
        return SHARED;
    }

    /// How long the simulated voice takes for a text.
    static Duration spoken(String text) {
        return Duration.ofMillis((long) text.length() * ToneSpeech.MS_PER_CHARACTER);
    }

    /// A bound of the caller's time, with a second of this machine's for what it does behind the event loops' backs.
    Duration soon(Duration promised) {
        return promised.plusMillis((long) (1_000 * speed));
    }

    SimulatedCall ring(CarrierFault... faults) {
        return ring(Caller.of(CALLER, NUMBER), faults);
    }

    private SimulatedCall ring(Caller caller, CarrierFault... faults) {
        var call = carrier.ring(caller, faults);
        latest = Optional.of(call);
        return call;
    }

    /// The carrier has checked the number, with this result. Waits until the greeting was heard.
    SimulatedCall ringAttested(String verstat) {
        int before = engine.sessions().size();
        var call = ring(Caller.of(CALLER, NUMBER).with("StirVerstat", verstat));
        greeted(call, before);
        return call;
    }

    /// Rings and waits until the greeting was heard.
    SimulatedCall ringAndGreet(CarrierFault... faults) {
        int before = engine.sessions().size();
        var call = ring(faults);
        greeted(call, before);
        return call;
    }

    void greeted(SimulatedCall call, int session) {
        assertThat(call.awaitHeard(spoken(GREETING), PATIENCE)).isTrue();
        await().atMost(PATIENCE).until(() -> session(session).responses().size() == 1);
    }

    SimulatedSession session(int index) {
        await().atMost(PATIENCE).until(() -> engine.sessions().size() > index);
        return engine.sessions().get(index);
    }

    /// The caller says this once the agent has finished; nothing of it is audible, and the model understands every word.
    void says(String text) {
        latest.ifPresent(call -> await().atMost(PATIENCE).until(() -> allProven(call)));
        engine.typed(text);
    }

    /// The server knows that its words were heard to the end; before that it takes speech for an interruption.
    boolean allProven(SimulatedCall call) {
        return offhook.calls()
                .find(new CallId(call.sid()))
                .map(live -> live.playout().provenHeard())
                .orElse(true);
    }

    void awaitCause(String cause) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(script.causes()).anyMatch(each -> each.contains(cause)));
    }

    /// Waits until this much of the agent was heard since the call began.
    void hears(SimulatedCall call, String... texts) {
        assertThat(call.awaitHeard(spoken(String.join("", texts)), PATIENCE))
                .as("heard %s of %s: %s", call.streamHeard(), spoken(String.join("", texts)), call.steps())
                .isTrue();
    }

    CallStep.Dialled awaitPerson(SimulatedCall call) {
        return call.await(CallStep.Dialled.class, PATIENCE)
                .orElseThrow(() -> new AssertionError("nobody is phoned: " + call.steps() + call.notices()));
    }

    /// The person's phone rings in time, exactly once.
    void reachesPerson(SimulatedCall call, Duration since, Duration within) {
        var dialled = awaitPerson(call);
        assertThat(dialled.destinations()).containsExactly(PERSON);
        assertThat(dialled.at().minus(since)).isLessThanOrEqualTo(soon(within));
        call.awaitEnded(PATIENCE);
        assertThat(call.steps(CallStep.Dialled.class)).hasSize(1);
        assertThat(call.steps(CallStep.Bridged.class)).hasSize(1);
    }

    StoredCall stored(SimulatedCall call) {
        offhook.flush(PATIENCE);
        return offhook.store().find(new CallId(call.sid())).orElseThrow();
    }

    Disposition disposition(SimulatedCall call) {
        await().atMost(PATIENCE).until(() -> stored(call).disposition().isPresent());
        return stored(call).disposition().orElseThrow();
    }

    Handoff handoff(SimulatedCall call) {
        offhook.flush(PATIENCE);
        return offhook.store().handoff(new CallId(call.sid())).orElseThrow();
    }

    /// The latest handoff that a call was seen to make; also when the server is gone.
    Optional<Handoff> lastHandoff() {
        return Optional.ofNullable(handoffs.peekLast());
    }

    List<String> happened(SimulatedCall call) {
        offhook.flush(PATIENCE);
        return offhook.store().timeline(new CallId(call.sid())).stream()
                .map(Fact.Happened::kind)
                .toList();
    }

    /// What is kept beside each happening of this kind.
    List<String> details(SimulatedCall call, String kind) {
        offhook.flush(Duration.ofSeconds(5));
        return offhook.store().timeline(new CallId(call.sid())).stream()
                .filter(happened -> happened.kind().equals(kind))
                .map(Fact.Happened::detail)
                .toList();
    }

    void awaitHappened(SimulatedCall call, String kind) {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(happened(call)).contains(kind));
    }

    /// The texts that an engine session was given to remember.
    static List<String> remembered(SimulatedSession session) {
        return session.received("conversation.item.create").stream()
                .map(Object::toString)
                .toList();
    }

    /// Three seconds are promised, whatever the speed.
    void awaitNoSessions() {
        within(Duration.ofSeconds(3), () -> engine.openSessions() == 0);
    }

    /// Waits until it is so, which must not take longer than that; a machine that stands still takes no time.
    static void within(Duration promised, Callable<Boolean> so) {
        long began = TIME.getAsLong();
        await().atMost(PATIENCE).until(so);
        assertThat(TIME.since(began)).isLessThanOrEqualTo(promised);
    }

    List<String> log() {
        return List.copyOf(log);
    }

    private static Logger root() {
        return (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    }

    @Override
    public void close() {
        carrier.close();
        offhook.close();
        engine.close();
        root().detachAppender(appender);
        try (var files = Files.walk(home)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Whatever happened on the call, the engine understood and accepted every frame of ours.
        assertThat(engine.sessions().stream().flatMap(session -> session.errors().stream()))
                .allMatch(error -> NOT_OUR_FRAMES.contains(error.code()));
        // And none of this may be in the log.
        assertThat(String.join("\n", log)).doesNotContain(KEY, TOKEN, CALLER, CALLER.substring(2), PERSON);
    }
}
