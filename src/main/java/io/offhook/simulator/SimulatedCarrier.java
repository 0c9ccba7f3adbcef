package io.offhook.simulator;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.internal.VertxInternal;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// A Twilio in one object: rings the application's number, runs its TwiML, carries its media, takes its REST calls, and
/// is as strict about all of it as the real one. Uses its own event loops and virtual threads; hundreds of calls may
/// run at once. Nothing is billed and nobody is phoned.
///
/// ```java
/// try (var carrier = SimulatedCarrier.builder()
///         .account("AC...", "token")
///         .voiceUrl("https://voice.example.com/voice/incoming")
///         .reach(URI.create("https://voice.example.com"), URI.create("http://127.0.0.1:8080"))
///         .speed(4)
///         .start()) {
///     var call = carrier.ring(Caller.of("+14155550100", "+14155550199"));
///     call.awaitHeard(Duration.ofSeconds(1), Duration.ofSeconds(5));
///     call.press('0');
/// }
/// ```
public final class SimulatedCarrier implements AutoCloseable {
    /// What the account and its number are configured with.
    public static final class Builder {
        private String accountSid = "AC00000000000000000000000000000001";
        private String authToken = "0123456789abcdef0123456789abcdef";
        private final Map<String, String> apiKeys = new ConcurrentHashMap<>();
        private String voiceUrl = "";
        private String fallbackUrl = "";
        private String statusCallback = "";
        private double speed = 1;
        private LongSupplier nanoTime = System::nanoTime;
        private boolean keepAudio = true;
        private boolean rest;
        private int restPort;
        private Duration mediaReadyAfter = Duration.ofSeconds(1);
        private Humans humans = new Humans();
        private final List<Reach> reaches = new CopyOnWriteArrayList<>();
        private final List<CarrierFault> faults = new ArrayList<>();
        private final Set<String> verified = new HashSet<>();
        private final List<CallObserver> observers = new ArrayList<>();
        private final List<CallObserver> placedObservers = new ArrayList<>();
        private @Nullable Vertx vertx;

        private Builder() {}

        public Builder account(String sid, String token) {
            accountSid = sid;
            authToken = token;
            return this;
        }

        public Builder apiKey(String sid, String secret) {
            apiKeys.put(sid, secret);
            return this;
        }

        public Builder voiceUrl(String url) {
            voiceUrl = url;
            return this;
        }

        public Builder fallbackUrl(String url) {
            fallbackUrl = url;
            return this;
        }

        public Builder statusCallback(String url) {
            statusCallback = url;
            return this;
        }

        /// Serves a public address at a real one, as a proxy would. The public one stays in signatures and documents.
        public Builder reach(URI publicBase, URI actual) {
            reaches.add(new Reach(publicBase, actual));
            return this;
        }

        /// 4: a minute of the call passes in 15 s. Webhook timeouts stay real.
        public Builder speed(double times) {
            speed = times;
            return this;
        }

        /// What the network's time is counted with, in nanoseconds: the machine's own unless given.
        public Builder time(LongSupplier source) {
            nanoTime = source;
            return this;
        }

        public Builder humans(Humans people) {
            humans = people;
            return this;
        }

        /// Happens on every call.
        public Builder fault(CarrierFault fault) {
            faults.add(fault);
            return this;
        }

        /// A number that Dial may show as `callerId` besides the two of the call.
        public Builder verifiedCallerId(String number) {
            verified.add(number);
            return this;
        }

        /// Sees the calls that ring the application.
        public Builder observe(CallObserver observer) {
            observers.add(observer);
            return this;
        }

        /// Sees the calls that the application places.
        public Builder observePlaced(CallObserver observer) {
            placedObservers.add(observer);
            return this;
        }

        /// False for load: what callers hear is measured, but not kept.
        public Builder keepAudio(boolean keep) {
            keepAudio = keep;
            return this;
        }

        /// How long after the end of a recording its callback comes, in the network's time: one second unless given.
        /// With zero it comes before `action` is asked.
        public Builder mediaReadyAfter(Duration delay) {
            mediaReadyAfter = delay;
            return this;
        }

        /// Serves REST on this loopback port; 0 takes a free one.
        public Builder restPort(int port) {
            rest = true;
            restPort = port;
            return this;
        }

        /// Runs on somebody else's event loops, which are then not closed.
        public Builder vertx(Vertx shared) {
            vertx = shared;
            return this;
        }

        public SimulatedCarrier start() {
            return new SimulatedCarrier(this);
        }
    }

