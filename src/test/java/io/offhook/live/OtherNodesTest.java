package io.offhook.live;

import static io.offhook.live.Node.CALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.agent.LexiconFile;
import io.offhook.call.Bill;
import io.offhook.call.CallEvent;
import io.offhook.call.Destination;
import io.offhook.call.Disposition;
import io.offhook.call.Disposition.Outcome;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Memory;
import io.offhook.call.Money;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.Signals;
import io.offhook.call.StreamEnd;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import io.offhook.store.Fact;
import io.offhook.store.StoredCall;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction.ConnectAgent;
import io.offhook.telephony.Instruction.GoTo;
import io.offhook.telephony.Instruction.HangUp;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Calls that other nodes have had, before or after this one.
class OtherNodesTest {
    private static final Instant SENT_AWAY = Instant.parse("2026-11-24T10:00:00Z");
    private static final Instant CAME_BACK = SENT_AWAY.plusSeconds(30);
    private static final Fact.Happened RETURNED =
            event("returned", "{\"handoff\":" + SENT_AWAY.toEpochMilli() + "}");
    private static final CallEvent LOST = new CallEvent.StreamEnded(StreamEnd.LOST);
    private static final ToolRequest FIND = new ToolRequest("t1", "find_order", "{}");
    private static final ToolOutcome FOUND = new ToolOutcome("{\"found\":1}", ToolOutcome.OK, Duration.ZERO, false);

    @TempDir
    private Path folder;

    private Node node;

