package io.offhook.live;

import static io.offhook.live.Node.CALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.Destination;
import io.offhook.call.Disposition;
import io.offhook.call.Disposition.Outcome;
import io.offhook.call.EngineFault;
import io.offhook.call.Memory;
import io.offhook.call.Route;
import io.offhook.call.StreamEnd;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import io.offhook.store.Fact;
import io.offhook.store.StoredCall;
import io.offhook.telephony.Hold;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Instruction.ConnectAgent;
import io.offhook.telephony.Instruction.GoTo;
import io.offhook.telephony.Instruction.HangUp;
import io.offhook.telephony.Waiting;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Calls before, between and after their streams.
class BetweenStreamsTest {
    private static final CallEvent KEY_ZERO = new CallEvent.DigitPressed('0');
    private static final CallEvent READY = new CallEvent.EngineReady(Duration.ZERO, Optional.empty());
    private static final CallEvent LOST = new CallEvent.StreamEnded(StreamEnd.LOST);

    @TempDir
    private Path folder;

    private Node node;

    @BeforeEach
    void start() {
        node = new Node(folder, 1);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private Instruction after(CallId call) {
        return node.asksAfterStream(call).join();
    }

    // --- one stream, and one more ---

    @Test
    void a_stream_that_is_lost_is_replaced_once_even_if_the_second_is_never_opened() {
        node.rings(CALL);
        node.connects(CALL).orElseThrow().on(LOST);
        var first = after(CALL);

        var second = after(CALL);

        assertThat(first).isInstanceOf(ConnectAgent.class);
        assertThat(second).isInstanceOf(GoTo.class);
        assertThat(after(CALL)).isInstanceOf(GoTo.class);
        assertThat(node.facts(Fact.HandedOff.class)).hasSize(1);
    }

    @Test
    void a_call_of_another_node_gets_a_stream_once_and_then_a_human_who_knows_what_was_said() {
        node.stored = Optional.of(Node.stored("conversing"));
        node.storedTurns = List.of(new Turn(Turn.Speaker.CALLER, "c", "Where is it?", true, Instant.EPOCH));
        var first = after(CALL);

        var second = after(CALL);

        assertThat(first).isInstanceOf(ConnectAgent.class);
        assertThat(second).isInstanceOfSatisfying(GoTo.class, there -> assertThat(
                        there.handoff().orElseThrow().transcript())
                .isEqualTo(node.storedTurns));
    }

    @Test
    void a_completed_dial_was_no_answer_unless_somebody_took_the_call() {
        node.rings(CALL);
        after(CALL);

        var onwards = node.stepEnds(0, Route.Result.ACCEPTED, false, false);

        assertThat(onwards).isInstanceOfSatisfying(GoTo.class, there -> assertThat(there.step())
                .isEqualTo(1));
        assertThat(node.facts(Fact.RouteStepped.class).getFirst().result()).contains(Route.Result.NO_ANSWER);
    }

    @Test
    void a_completed_dial_was_an_answer_when_the_human_pressed_the_key() {
        node.rings(CALL);
        after(CALL);
        var _ = node.calls.accepted(CALL, OptionalInt.of(0));

        var goodbye = node.stepEnds(0, Route.Result.ACCEPTED, false, false);

        assertThat(goodbye).isInstanceOf(HangUp.class);
        assertThat(node.facts(Fact.RouteStepped.class).getFirst().result()).contains(Route.Result.ACCEPTED);
    }

    @Test
    void a_caller_hears_between_two_people_that_the_next_is_tried_and_in_the_end_that_nobody_could_take_the_call() {
        node.people = 2;
        node.rings(CALL);
        after(CALL);

        var second = node.stepEnds(0, Route.Result.BUSY, false);
        var voicemail = node.stepEnds(1, Route.Result.NO_ANSWER, false);

        assertThat(second).isInstanceOfSatisfying(GoTo.class, next -> assertThat(next.say())
                .containsExactly("Nobody is free there at the moment. I'm trying someone else for you."));
        assertThat(voicemail).isInstanceOfSatisfying(GoTo.class, next -> assertThat(next.say())
                .containsExactly(
                        "I'm sorry, nobody could take your call.", "Please leave a message after the tone."));
    }

    @Test
    void a_mailbox_at_the_next_number_is_nobody_even_when_a_human_had_taken_the_call_before() {
        node.people = 2;
        node.rings(CALL);
        after(CALL);
        var _ = node.calls.accepted(CALL, OptionalInt.of(0));
        node.stepEnds(0, Route.Result.FAILED, false, false);

        var onwards = node.stepEnds(1, Route.Result.ACCEPTED, false, false);

        assertThat(onwards).isInstanceOfSatisfying(GoTo.class, there -> assertThat(there.destination())
                .isInstanceOf(Destination.Voicemail.class));
    }

    @Test
    void a_message_that_is_ready_long_after_the_call_corrects_how_it_ended() {
        var hungUp = new Disposition(Disposition.Outcome.ABANDONED, "caller_pressed_zero");
        var endedAt = Instant.parse("2026-03-20T10:00:00Z");
        node.stored = Optional.of(new StoredCall(
                CALL,
                "acme",
                Optional.empty(),
                Optional.empty(),
                "ended",
                Instant.EPOCH,
                Optional.of(endedAt),
                Optional.of(hungUp)));
        node.storedHandoffs = List.of(Node.handoff());

        node.calls.recorded(CALL, "RE1", 10, Optional.empty());

        await().until(() -> node.ended().isPresent());
        assertThat(node.ended().orElseThrow())
                .isEqualTo(new Disposition(Disposition.Outcome.VOICEMAIL, "caller_pressed_zero"));
        assertThat(node.facts(Fact.Ended.class).getFirst().at()).isEqualTo(endedAt);
    }

    @Test
    void a_message_is_safe_when_it_is_on_disk_and_not_before() {
        var disk = new CompletableFuture<String>();
        node.durable = disk;

        var safe = node.calls.recorded(CALL, "RE1", 10, Optional.empty()).toCompletableFuture();

        assertThat(node.facts(Fact.Voicemail.class)).hasSize(1);
        assertThat(safe).isNotDone();
        disk.complete("stored");
        assertThat(safe.join()).isTrue();
    }

    @Test
    void a_message_that_the_disk_does_not_take_is_not_safe() {
        node.durable = CompletableFuture.failedStage(new IllegalStateException("disk full"));

        var safe = node.calls.recorded(CALL, "RE1", 10, Optional.empty());

        assertThat(safe.toCompletableFuture().join()).isFalse();
    }

    @Test
    void a_caller_comes_back_once_however_often_the_provider_asks() {
        node.back = true;
        node.rings(CALL);
        node.connects(CALL).orElseThrow().on(KEY_ZERO);
        await().until(() -> node.asksAfterStream(CALL).join() instanceof GoTo);

        assertThat(node.stepEnds(0, Route.Result.NO_ANSWER, false)).isInstanceOf(ConnectAgent.class);
        assertThat(node.stepEnds(0, Route.Result.NO_ANSWER, false)).isInstanceOf(ConnectAgent.class);

        node.connects(CALL).orElseThrow().on(KEY_ZERO);
        await().until(() -> node.facts(Fact.HandedOff.class).size() == 2);
        assertThat(node.stepEnds(0, Route.Result.NO_ANSWER, false)).isInstanceOfSatisfying(GoTo.class, there ->
                assertThat(there.destination()).isInstanceOf(Destination.Voicemail.class));
        assertThat(node.sessions.getLast().history()).singleElement().isInstanceOfSatisfying(Turn.class, note ->
                assertThat(note.text()).contains("put through to default, but nobody was free"));
    }

    @Test
    void a_caller_whose_stream_back_never_opens_goes_to_a_human_again() {
        node.back = true;
        node.rings(CALL);
        node.connects(CALL).orElseThrow().on(KEY_ZERO);
        await().until(() -> node.asksAfterStream(CALL).join() instanceof GoTo);
        node.stepEnds(0, Route.Result.NO_ANSWER, false);

        assertThat(after(CALL)).isInstanceOfSatisfying(GoTo.class, there -> assertThat(there.step())
                .isZero());
        assertThat(node.stepEnds(0, Route.Result.NO_ANSWER, false)).isInstanceOfSatisfying(GoTo.class, there ->
                assertThat(there.step()).isEqualTo(1));
    }

    @Test
    void a_caller_sent_on_by_an_agent_that_failed_does_not_come_back_to_it() {
        node.back = true;
        node.rings(CALL);
        after(CALL);

        assertThat(node.stepEnds(0, Route.Result.NO_ANSWER, false)).isInstanceOf(GoTo.class);
    }

    @Test
    void a_caller_whose_call_has_cost_as_much_as_it_may_does_not_come_back_to_the_agent() {
        node.back = true;
        node.rings(CALL);
        var stream = node.connects(CALL).orElseThrow();
        stream.on(new CallEvent.CallerStartedSpeaking("c1"));
        stream.on(new CallEvent.UsageCounted(Usage.ofSpeech("model", Duration.ofMinutes(10))));
        stream.on(KEY_ZERO);
        await().until(() -> node.asksAfterStream(CALL).join() instanceof GoTo);

        var next = node.stepEnds(0, Route.Result.NO_ANSWER, false);

        assertThat(node.facts(Fact.HandedOff.class).getLast().handoff().cause().slug())
                .isEqualTo("caller_pressed_zero");
        assertThat(next).isInstanceOfSatisfying(GoTo.class, there -> assertThat(there.destination())
                .isInstanceOf(Destination.Voicemail.class));
    }

    @Test
    void a_stream_that_never_opened_is_stored_as_failed() {
        node.rings(CALL);

        after(CALL);

        assertThat(node.facts(Fact.HandedOff.class).getFirst().handoff().cause().slug()).isEqualTo("stream_failed");
    }

    @Test
    void the_second_stream_at_once_is_refused() {
        node.rings(CALL);

        assertThat(node.connects(CALL)).isPresent();
        assertThat(node.connects(CALL)).isEmpty();
    }

    @Test
    void a_call_that_was_sent_to_a_human_gets_no_stream() {
        node.rings(CALL);
        after(CALL);

        assertThat(node.connects(CALL)).isEmpty();
    }

    @Test
    void a_tool_that_outlives_its_stream_is_answered_on_the_next() {
        var request = new ToolRequest("t1", "find_order", "{}");
        node.rings(CALL);
        var stream = node.connects(CALL).orElseThrow();
        stream.on(READY);
        stream.on(new CallEvent.ReplyEnded(
                "r1", CallEvent.ReplyEnd.COMPLETED, "", List.of(request), Optional.empty()));
        await().until(() -> node.tools.size() == 1);
        stream.on(LOST);
        after(CALL);
        node.connects(CALL).orElseThrow();

        node.tools.getFirst().complete(new ToolOutcome("{\"found\":1}", ToolOutcome.OK, Duration.ZERO, false));

        var second = node.sessions.getLast();
        await().until(() -> !second.answers().isEmpty());
        assertThat(second.history()).hasSize(1).first().isInstanceOf(Memory.ToolRun.class);
        assertThat(second.answers()).containsExactly("t1 {\"found\":1}");
        assertThat(node.toolsAsked).hasSize(1);
    }

    @Test
    void a_caller_goes_on_when_the_handoff_is_stored_and_waits_for_it_only_so_long() {
        var slow = new CompletableFuture<String>();
        node.durable = slow;
        node.rings(CALL);

        var answer = node.asksAfterStream(CALL);

        assertThat(answer).isNotDone();
        assertThat(answer).succeedsWithin(Duration.ofSeconds(30));
    }

    /// A disk that is waited for however long it takes.
    private static final class Disk<T> extends CompletableFuture<T> {
        @Override
        public <U> CompletableFuture<U> newIncompleteFuture() {
            return new Disk<>();
        }

        @Override
        public CompletableFuture<T> completeOnTimeout(T value, long timeout, TimeUnit unit) {
            return this;
        }
    }

    @Test
    void the_next_step_is_answered_when_the_last_one_is_stored() {
        var disk = new Disk<String>();
        node.rings(CALL);
        after(CALL);
        node.durable = disk;

        var answer = node.stepEnding(0, Route.Result.NO_ANSWER);

        assertThat(node.facts(Fact.RouteStepped.class)).hasSize(1);
        assertThat(answer).isNotDone();
        disk.complete("stored");
        assertThat(answer.join()).isInstanceOfSatisfying(GoTo.class, there -> assertThat(there.step())
                .isEqualTo(1));
    }

    @Test
    void a_caller_leaves_the_queue_for_a_message_when_that_wish_is_stored() {
        var disk = new Disk<String>();
        node.rings(CALL);
        after(CALL);
        node.durable = disk;

        var hold = node.calls
                .waiting(new Waiting(CALL, 0, OptionalInt.of(1), Optional.of(Duration.ZERO), Optional.of('2')))
                .toCompletableFuture();

        assertThat(node.facts(Fact.Happened.class)).last().matches(fact -> fact.kind().equals("message_wanted"));
        assertThat(hold).isNotDone();
        disk.complete("stored");
        assertThat(hold.join()).isEqualTo(Hold.leave());
    }

    @Test
    void a_human_is_put_through_when_it_is_stored_that_the_call_is_taken() {
        var disk = new Disk<String>();
        node.rings(CALL);
        after(CALL);
        node.durable = disk;

        var taken = node.calls.accepted(CALL, OptionalInt.of(0)).toCompletableFuture();

        assertThat(node.facts(Fact.Happened.class)).last().matches(fact -> fact.kind().equals("human_accepted"));
        assertThat(taken).isNotDone();
        disk.complete("stored");
        assertThat(taken.join()).isTrue();
    }

    @Test
    void a_disk_that_is_broken_or_slow_keeps_nobody_waiting() {
        node.rings(CALL);
        after(CALL);

        node.durable = CompletableFuture.failedStage(new IllegalStateException("disk full"));
        assertThat(node.calls.accepted(CALL, OptionalInt.of(0)).toCompletableFuture().join()).isTrue();

        node.durable = new CompletableFuture<>();
        assertThat(node.stepEnds(0, Route.Result.NO_ANSWER, false)).isInstanceOf(GoTo.class);
    }

    // --- the end, in whatever order it is told ---

    /// `s` the provider's last word, `a` somebody took the call, `n` nobody did, `g` the caller gave up, `m` a message
    /// was left, `r` its recording is there.
    @ParameterizedTest
    @CsvSource({
        "a s, TRANSFERRED",
        "s a, TRANSFERRED",
        "n m s r, VOICEMAIL",
        "s n m r, VOICEMAIL",
        "n s r, VOICEMAIL",
        "g s, ABANDONED",
        "s g, ABANDONED",
        "n s g, ABANDONED"
    })
    void how_a_call_ended_does_not_depend_on_the_order_in_which_it_is_told(String told, Outcome outcome) {
        // Time stands still while it is told: the rest comes after the last word, but soon.
        var nanos = new AtomicLong();
        try (var still = new Node(folder, new CallClock(1, nanos::get))) {
            still.rings(CALL);
            still.connects(CALL).orElseThrow().on(KEY_ZERO);
            await().until(() -> still.asksAfterStream(CALL).join() instanceof GoTo);
            tell(still, told);

            nanos.addAndGet(Duration.ofSeconds(2).toNanos());

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            assertThat(still.ended()).contains(new Disposition(outcome, "caller_pressed_zero")));
        }
    }