    private final Builder settings;
    private final boolean ownVertx;
    private final Vertx vertx;
    private volatile boolean closed;
    private final SimulatedClock clock;
    private final CarrierSignature signature;
    private final Webhooks webhooks;
    private final HttpClient http;
    private final WebSocketClient webSockets;
    private final Map<String, SimulatedCall> calls = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<Boolean>> completions = new ConcurrentHashMap<>();
    private final Map<String, Clip> recordings = new ConcurrentHashMap<>();
    private final CarrierAccount account = new CarrierAccount();
    private final Optional<CarrierRest> rest;

    private SimulatedCarrier(Builder settings) {
        this.settings = settings;
        var shared = settings.vertx;
        ownVertx = shared == null;
        vertx = shared == null
                ? Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2).setPreferNativeTransport(true))
                : shared;
        clock = new SimulatedClock(settings.speed, settings.nanoTime);
        signature = new CarrierSignature(settings.authToken);
        http = vertx.createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(1_000));
        webhooks = new Webhooks(http, signature, settings.reaches);
        webSockets = vertx.createWebSocketClient(new WebSocketClientOptions()
                .setMaxConnections(10_000)
                .setMaxFrameSize(1 << 20)
                .setMaxMessageSize(4 << 20)
                .setClosingTimeout(1));
        rest = settings.rest ? Optional.of(CarrierRest.start(this, vertx, settings.restPort)) : Optional.empty();
    }

    public static Builder builder() {
        return new Builder();
    }

    /// A new call; its faults are the carrier's and these.
    public SimulatedCall ring(Caller caller, CarrierFault... more) {
        var faults = new ArrayList<>(settings.faults);
        faults.addAll(List.of(more));
        var call = new SimulatedCall(this, caller, List.copyOf(faults), settings.observers);
        calls.put(call.sid(), call);
        var _ = Thread.ofVirtual().name("call-" + call.sid()).start(new CallLife(this, call));
        return call;
    }

    public Humans humans() {
        return settings.humans;
    }

    /// The same as the builder's, for an application that had to know the carrier first.
    public SimulatedCarrier reach(URI publicBase, URI actual) {
        settings.reaches.add(new Reach(publicBase, actual));
        return this;
    }

    /// The calls that the application has placed, the oldest first.
    public List<SimulatedCall> placed() {
        return calls.values().stream()
                .filter(call -> call.caller().extras().getOrDefault("Direction", "").equals("outbound-api"))
                .sorted(Comparator.comparingLong(SimulatedCall::rangAt))
                .toList();
    }

    /// What the account owns, for REST: its numbers, conferences and type.
    public CarrierAccount account() {
        return account;
    }

    public Optional<SimulatedCall> call(String sid) {
        return Optional.ofNullable(calls.get(sid));
    }

    public Collection<SimulatedCall> calls() {
        return List.copyOf(calls.values());
    }

    /// The base of the REST API, to be used in place of `https://api.twilio.com`.
    public URI restUrl() {
        return rest.orElseThrow(() -> new IllegalStateException("REST is off: set restPort"))
                .url();
    }

    /// What REST does with the next requests instead of answering them properly.
    public void failRest(RestFailure failure, int times) {
        rest.orElseThrow(() -> new IllegalStateException("REST is off: set restPort"))
                .fail(failure, times);
    }

    /// A voicemail or call recording by the SID in its `RecordingUrl`.
    public Optional<Clip> recording(String recordingSid) {
        return Optional.ofNullable(recordings.get(recordingSid));
    }

    /// Ends all calls, without waiting for the application.
    @Override
    public void close() {
        closed = true;
        var open =
                calls.values().stream().filter(call -> !call.ended().isDone()).toList();
        open.forEach(call -> call.line().interrupt(new Line.Break.HungUp(EndReason.CARRIER_CLOSED)));
        var all = open.stream().map(SimulatedCall::ended).toArray(CompletableFuture[]::new);
        CompletableFuture.allOf(all)
                .completeOnTimeout(null, 2, TimeUnit.SECONDS)
                .join();
        rest.ifPresent(CarrierRest::close);
        var closing = ownVertx ? vertx.close() : http.close().compose(_ -> webSockets.shutdown(Duration.ZERO));
        closing.toCompletionStage()
                .toCompletableFuture()
                .completeOnTimeout(null, 5, TimeUnit.SECONDS)
                .join();
    }

    // ---- what the carrier's own classes share ----

    String accountSid() {
        return settings.accountSid;
    }

    String authToken() {
        return settings.authToken;
    }

    /// A call that the application ordered by REST.
    SimulatedCall place(Caller caller, OutboundLife.Order order) {
        var call = new SimulatedCall(this, caller, settings.faults, settings.placedObservers);
        calls.put(call.sid(), call);
        var _ = Thread.ofVirtual().name("call-" + call.sid()).start(new OutboundLife(this, call, order));
        return call;
    }

    void deleteRecording(String sid) {
        recordings.remove(sid);
    }

    boolean knows(String user, String password) {
        return (user.equals(settings.accountSid) && password.equals(settings.authToken))
                || password.equals(settings.apiKeys.get(user));
    }

    /// A number of the account is answered as it is set up; any other one as the carrier was built.
    Optional<String> voiceUrl(SimulatedCall call) {
        return webhook(call, "VoiceUrl", settings.voiceUrl);
    }

    Optional<String> fallbackUrl(SimulatedCall call) {
        return webhook(call, "VoiceFallbackUrl", settings.fallbackUrl);
    }

    Optional<String> statusCallback(SimulatedCall call) {
        return webhook(call, "StatusCallback", settings.statusCallback);
    }

    private Optional<String> webhook(SimulatedCall call, String setting, String otherwise) {
        return account.number(call.caller().to())
                .map(number -> number.overridden() ? "" : number.setting(setting))
                .or(() -> Optional.of(otherwise))
                .filter(url -> !url.isBlank());
    }

    boolean mayShow(String callerId, Caller caller) {
        return callerId.equals(caller.from()) || callerId.equals(caller.to()) || settings.verified.contains(callerId);
    }

    boolean keepsAudio() {
        return settings.keepAudio;
    }

    SimulatedClock clock() {
        return clock;
    }

    CarrierSignature signature() {
        return signature;
    }

    Webhooks webhooks() {
        return webhooks;
    }

    WebSocketClient webSockets() {
        return webSockets;
    }

    List<Reach> reaches() {
        return settings.reaches;
    }

    Context newContext() {
        return ((VertxInternal) vertx).createEventLoopContext();
    }

    void whenMediaIsReady(Runnable callback) {
        if (settings.mediaReadyAfter.isZero()) {
            callback.run();
        } else {
            later(settings.mediaReadyAfter, () -> {
                if (!closed) {
                    callback.run();
                }
            });
        }
    }

    /// Runs the task on some event loop when this much of the network's time has passed.
    void later(Duration time, Runnable task) {
        clock.after(time, ((VertxInternal) vertx).createEventLoopContext().nettyEventLoop(), task);
    }

    String keepRecording(String sid, Clip clip) {
        recordings.put(sid, clip);
        var base = rest.map(each -> each.url().toString()).orElse("https://api.twilio.com");
        return base + "/2010-04-01/Accounts/" + accountSid() + "/Recordings/" + sid;
    }

    /// A webhook whose answer is a document.
    CompletableFuture<Webhooks.Result> ask(SimulatedCall call, String method, String url, Map<String, String> form) {
        return request(call, method, url, form).whenComplete((result, _) -> {
            boolean got = result instanceof Webhooks.Result.Got;
            int status = result instanceof Webhooks.Result.Got answer ? answer.status() : 0;
            var body = got ? ((Webhooks.Result.Got) result).body().toString() : "";
            call.step(at -> new CallStep.Asked(at, method, url, form, status, body));
        });
    }

    /// A callback whose answer is only acknowledged.
    CompletableFuture<Webhooks.Result> report(SimulatedCall call, String method, String url, Map<String, String> form) {
        return request(call, method, url, form).whenComplete((result, _) -> {
            int status = result instanceof Webhooks.Result.Got answer ? answer.status() : 0;
            call.step(at -> new CallStep.StatusReported(at, form, status));
            if (result instanceof Webhooks.Result.Failed(int code, var text)) {
                call.notice(code, text);
            } else if (status >= 400) {
                call.notice(11200, "HTTP retrieval failure: " + status + " from " + url);
            }
        });
    }

    private CompletableFuture<Webhooks.Result> request(
            SimulatedCall call, String method, String url, Map<String, String> form) {
        var signing = call.signing(CarrierFault.Where.WEBHOOKS)
                .map(right -> right ? Webhooks.Signing.RIGHT : Webhooks.Signing.WRONG)
                .orElse(Webhooks.Signing.NONE);
        var token = java.util.UUID.randomUUID().toString();
        var first = webhooks.send(method, url, form, signing, token);
        if (call.has(CarrierFault.DuplicateWebhooks.class)) {
            var _ = webhooks.send(method, url, form, signing, token);
        }
        return first;
    }

    /// The status `completed`: once per call, whoever asks for it first.
    CompletableFuture<Boolean> reportCompleted(SimulatedCall call) {
        return completions.computeIfAbsent(call.sid(), _ -> CallLife.completed(this, call));
    }
}