    @BeforeEach
    void start() {
        node = new Node(folder, 1, true);
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private static Turn said(Turn.Speaker who, String item, String text, Instant at) {
        return new Turn(who, item, text, false, at);
    }

    private static Fact.Happened event(String kind, String detail) {
        return new Fact.Happened(CALL, CAME_BACK, 1, kind, detail);
    }

    private static Fact.RouteStepped step(int place, Route.Result result) {
        return new Fact.RouteStepped(CALL, SENT_AWAY, place, "number", Optional.of(result));
    }

    private static Handoff handoff(Instant at) {
        return new Handoff(
                CALL,
                new HandoffCause.AgentAsked(),
                "Refund",
                "",
                Handoff.Urgency.NORMAL,
                "default",
                Optional.empty(),
                "en",
                List.of(),
                at);
    }

    // --- this node knows less than the store ---

    @Test
    void a_call_that_rang_here_and_was_handed_over_elsewhere_goes_on_with_that_handoff() {
        node.rings(CALL);
        node.stored = Optional.of(Node.stored("handing-off"));
        node.storedHandoffs = List.of(handoff(SENT_AWAY));

        var next = node.asksAfterStream(CALL).join();

        assertThat(next).isInstanceOfSatisfying(GoTo.class, there -> assertThat(there.handoff())
                .contains(handoff(SENT_AWAY)));
        assertThat(node.facts(Fact.HandedOff.class)).isEmpty();
    }

    // --- neither this node nor the store has heard of the call ---

    @Test
    void a_stream_that_is_faster_than_the_store_has_the_agent_of_the_number_and_the_caller_is_recognised() {
        var ring = IncomingCall.elsewhere(
                CALL,
                PhoneNumber.parse("+14155550123"),
                PhoneNumber.parse("+18005550199"),
                "TN-Validation-Failed-C");
        String token;
        try (var other = new Node(folder, 1, true)) {
            token = ((ConnectAgent) other.calls.incoming(ring).toCompletableFuture().join()).token();
        }

        assertThat(node.calls.redeem(CALL, token).toCompletableFuture().join()).isTrue();

        assertThat(node.recognised).containsOnlyKeys(ring);
        assertThat(node.recognised.get(ring).facts()).containsEntry("called.number", "+18005550199");
        assertThat(node.connects(CALL)).isPresent();
    }

    @Test
    void nobody_looks_up_a_caller_of_whose_number_the_provider_may_have_warned() {
        node.asksAfterStream(CALL).join();

        assertThat(node.recognised).isEmpty();
    }

    // --- a human was called while the agent had the caller ---

    private void aHumanWasCalledMeanwhile(String phase) {
        node.stored = Optional.of(Node.stored(phase));
        node.storedHandoffs = List.of(handoff(SENT_AWAY).with(Handoff.Way.WITH_AGENT));
    }

    @Test
    void a_caller_whose_agent_is_gone_while_a_human_was_called_goes_to_that_human() {
        aHumanWasCalledMeanwhile("conversing");

        var next = node.asksAfterStream(CALL).join();

        assertThat(next).isInstanceOfSatisfying(GoTo.class, there -> assertThat(there.step())
                .isZero());
        assertThat(node.facts(Fact.HandedOff.class))
                .extracting(Fact.HandedOff::handoff)
                .containsExactly(handoff(SENT_AWAY));
    }

    @Test
    void a_caller_who_has_said_goodbye_meanwhile_goes_home() {
        aHumanWasCalledMeanwhile("goodbye");

        var next = node.asksAfterStream(CALL).join();

        assertThat(next).isInstanceOf(HangUp.class);
        assertThat(node.facts(Fact.HandedOff.class)).isEmpty();
    }

    @Test
    void a_caller_whose_stream_broke_here_meanwhile_gets_the_agent_again() {
        node.rings(CALL);
        node.connects(CALL).orElseThrow().on(LOST);
        aHumanWasCalledMeanwhile("conversing");

        var next = node.asksAfterStream(CALL).join();

        assertThat(next).isInstanceOf(ConnectAgent.class);
    }

    @Test
    void a_caller_who_hangs_up_on_the_agent_that_stayed_has_hung_up() {
        node.rings(CALL);
        node.connects(CALL).orElseThrow().on(new CallEvent.StreamEnded(StreamEnd.STOPPED));
        aHumanWasCalledMeanwhile("conversing");

        node.calls.over(CALL, "completed");
        node.calls.settle();

        assertThat(node.ended().orElseThrow().outcome()).isEqualTo(Outcome.HUNG_UP);
    }

    @Test
    void a_caller_who_spoke_spanish_with_another_node_hears_spanish_from_this_one() {
        node.lexicon = LexiconFile.of(List.of("en", "es"));
        node.stored = Optional.of(Node.stored("conversing"));
        node.storedTurns =
                List.of(said(Turn.Speaker.CALLER, "c1", "Hola, quiero saber dónde está mi pedido", SENT_AWAY));
        node.asksAfterStream(CALL).join();

        var next = node.asksAfterStream(CALL).join();

        assertThat(next).isInstanceOfSatisfying(GoTo.class, there -> {
            assertThat(there.language()).isEqualTo("es");
            assertThat(there.say()).containsExactly("Perdón, tenemos un problema técnico.", "Un momento.");
            assertThat(there.handoff().orElseThrow().language()).isEqualTo("es");
        });
    }

    @Test
    void a_caller_whom_another_node_has_called_back_to_the_agent_gets_a_stream_and_the_agent_is_told() {
        node.stored = Optional.of(Node.stored("transferred"));
        node.storedHandoffs = List.of(handoff(SENT_AWAY));
        node.storedRoute = List.of(step(0, Route.Result.BUSY));
        node.storedEvents = List.of(RETURNED);
        var again = node.asksAfterStream(CALL).join();

        var stream = node.connects(CALL);

        assertThat(again).isInstanceOf(ConnectAgent.class);
        assertThat(stream).isPresent();
        assertThat(node.sessions.getLast().history()).singleElement().isInstanceOfSatisfying(Turn.class, note ->
                assertThat(note.text()).contains("put through to default, but the line was busy"));
    }

    @Test
    void a_caller_who_has_come_back_once_elsewhere_does_not_come_back_again() {
        node.back = true;
        node.stored = Optional.of(Node.stored("transferred"));
        node.storedEvents = List.of(RETURNED);
        node.storedHandoffs = List.of(handoff(SENT_AWAY), handoff(CAME_BACK));

        var next = node.stepEnds(0, Route.Result.BUSY, false);

        assertThat(next).isInstanceOfSatisfying(GoTo.class, there -> assertThat(there.destination())
                .isInstanceOf(Destination.Voicemail.class));
    }

    @Test
    void a_human_who_took_the_call_by_key_on_another_node_has_it() {
        node.rings(CALL);
        node.stored = Optional.of(Node.stored("transferred"));
        node.storedHandoffs = List.of(handoff(SENT_AWAY));
        node.storedEvents = List.of(event(Logbook.ACCEPTED, "{}"));

        var next = node.stepEnds(0, Route.Result.ACCEPTED, false, false);

        assertThat(next).isInstanceOf(HangUp.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"step\":0} | 0 | 0 | true",
                "{\"step\":0} | 1 | 0 | false",
                "{\"step\":1} | 1 | 0 | true",
                "{\"step\":100} | 0 | 0 | false",
                "{\"attempt\":0} | 0 | 0 | false",
                "{\"attempt\":0} | 0 | 1 | false",
                "{\"attempt\":0} | 1 | 0 | false",
            })
    void a_human_who_took_the_call_elsewhere_has_it_at_that_step_only(
            String detail, int asked, int attempt, boolean taken) {
        node.people = 2;
        node.rings(CALL);
        node.stored = Optional.of(Node.stored("transferred"));
        boolean warm = detail.contains("attempt");
        node.storedHandoffs =
                List.of(handoff(SENT_AWAY).with(warm ? Handoff.Way.meeting(0, attempt) : Handoff.Way.FIRST));
        node.storedEvents = List.of(event(Logbook.ACCEPTED, detail));

        var next = node.stepEnds(asked, Route.Result.ACCEPTED, false, warm && asked == 0);

        assertThat(node.facts(Fact.RouteStepped.class).getLast().result())
                .as("after it: %s", next)
                .contains(taken ? Route.Result.ACCEPTED : warm && asked == 0 ? Route.Result.CALLER_GONE : Route.Result.NO_ANSWER);
    }

    @Test
    void how_a_call_ended_is_known_from_the_steps_that_other_nodes_were_told_of() {
        node.rings(CALL);
        node.stored = Optional.of(Node.stored("transferred"));
        node.storedHandoffs = List.of(handoff(SENT_AWAY));
        node.storedRoute = List.of(step(0, Route.Result.ACCEPTED));

        node.calls.over(CALL, "completed");

        await().until(() -> node.ended().isPresent());
        assertThat(node.ended().orElseThrow().outcome()).isEqualTo(Outcome.TRANSFERRED);
    }

    @Test
    void a_caller_whose_call_was_given_up_with_its_node_still_reaches_somebody() {
        node.stored = Optional.of(new StoredCall(
                CALL,
                "acme",
                Optional.empty(),
                Optional.empty(),
                "ended",
                SENT_AWAY,
                Optional.of(CAME_BACK),
                Optional.of(new Disposition(Outcome.FAILED, "node_lost"))));

        var next = node.asksAfterStream(CALL).join();
        node.calls.over(CALL, "completed");

        assertThat(next).isInstanceOf(ConnectAgent.class);
        await().until(() -> node.ended().isPresent());
        assertThat(node.ended().orElseThrow().reason()).isNotEqualTo("node_lost");
    }

    @Test
    void a_caller_who_was_just_told_goodbye_does_not_get_the_agent_again() {
        node.stored = Optional.of(Node.stored("goodbye"));

        var next = node.asksAfterStream(CALL).join();

        assertThat(next).isInstanceOfSatisfying(HangUp.class, end -> assertThat(end.say())
                .isNotEmpty());
    }

    @Test
    void a_call_whose_stream_another_node_has_is_not_given_up_here() {
        try (var fast = new Node(folder, 400, true)) {
            fast.rings(CALL);
            fast.stored = Optional.of(Node.stored("conversing"));

            await().atMost(Duration.ofSeconds(10)).until(() -> fast.connects(CALL).isPresent());
            assertThat(fast.facts(Fact.Ended.class)).isEmpty();
        }
    }

    @Test
    void words_and_tools_of_another_node_are_remembered_in_the_order_in_which_they_came() {
        var asked = said(Turn.Speaker.CALLER, "c1", "Where is it?", SENT_AWAY);
        var answered = said(Turn.Speaker.AGENT, "a1", "On its way.", SENT_AWAY.plusSeconds(4));
        node.stored = Optional.of(Node.stored("conversing"));
        node.storedTurns = List.of(asked, answered);
        node.storedTools = List.of(new Fact.ToolRan(CALL, SENT_AWAY.plusSeconds(2), FIND, FOUND));
        node.asksAfterStream(CALL).join();

        node.connects(CALL).orElseThrow();

        assertThat(node.sessions.getLast().history())
                .containsExactly(
                        asked,
                        new Memory.ToolRun(FIND, Optional.of("{\"found\":1}"), SENT_AWAY.plusSeconds(2)),
                        answered);
        assertThat(signals().deeds()).extracting(Signals.Deed::tool).containsExactly("find_order");
    }

    // --- this node knows more than the store ---

    @Test
    void what_this_node_has_done_itself_is_not_undone_by_a_store_that_lags() {
        node.rings(CALL);
        node.stored = Optional.of(Node.stored("ringing"));
        node.connects(CALL).orElseThrow().on(new CallEvent.DigitPressed('0'));
        await().until(() -> node.asksAfterStream(CALL).join() instanceof GoTo);

        var next = node.stepEnds(0, Route.Result.BUSY, false);

        assertThat(next).isInstanceOfSatisfying(GoTo.class, there -> assertThat(there.step())
                .isEqualTo(1));
        assertThat(node.connects(CALL)).isEmpty();
        assertThat(node.facts(Fact.HandedOff.class).stream().map(Fact.HandedOff::at).distinct())
                .hasSize(1);
    }

    @Test
    void what_has_shown_up_on_a_stream_that_broke_counts_on_the_next() {
        node.rings(CALL);
        var stream = node.connects(CALL).orElseThrow();
        stream.on(new CallEvent.EngineReady(Duration.ZERO, Optional.empty()));
        stream.on(new CallEvent.ReplyEnded(
                "r1", CallEvent.ReplyEnd.COMPLETED, "", List.of(FIND), Optional.empty()));
        await().until(() -> node.tools.size() == 1);
        node.tools.getFirst().complete(FOUND);
        await().until(() -> !signals().deeds().isEmpty());
        stream.on(LOST);
        node.asksAfterStream(CALL).join();

        node.connects(CALL).orElseThrow();

        assertThat(signals().deeds()).extracting(Signals.Deed::tool).containsExactly("find_order");
    }

    @Test
    void what_a_call_has_cost_on_another_node_counts_on_this_one() {
        node.stored = Optional.of(Node.stored("conversing"));
        node.storedBill = Bill.NONE.plus(new Money("USD", new BigDecimal("9.99")));
        node.asksAfterStream(CALL).join();
        var stream = node.connects(CALL).orElseThrow();
        stream.on(new CallEvent.EngineReady(Duration.ZERO, Optional.empty()));

        stream.on(new CallEvent.UsageCounted(Usage.ofSpeech("model", Duration.ofSeconds(1))));

        assertThat(node.facts(Fact.HandedOff.class))
                .singleElement()
                .satisfies(sent -> assertThat(sent.handoff().cause()).isEqualTo(new HandoffCause.CostLimit()));
    }

    private Signals signals() {
        return node.calls.find(CALL).orElseThrow().signals();
    }
}