    private static void tell(Node node, String told) {
        int step = 0;
        for (var word : told.split(" ")) {
            switch (word) {
                case "s" -> node.calls.over(CALL, "completed");
                case "a" -> node.stepEnds(step, Route.Result.ACCEPTED, false);
                case "n" -> node.stepEnds(step++, Route.Result.NO_ANSWER, false);
                case "g" -> node.stepEnds(step, Route.Result.CALLER_GONE, true);
                case "m" -> node.stepEnds(step, Route.Result.VOICEMAIL, false);
                default -> node.calls.recorded(CALL, "RE1", 10, Optional.empty());
            }
        }
    }

    @Test
    void a_caller_who_hung_up_in_the_queue_is_ended_although_nobody_says_how() {
        node.rings(CALL);
        node.connects(CALL).orElseThrow().on(KEY_ZERO);
        await().until(() -> after(CALL) instanceof GoTo);

        node.calls.over(CALL, "completed");

        assertThat(node.facts(Fact.PhaseChanged.class)).last().matches(fact -> fact.phase().equals("ended"));
        await().atMost(Duration.ofSeconds(60)).until(() -> node.ended().isPresent());
        assertThat(node.ended().orElseThrow().outcome()).isEqualTo(Outcome.ABANDONED);
    }

    @Test
    void the_providers_last_word_is_written_down_once() {
        node.rings(CALL);
        node.connects(CALL).orElseThrow().on(new CallEvent.StreamEnded(StreamEnd.STOPPED));

        node.calls.over(CALL, "completed");
        node.calls.over(CALL, "completed");

        assertThat(node.facts(Fact.Ended.class)).hasSize(1);
    }

