package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Bill;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallMachine;
import io.offhook.call.CallRules;
import io.offhook.call.Destination;
import io.offhook.call.Handoff;
import io.offhook.call.Memory;
import io.offhook.call.Phrases;
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
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Progress;
import io.offhook.tool.Toolbox;
import io.vertx.core.Vertx;
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
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a node does about its store, and about calls that another node began.
class LiveCallsTest {
    private static final CallId CALL = new CallId("CA1");

    @TempDir
    private Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final Book book = new Book();
    private final OtherNodes store = new OtherNodes();
    private final List<CallId> forgotten = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        vertx.close().await();
    }

    @Test
    void two_nodes_that_take_over_one_call_write_to_different_places_of_its_timeline() {
        node().next(streamEnded()).toCompletableFuture().join();
        node().next(streamEnded()).toCompletableFuture().join();

        assertThat(book.facts.stream().filter(Fact.Happened.class::isInstance).map(Fact.Happened.class::cast))
                .hasSize(2)
                .extracting(Fact.Happened::sequence)
                .doesNotHaveDuplicates();
    }

    @Test
    void a_store_known_to_fail_is_not_asked_and_keeps_nobody_out() {
        store.hangs = true;
        book.answers = false;
        var node = node();
        var call = new IncomingCall(CALL, Optional.empty(), Optional.empty(), "", false, "");
        var token = ((Instruction.ConnectAgent) node.incoming(call).toCompletableFuture().join()).token();

        var redeemed = node.redeem(CALL, token).toCompletableFuture().join();
        var again = node.redeem(CALL, token).toCompletableFuture().join();

        assertThat(redeemed).isTrue();
        assertThat(again).as("this node remembers").isFalse();
        assertThat(node.next(streamEnded(new CallId("CA2"))).toCompletableFuture().join())
                .isInstanceOf(Instruction.GoTo.class);
        assertThat(store.asked).hasValue(0);
    }

    @Test
    void the_tools_forget_a_call_that_is_over() {
        var node = node();
        node.incoming(new IncomingCall(CALL, Optional.empty(), Optional.empty(), "", false, ""))
                .toCompletableFuture()
                .join();

        node.over(CALL, "completed");

        await().untilAsserted(() -> assertThat(forgotten).contains(CALL));
    }

    private static Progress streamEnded() {
        return streamEnded(CALL);
    }

    private static Progress streamEnded(CallId call) {
        return new Progress(
                call, Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty(), false, Progress.Reply.NOTHING, false);
    }

    private LiveCalls node() {
        var workers = Executors.newVirtualThreadPerTaskExecutor();
        return new LiveCalls(
                vertx,
                new CallMachine(
                        Phrases.english(),
                        _ -> new CallMachine.EscalationArguments.Escalation("", "", Handoff.Urgency.NORMAL, Optional.empty()),
                        _ -> Map.of()),
                new CallClock(1),
                _ -> plan(),
                new Greetings(vertx, folder, workers, new CallClock(1)),
                List.of("secret"),
                store,
                true,
                book,
                new Silence(),
                (_, _, _, _) -> {},
                _ -> List.of(),
                new WarmTransfers(
                        new NoHumans(new ArrayList<>()),
                        book,
                        store,
                        new InMemoryAttempts(),
                        true,
                        new CallClock(1),
                        new Silence(),
                        workers),
                workers);
    }

    private AgentPlan plan() {
        return new AgentPlan(
                new CallRules(
                        "acme", "", "", "en", Duration.ofSeconds(15), Duration.ofMinutes(10), Map.of(), List.of()),
                new Brief("model", "voice", "", List.of("en"), List.of(), "", Map.of()),
                new NoEngine(),
                new Forgetting(),
                Map.of("default", new Route(List.of(new Destination.Voicemail(Duration.ofMinutes(1))))),
                List.of(),
                false,
                10,
                true,
                Map.of(),
                _ -> plan());
    }

    private static final class Book implements CallBook {
        final List<Fact> facts = new CopyOnWriteArrayList<>();
        volatile boolean answers = true;

        @Override
        public void keep(Fact fact) {
            facts.add(fact);
        }

        @Override
        public CompletionStage<?> keepDurably(Fact fact) {
            keep(fact);
            return CompletableFuture.completedStage(fact);
        }

        @Override
        public boolean answers() {
            return answers;
        }
    }

    /// A store in which another node has written that the call rings.
    private static final class OtherNodes implements CallLog {
        final AtomicInteger asked = new AtomicInteger();
        volatile boolean hangs;

        private void asked() {
            asked.incrementAndGet();
            if (hangs) {
                new CompletableFuture<Void>().join();
            }
        }

        @Override
        public void append(List<Fact> facts) {}

        @Override
        public Optional<StoredCall> find(CallId call) {
            asked();
            return Optional.of(new StoredCall(
                    call,
                    "acme",
                    Optional.empty(),
                    Optional.empty(),
                    "ringing",
                    Instant.EPOCH,
                    Optional.empty(),
                    Optional.empty()));
        }

        @Override
        public List<Turn> turns(CallId call) {
            return List.of();
        }

        @Override
        public Optional<Handoff> handoff(CallId call) {
            return Optional.empty();
        }

        @Override
        public Optional<WholeCall> whole(CallId call) {
            return find(call)
                    .map(row -> new WholeCall(
                            row,
                            "",
                            false,
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of(),
                            Bill.NONE,
                            List.of()));
        }

        @Override
        public boolean redeem(CallId call, String nonce) {
            asked();
            return true;
        }

        @Override
        public boolean healthy() {
            return !hangs;
        }

        @Override
        public void close() {}
    }

    private static final class NoEngine implements RealtimeEngine {
        @Override
        public EngineSession open(Brief brief, List<? extends Memory> history, Consumer<CallEvent> events) {
            throw new AssertionError("no call here gets so far");
        }

        @Override
        public String name() {
            return "none";
        }
    }

    private final class Forgetting implements Toolbox {
        @Override
        public ToolOutcome run(ToolRequest request, Map<String, String> facts) {
            throw new AssertionError("no call here gets so far");
        }

        @Override
        public void forget(CallId call) {
            forgotten.add(call);
        }
    }

    private static final class Silence implements CallCounters {
        @Override
        public void refused(String reason) {}

        @Override
        public void noticed(String slug) {}
    }
}
