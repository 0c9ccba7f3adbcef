package io.offhook.live;

import io.offhook.call.AudioFrame;
import io.offhook.call.Bill;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallListener;
import io.offhook.call.CallMachine;
import io.offhook.call.CallRules;
import io.offhook.call.Circumstances;
import io.offhook.call.ContentId;
import io.offhook.call.Destination;
import io.offhook.call.Disposition;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Lexicon;
import io.offhook.call.Memory;
import io.offhook.call.Money;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Phrases;
import io.offhook.call.Price;
import io.offhook.call.Route;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.engine.RealtimeEngine;
import io.offhook.store.CallLog;
import io.offhook.store.Fact;
import io.offhook.store.StoredCall;
import io.offhook.store.WholeCall;
import io.offhook.telephony.HumanLegs;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Leg;
import io.offhook.telephony.Progress;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;

/// The calls of one node without carrier, engine and database: the test says what these do, and sees what is asked of
/// them.
final class Node implements AutoCloseable {
    static final CallId CALL = new CallId("CA1");
    static final PhoneNumber PERSON = new PhoneNumber("+14155550100");
    /// A minute of speech costs a dollar; a call may cost ten.
    private static final Price PRICE = new Price.ForSpeech("USD", BigDecimal.ONE);

    final List<Fact> facts = new CopyOnWriteArrayList<>();
    final InMemoryAttempts attempts;
    /// Legs of humans for whom nobody waits any more.
    final List<String> dismissed = new CopyOnWriteArrayList<>();
    final List<CallListener> watchers = new ArrayList<>();
    final List<String> noticed = new CopyOnWriteArrayList<>();
    /// Calls whose caller was looked up, with the plans at that moment.
    final Map<IncomingCall, AgentPlan> recognised = new ConcurrentHashMap<>();
    final List<Engine> sessions = new CopyOnWriteArrayList<>();
    final List<ToolRequest> toolsAsked = new CopyOnWriteArrayList<>();
    final List<CompletableFuture<ToolOutcome>> tools = new CopyOnWriteArrayList<>();
    volatile Optional<StoredCall> stored = Optional.empty();
    volatile List<Handoff> storedHandoffs = List.of();
    volatile List<Turn> storedTurns = List.of();
    volatile List<Fact.ToolRan> storedTools = List.of();
    volatile List<Fact.Happened> storedEvents = List.of();
    volatile List<Fact.RouteStepped> storedRoute = List.of();
    volatile Bill storedBill = Bill.NONE;
    volatile CompletionStage<?> durable = CompletableFuture.completedStage("stored");
    int concurrent = 10;
    boolean noWatchers;
    boolean back;
    /// How many are rung before the voicemail.
    volatile int people = 1;
    /// Whether the first of them is called while the agent has the caller.
    volatile boolean warmFirst;
    volatile Lexicon lexicon = new Lexicon(Map.of(), List.of());

    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final RealtimeEngine engine = engine();
    final NoHumans humans = new NoHumans(dismissed);
    final WarmTransfers warm;
    final LiveCalls calls;

    Node(Path folder, double speed) {
        this(folder, speed, false);
    }

    Node(Path folder, CallClock clock) {
        this(folder, clock, false);
    }

    /// @param shared whether other nodes write to the store as well
    Node(Path folder, double speed, boolean shared) {
        this(folder, new CallClock(speed), shared);
    }

    /// Another node on the same store.
    Node(Path folder, double speed, InMemoryAttempts attempts) {
        this(folder, new CallClock(speed), true, attempts);
    }

    private Node(Path folder, CallClock clock, boolean shared) {
        this(folder, clock, shared, new InMemoryAttempts());
    }

    private Node(Path folder, CallClock clock, boolean shared, InMemoryAttempts attempts) {
        this.attempts = attempts;
        warm = new WarmTransfers(humans, book(), store(), attempts, shared, clock, counters(), workers);
        calls = new LiveCalls(
                vertx,
                new CallMachine(
                        Phrases.english(),
                        _ -> new CallMachine.EscalationArguments.Escalation("", "", Handoff.Urgency.NORMAL, Optional.empty()),
                        _ -> Map.of()),
                clock,
                called -> called.map(number -> plan(engine(), Map.of("called.number", number.e164())))
                        .orElseGet(() -> plan(engine)),
                new Greetings(vertx, folder, workers, clock),
                List.of("secret"),
                store(),
                shared,
                book(),
                counters(),
                (plan, call, _, _) -> recognised.put(call, plan),
                _ -> {
                    if (noWatchers) {
                        throw new IllegalStateException("no watchers today");
                    }
                    return watchers;
                },
                warm,
                workers);
    }