    @Test
    void a_late_webhook_of_a_call_that_is_over_brings_nothing_back() {
        node.rings(CALL);
        node.connects(CALL).orElseThrow().on(new CallEvent.StreamEnded(StreamEnd.STOPPED));
        node.calls.over(CALL, "completed");

        assertThat(node.rings(CALL)).isInstanceOf(HangUp.class);
        assertThat(node.facts(Fact.Started.class)).hasSize(1);
        assertThat(node.connects(CALL)).isEmpty();
    }

    @Test
    void an_id_that_rings_anew_after_its_end_is_a_new_call() {
        node.rings(CALL, "first");
        node.connects(CALL).orElseThrow().on(new CallEvent.StreamEnded(StreamEnd.STOPPED));
        node.calls.over(CALL, "completed");

        assertThat(node.rings(CALL, "second")).isInstanceOf(ConnectAgent.class);
        assertThat(node.connects(CALL)).isPresent();
    }

    @Test
    void a_call_whose_stream_was_lost_and_of_which_nothing_more_is_heard_is_ended() {
        try (var fast = new Node(folder, 60)) {
            fast.rings(CALL);
            fast.connects(CALL).orElseThrow().on(LOST);

            await().atMost(Duration.ofSeconds(60)).until(() -> fast.ended().isPresent());
            assertThat(fast.ended()).contains(new Disposition(Outcome.FAILED, "stream_lost"));
        }
    }

