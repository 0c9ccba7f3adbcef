package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static io.offhook.server.TestServer.remembered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.Heard;
import io.offhook.simulator.Humans.Behaviour;
import io.offhook.simulator.Move;
import io.offhook.simulator.RestFailure;
import io.offhook.simulator.SimulatedCall;
import io.offhook.store.jdbc.TestPostgres;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Callers who stay with the agent until a human has taken the call.
@Execution(ExecutionMode.CONCURRENT)
@Order(2)
class WarmTransferTest {
    private static final String STORY = "The caller wants the money back for order AB7492.";
    private static final String ARGUMENTS = "{\"reason\":\"refund\",\"summary\":\"" + STORY + "\",\"urgency\":\"high\"}";
    private static final String CALLING = "I'm calling a colleague for you, and I stay on the line meanwhile.";
    private static final Duration TALK = Duration.ofSeconds(3);

    private static TestServer server(String otherwise) {
        return plan("10s", otherwise).start();
    }

    private static TestServer server(String wait, String otherwise) {
        return plan(wait, otherwise).start();
    }

    private static TestServer.Plan plan(String wait, String otherwise) {
        return TestServer.plan()
                .person("dial: \"" + PERSON + "\", warm: true, wait: " + wait + ", else: " + otherwise)
                .rest();
    }

    /// Where the two differ, it is by what a server believes of calls that another one may have had.
    enum Store {
        SQLITE,
        POSTGRES
    }

    private static TestServer server(String otherwise, Store store) throws SQLException {
        return store == Store.SQLITE
                ? server(otherwise)
                : plan("10s", otherwise).set("OFFHOOK_JDBC_URL", TestPostgres.url()).start();
    }

    /// The agent asks for a human; the caller has heard that one is called.
    private static SimulatedCall asked(TestServer server) {
        server.script.calls("escalate_to_human", ARGUMENTS).afterwardsSays("I am still here.");
        var call = server.ringAndGreet();
        server.says("I want my money back.");
        server.awaitCause("caller: I want my money back.");
        return call;
    }

    private static SimulatedCall human(TestServer server) {
        await().atMost(PATIENCE).until(() -> !server.carrier.placed().isEmpty());
        return server.carrier.placed().getLast();
    }

    private static List<String> stepped(TestServer server, SimulatedCall call) {
        server.offhook.flush(PATIENCE);
        return server.offhook.store().route(new CallId(call.sid())).stream()
                .map(step -> step.destination() + " " + step.result().map(Enum::name).orElse("-"))
                .toList();
    }

    private static boolean streaming(SimulatedCall call) {
        return call.steps(CallStep.StreamClosed.class).isEmpty();
    }

    // --- the human takes the call ---