    @Override
    public void close() {
        vertx.close().await();
        workers.shutdownNow();
    }

    // --- what the provider does ---

    Instruction rings(CallId call) {
        return rings(call, "first");
    }

    Instruction rings(CallId call, String request) {
        return calls.incoming(new IncomingCall(call, Optional.empty(), Optional.empty(), "", false, request))
                .toCompletableFuture()
                .join();
    }

    /// The number called has an agent with an engine of its own.
    Instruction ringsElsewhere(CallId call) {
        return calls.incoming(new IncomingCall(
                        call, Optional.empty(), PhoneNumber.parse("+18005550199"), "", false, ""))
                .toCompletableFuture()
                .join();
    }

    CompletableFuture<Instruction> asksAfterStream(CallId call) {
        return calls.next(new Progress(
                        call,
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.empty(),
                        Optional.empty(),
                        false,
                        Progress.Reply.NOTHING,
                        false))
                .toCompletableFuture();
    }

    Instruction stepEnds(int step, Route.Result result, boolean over) {
        return stepEnds(step, result, true, over);
    }

    Instruction stepEnds(int step, Route.Result result, boolean proven, boolean over) {
        return stepEnding(step, result, proven, over).join();
    }

    /// What comes next has perhaps not been answered yet.
    CompletableFuture<Instruction> stepEnding(int step, Route.Result result) {
        return stepEnding(step, result, true, false);
    }

    private CompletableFuture<Instruction> stepEnding(int step, Route.Result result, boolean proven, boolean over) {
        return calls.next(new Progress(
                        CALL,
                        Optional.empty(),
                        Optional.empty(),
                        OptionalInt.of(step),
                        Optional.of(result),
                        proven,
                        Progress.Reply.NOTHING,
                        over))
                .toCompletableFuture();
    }

    /// Opens a stream; empty when it is refused.
    Optional<Stream> connects(CallId call) {
        var context = vertx.getOrCreateContext();
        var connected = new CompletableFuture<Optional<Stream>>();
        context.runOnContext(_ -> connected.complete(
                calls.connect(call, new Leg() {
                            @Override
                            public void play(AudioFrame frame, Optional<String> mark) {}

                            @Override
                            public void mark(String name) {}

                            @Override
                            public void clear() {}

                            @Override
                            public void close() {}
                        })
                        .map(events -> new Stream(context, events))));
        return connected.join();
    }

    record Stream(Context context, Consumer<CallEvent> events) {
        void on(CallEvent event) {
            var done = new CompletableFuture<Boolean>();
            context.runOnContext(_ -> {
                events.accept(event);
                done.complete(true);
            });
            done.join();
        }
    }

    // --- what was written down ---