    @Test
    void a_call_that_never_got_a_stream_is_ended() {
        try (var fast = new Node(folder, 200)) {
            fast.rings(CALL);

            await().atMost(Duration.ofSeconds(60)).until(() -> fast.ended().isPresent());
            assertThat(fast.ended()).contains(new Disposition(Outcome.FAILED, "stream_failed"));
        }
    }

    // --- who may have the agent ---

    @Test
    void ten_thousand_calls_at_once_are_answered_within_seconds_and_only_as_many_get_the_agent_as_may() {
        var answers = new ArrayList<Instruction>();
        var began = System.nanoTime();

        for (int i = 0; i < 10_000; i++) {
            answers.add(node.rings(new CallId("CA" + i)));
        }

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(30));
        assertThat(answers.stream().filter(ConnectAgent.class::isInstance)).hasSize(10);
        assertThat(answers.stream().filter(GoTo.class::isInstance)).hasSize(9_990);
        assertThat(node.facts(Fact.HandedOff.class)).hasSize(9_990);
    }

    @Test
    void a_seat_is_free_again_when_its_call_is_over_or_on_its_way_to_a_human() {
        node.concurrent = 3;
        var ids = Stream.of("CA1", "CA2", "CA3").map(CallId::new).toList();
        ids.forEach(node::rings);
        boolean full = node.rings(new CallId("CA4")) instanceof GoTo;
        node.calls.over(ids.get(0), "completed");
        after(ids.get(1));
        var stream = node.connects(ids.get(2)).orElseThrow();
        stream.on(KEY_ZERO);
        await().until(() -> after(ids.get(2)) instanceof GoTo);

        var more = Stream.of("CA5", "CA6", "CA7", "CA8").map(CallId::new).map(node::rings).toList();

        assertThat(full).isTrue();
        assertThat(more.stream().filter(ConnectAgent.class::isInstance)).hasSize(3);
    }

    @Test
    void an_engine_that_wants_to_be_left_alone_keeps_nobody_from_another_engine() {
        node.rings(CALL);
        node.connects(CALL).orElseThrow();
        node.sessions
                .getFirst()
                .events()
                .accept(new CallEvent.EngineLost(
                        new EngineFault(EngineFault.Kind.RATE, Optional.of(Duration.ofMinutes(1)))));

        assertThat(node.rings(new CallId("CA2"))).isInstanceOf(GoTo.class);
        assertThat(node.ringsElsewhere(new CallId("CA3"))).isInstanceOf(ConnectAgent.class);
    }

    // --- those who watch ---

    @Test
    void a_watcher_that_throws_keeps_nothing_from_being_stored_and_nobody_from_a_human() {
        var seen = new CopyOnWriteArrayList<CallEvent>();
        node.watchers.add((_, _, _, _) -> {
            throw new IllegalStateException("a watcher's own fault");
        });
        node.watchers.add((_, event, _, _) -> seen.add(event));
        node.rings(CALL);

        node.connects(CALL).orElseThrow().on(KEY_ZERO);

        await().until(() -> after(CALL) instanceof GoTo);
        assertThat(node.facts(Fact.HandedOff.class)).hasSize(1);
        assertThat(seen).contains(KEY_ZERO);
        assertThat(node.noticed).contains("watcher_failed");
    }

    @Test
    void a_call_without_watchers_is_a_call() {
        node.noWatchers = true;
        node.rings(CALL);

        assertThat(node.connects(CALL)).isPresent();
        assertThat(node.noticed).containsExactly("watcher_failed");
    }

    // --- words ---

    @ParameterizedTest
    @CsvSource({"es, es, Un momento", "es-MX, es-MX, Un momento", "de, de, Einen Moment", "it, en, One moment", "en-GB, en-GB, One moment"})
    void apologies_are_in_the_language_of_the_voice_that_speaks_them(String call, String voice, String words) {
        var apologies = Apologies.in(call);

        assertThat(Map.entry(apologies.language(), apologies.oneMoment().startsWith(words)))
                .isEqualTo(Map.entry(voice, true));
    }
}