    @Test
    void the_human_hears_the_story_and_meets_the_caller_who_was_with_the_agent_until_then() {
        try (var server = server("voicemail")) {
            server.humans.answer(PERSON, Duration.ofSeconds(4), TALK).saying(
                    PERSON, () -> Clip.tone(300, Duration.ofSeconds(1)));
            var call = asked(server);
            server.hears(call, TestServer.GREETING, CALLING);
            var human = human(server);
            human.await(CallStep.Gathered.class, PATIENCE).orElseThrow();
            assertThat(streaming(call)).isTrue();

            assertThat(call.await(CallStep.Bridged.class, PATIENCE)).as("%s", call.steps()).isPresent();
            call.say(Clip.tone(440, Duration.ofSeconds(1)));

            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(human.awaitEnded(PATIENCE)).isEqualTo(EndReason.CALLER_HUNG_UP);
            assertThat(human.steps(CallStep.Said.class))
                    .extracting(CallStep.Said::text)
                    .anyMatch(text -> text.contains("money back for order AB7492"))
                    .anyMatch(text -> text.contains("Press 1"));
            assertThat(heardInTheRoom(call)).isTrue();
            assertThat(heardInTheRoom(human)).isTrue();
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.TRANSFERRED);
            assertThat(stepped(server, call)).containsExactly("warm ACCEPTED");
            assertThat(server.happened(call)).containsSubsequence("handoff", "human_ringing", "human_accepted", "human_met");
            assertThat(call.alarms()).isEmpty();
            assertThat(human.alarms()).isEmpty();
            // Nobody who has met the other is ended by us.
            assertThat(call.steps(CallStep.RestUpdated.class)).isEmpty();
            assertThat(human.steps(CallStep.RestUpdated.class)).isEmpty();
            server.awaitNoSessions();
        }
    }

    private static boolean heardInTheRoom(SimulatedCall call) {
        return call.heard().stream()
                .anyMatch(heard -> heard.source() == Heard.Source.CONFERENCE
                        && heard.audible().isPositive());
    }

    @Test
    void a_caller_who_hangs_up_after_the_meeting_takes_the_human_along() {
        try (var server = server("voicemail")) {
            server.humans.answer(PERSON, Duration.ofSeconds(2), Duration.ofMinutes(5));
            var call = asked(server);
            var human = human(server);
            await().atMost(PATIENCE).until(() -> server.happened(call).contains("human_met"));

            call.hangUp();

            assertThat(human.awaitEnded(PATIENCE)).isEqualTo(EndReason.END_OF_TWIML);
            assertThat(human.steps(CallStep.RestUpdated.class)).isEmpty();
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.TRANSFERRED);
        }
    }

    @Test
    void a_caller_who_hangs_up_in_the_room_before_the_human_is_there_leaves_nobody_waiting() {
        try (var server = server("voicemail")) {
            server.humans.answer(PERSON, Duration.ofSeconds(2), Duration.ofMinutes(5));
            var call = asked(server);
            var human = human(server);
            call.await(CallStep.StreamClosed.class, PATIENCE).orElseThrow();

            call.hangUp();

            human.awaitEnded(PATIENCE);
            assertThat(server.disposition(call).outcome())
                    .isIn(Disposition.Outcome.ABANDONED, Disposition.Outcome.TRANSFERRED);
        }
    }

    // --- nobody does ---

    enum Trouble {
        DECLINES(new Behaviour.Answers(Duration.ofSeconds(1), Optional.of('2'), TALK), "DECLINED"),
        TURNS_THE_RINGING_DOWN(new Behaviour.Declines(Duration.ofSeconds(1)), "BUSY"),
        BUSY(new Behaviour.Busy(), "BUSY"),
        NO_ANSWER(new Behaviour.NoAnswer(), "NO_ANSWER"),
        A_MAILBOX(new Behaviour.Voicemail(Duration.ofSeconds(1)), "NO_KEY"),
        FAILED(new Behaviour.Failed(), "FAILED");

        private final Behaviour behaviour;
        private final String stored;

        Trouble(Behaviour behaviour, String stored) {
            this.behaviour = behaviour;
            this.stored = stored;
        }
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void the_agent_never_left_and_says_that_nobody_came(Trouble trouble) {
        try (var server = server("agent")) {
            server.humans.at(PERSON, trouble.behaviour);
            var call = asked(server);

            await().atMost(PATIENCE).until(() -> remembered(server.session(0)).stream()
                    .anyMatch(item -> item.contains("Nobody could take the call")));

            assertThat(streaming(call)).isTrue();
            assertThat(call.steps(CallStep.StreamOpened.class)).hasSize(1);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(stepped(server, call)).containsExactly("warm " + trouble.stored));
            call.hangUp();
            call.awaitEnded(PATIENCE);
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.HUNG_UP);
            human(server).awaitEnded(PATIENCE);
        }
    }

    private static void awaitNobodyCame(TestServer server) {
        await().atMost(PATIENCE).until(() -> remembered(server.session(0)).stream()
                .anyMatch(item -> item.contains("Nobody could take the call")));
    }

    @ParameterizedTest
    @EnumSource
    void a_caller_who_has_finished_with_the_agent_then_is_put_through_to_nobody(Store store) throws SQLException {
        try (var server = server("agent", store)) {
            server.humans.at(PERSON, new Behaviour.Busy());
            var call = asked(server);
            awaitNobodyCame(server);

            server.script.plays(List.of(new Move.Speak("Goodbye then."), new Move.CallTool("end_call", "{}")));
            server.says("Never mind, goodbye.");

            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(call.steps(CallStep.Said.class)).isEmpty();
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            assertThat(server.disposition(call)).isEqualTo(new Disposition(Disposition.Outcome.RESOLVED, "goodbye"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void one_who_hangs_up_on_the_agent_then_has_not_waited_for_anybody(Store store) throws SQLException {
        try (var server = server("agent", store)) {
            server.humans.at(PERSON, new Behaviour.Busy());
            var call = asked(server);
            awaitNobodyCame(server);

            call.hangUp();
            call.awaitEnded(PATIENCE);

            assertThat(server.disposition(call)).isEqualTo(Disposition.HUNG_UP);
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_second_try_in_vain_ends_at_the_voicemail(Store store) throws SQLException {
        try (var server = server("agent", store)) {
            server.humans.at(PERSON, new Behaviour.Busy());
            var call = asked(server);
            awaitNobodyCame(server);
            server.awaitHappened(call, "returned");

            server.script.calls("escalate_to_human", ARGUMENTS);
            server.says("Please try once more.");

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE))
                    .as("%s", call.steps())
                    .isTrue();
            assertThat(server.carrier.placed()).hasSize(2);
            assertThat(call.steps(CallStep.StreamOpened.class)).hasSize(1);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            assertThat(server.happened(call)).containsOnlyOnce("returned");
        }
    }

    @ParameterizedTest
    @EnumSource(Trouble.class)
    void or_the_caller_goes_on_to_a_voicemail(Trouble trouble) {
        try (var server = server("voicemail")) {
            server.humans.at(PERSON, trouble.behaviour);
            var call = asked(server);

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE))
                    .as("%s", call.steps())
                    .isTrue();
            call.say(Clip.tone(300, Duration.ofSeconds(8)));
            call.awaitEnded(PATIENCE);
            assertThat(stepped(server, call)).containsExactly("warm " + trouble.stored, "voicemail VOICEMAIL");
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.VOICEMAIL);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = RestFailure.class,
            names = {"SERVER_ERROR", "TOO_MANY_REQUESTS", "NOT_FOUND", "HANG"})
    void a_provider_that_calls_nobody_leaves_the_caller_with_the_agent(RestFailure failure) {
        try (var server = server("agent")) {
            server.carrier.failRest(failure, 1);
            var call = asked(server);

            await().atMost(PATIENCE).until(() -> remembered(server.session(0)).stream()
                    .anyMatch(item -> item.contains("the connection failed")));

            assertThat(streaming(call)).isTrue();
            assertThat(server.carrier.placed()).isEmpty();
            assertThat(stepped(server, call)).containsExactly("warm FAILED");
            assertThat(server.happened(call)).contains("human_unreachable");
        }
    }

    // --- somebody leaves meanwhile ---

    @Test
    void a_phone_that_rings_for_a_caller_who_is_gone_stops_ringing() {
        try (var server = server("2m", "voicemail")) {
            server.humans.at(PERSON, new Behaviour.NoAnswer());
            var call = asked(server);
            var human = human(server);

            call.hangUp();

            human.awaitEnded(PATIENCE);
            assertThat(human.status()).isEqualTo("canceled");
            call.awaitEnded(PATIENCE);
            assertThat(stepped(server, call)).containsExactly("warm CALLER_GONE");
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.ABANDONED);
        }
    }

    @Test
    void a_human_who_listens_is_told_politely_that_the_caller_is_gone() {
        try (var server = server("voicemail")) {
            server.humans.at(PERSON, new Behaviour.Voicemail(Duration.ofSeconds(1)));
            var call = asked(server);
            var human = human(server);
            human.await(CallStep.Said.class, PATIENCE).orElseThrow();

            call.hangUp();

            assertThat(human.awaitHeard("no longer waiting", PATIENCE)).isTrue();
            assertThat(human.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
        }
    }

    @Test
    void a_human_who_is_gone_before_the_caller_comes_is_no_end_for_the_caller() {
        try (var server = server("voicemail")) {
            server.humans.answer(PERSON, Duration.ofSeconds(1), TALK);
            var call = asked(server);
            var human = human(server);
            human.await(CallStep.Gathered.class, PATIENCE).orElseThrow();

            human.hangUp();

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE))
                    .as("%s", call.steps())
                    .isTrue();
            assertThat(call.steps(CallStep.Bridged.class)).isEmpty();
            // Which of the two depends on whether the key or the end comes to the server first.
            assertThat(stepped(server, call)).containsAnyOf("warm HUMAN_GONE", "warm NO_KEY");
        }
    }

    /// The human hangs up while "thank you" is still being said to them, and the provider takes no order for a while.
    @Test
    void a_caller_who_is_alone_in_the_room_goes_on_as_soon_as_the_provider_takes_an_order() {
        try (var server = server("voicemail")) {
            server.humans.answer(PERSON, Duration.ofSeconds(1), Duration.ofMinutes(5));
            var call = asked(server);
            var human = human(server);
            human.await(CallStep.Gathered.class, PATIENCE).orElseThrow();
            server.carrier.failRest(RestFailure.SERVER_ERROR, 8);
            call.await(CallStep.Joined.class, PATIENCE).orElseThrow();

            human.hangUp();

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE))
                    .as("%s", call.steps())
                    .isTrue();
            assertThat(call.steps(CallStep.RestUpdated.class)).isEmpty();
            assertThat(call.steps(CallStep.Bridged.class)).isEmpty();
        }
    }

    @Test
    void key_0_leaves_the_agent_at_once_and_dials_the_human_like_any_other() {
        try (var server = server("2m", "voicemail")) {
            server.humans.at(PERSON, new Behaviour.NoAnswer());
            var call = asked(server);
            var human = human(server);
            server.humans.answer(PERSON, Duration.ofSeconds(1), TALK);
            var since = call.sinceRing();

            call.press('0');

            server.reachesPerson(call, since, Duration.ofSeconds(5));
            human.awaitEnded(PATIENCE);
            assertThat(human.status()).isEqualTo("canceled");
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.TRANSFERRED);
        }
    }
}