    <F extends Fact> List<F> facts(Class<F> kind) {
        return facts.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// What the store has in the end: the earliest, and of two at one time the later.
    Optional<Disposition> ended() {
        return facts(Fact.Ended.class).stream()
                .reduce((one, other) -> other.at().isAfter(one.at()) ? one : other)
                .map(Fact.Ended::disposition);
    }

    // --- the world around ---

    WarmTransfers warm(HumanLegs legs) {
        return new WarmTransfers(legs, book(), store(), attempts, true, new CallClock(20), counters(), workers);
    }

    /// A plan for a call to this number; empty for one that is not known.
    AgentPlan planCalling(String called) {
        return called.isEmpty() ? plan(engine) : plan(engine, Map.of("called.number", called));
    }

    private AgentPlan plan(RealtimeEngine with) {
        return plan(with, Map.of());
    }

    private AgentPlan plan(RealtimeEngine with, Map<String, String> facts) {
        return new AgentPlan(
                new CallRules(
                        "acme",
                        "",
                        "One moment.",
                        "en",
                        Duration.ofHours(1),
                        Duration.ofHours(2),
                        Map.of(),
                        new EscalationPolicy(
                                List.of(),
                                lexicon,
                                List.of(),
                                false,
                                Map.of(EscalationPolicy.DEFAULT, new Route(destinations(), back))),
                        Circumstances.Office.ALWAYS_OPEN,
                        Map.of(),
                        "",
                        List.of(),
                        Map.of("model", PRICE),
                        Optional.of(new Money("USD", BigDecimal.TEN))),
                new Brief("model", "voice", "", List.of("en"), List.of(), "", Map.of()),
                with,
                (request, _) -> {
                    var outcome = new CompletableFuture<ToolOutcome>();
                    tools.add(outcome);
                    toolsAsked.add(request);
                    return outcome.join();
                },
                Map.of(
                        "default",
                        new Route(destinations(), back)),
                List.of(),
                false,
                concurrent,
                true,
                facts,
                _ -> plan(with, facts));
    }

    private List<Destination> destinations() {
        var all = new ArrayList<Destination>();
        for (int person = 0; person < people; person++) {
            all.add(
                    warmFirst && person == 0
                            ? new Destination.Warm(PERSON, Duration.ofSeconds(20))
                            : new Destination.Phone(PERSON, Duration.ofSeconds(20)));
        }
        all.add(new Destination.Voicemail(Duration.ofMinutes(1)));
        return all;
    }

    private RealtimeEngine engine() {
        return new RealtimeEngine() {
            @Override
            public EngineSession open(Brief brief, List<? extends Memory> history, Consumer<CallEvent> events) {
                var session = new Engine(
                        List.copyOf(history), events, new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());
                sessions.add(session);
                return session;
            }

            @Override
            public String name() {
                return "none";
            }
        };
    }

    /// @param heard what it was told of the caller's audio
    record Engine(
            List<Memory> history, Consumer<CallEvent> events, List<String> answers, List<AudioFrame> heard)
            implements EngineSession {
        @Override
        public void hear(AudioFrame frame) {
            heard.add(frame);
        }

        @Override
        public void say(String text) {}

        @Override
        public void sayIn(String language, String text) {}

        @Override
        public void respond() {}

        @Override
        public void cancel() {}

        @Override
        public void truncate(ContentId content, Duration heard) {}

        @Override
        public void tell(Turn turn) {}

        @Override
        public void summarise(String prompt) {}

        @Override
        public void toolResult(ToolRequest request, String answer) {
            answers.add(request.id() + " " + answer);
        }

        @Override
        public void close() {}
    }

    private CallBook book() {
        return new CallBook() {
            @Override
            public void keep(Fact fact) {
                facts.add(fact);
            }

            @Override
            public CompletionStage<?> keepDurably(Fact fact) {
                keep(fact);
                return durable;
            }

            @Override
            public boolean answers() {
                return true;
            }
        };
    }

    private CallLog store() {
        return new CallLog() {
            @Override
            public void append(List<Fact> facts) {}

            @Override
            public Optional<StoredCall> find(CallId call) {
                return stored;
            }

            @Override
            public List<Turn> turns(CallId call) {
                return storedTurns;
            }

            @Override
            public Optional<Handoff> handoff(CallId call) {
                return storedHandoffs.reversed().stream().findFirst();
            }

            @Override
            public Optional<WholeCall> whole(CallId call) {
                return stored.map(row -> new WholeCall(
                        row,
                        "",
                        false,
                        storedHandoffs,
                        storedTurns,
                        storedTools,
                        storedEvents,
                        storedRoute,
                        storedBill,
                        attempts.of(List.of(call))));
            }

            @Override
            public boolean redeem(CallId call, String nonce) {
                return true;
            }

            @Override
            public boolean healthy() {
                return true;
            }

            @Override
            public boolean ready() {
                return true;
            }

            @Override
            public void close() {}
        };
    }

    private CallCounters counters() {
        return new CallCounters() {
            @Override
            public void refused(String reason) {
                noticed.add("refused " + reason);
            }

            @Override
            public void noticed(String slug) {
                noticed.add(slug);
            }
        };
    }

    /// A call of which nothing else is known.
    static IncomingCall unannounced(CallId id) {
        return IncomingCall.elsewhere(id, Optional.empty(), Optional.empty(), "");
    }

    static Handoff handoff() {
        return new Handoff(
                CALL,
                new HandoffCause.CallerPressedZero(),
                "",
                "",
                Handoff.Urgency.NORMAL,
                "default",
                Optional.empty(),
                "en",
                List.of(),
                Instant.EPOCH);
    }

    static StoredCall stored(String phase) {
        return new StoredCall(
                CALL, "acme", Optional.empty(), Optional.empty(), phase, Instant.EPOCH, Optional.empty(), Optional.empty());
    }
}
