package io.offhook.server;

import static io.offhook.server.TestServer.CALLER;
import static io.offhook.server.TestServer.NUMBER;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.PhoneNumber;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import io.offhook.simulator.Humans;
import io.offhook.simulator.RestFailure;
import io.offhook.simulator.SimulatedCall;
import io.offhook.store.Wish;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Callers whom nobody could take, and who would rather be called back than leave a message.
@Execution(ExecutionMode.CONCURRENT)
class CallbackTest {
    private static final Duration SOON = Duration.ofMillis(500);

    /// The person is busy when the caller rings.
    private static TestServer server(String callback) {
        var server = TestServer.plan()
                .speed(4)
                .rest()
                .person("dial: \"" + PERSON + "\", wait: 5s, else: later }\n    later: { callback: " + callback)
                .start();
        server.humans.busy(PERSON);
        return server;
    }

    private static SimulatedCall asked(TestServer server) {
        server.script.calls("escalate_to_human", "{\"reason\":\"Refund\",\"summary\":\"Charged twice in March\"}");
        var call = server.ringAndGreet();
        server.says("I want my money back.");
        assertThat(call.awaitHeard("We can call you back", PATIENCE)).isTrue();
        return call;
    }

    private static void types(SimulatedCall call, String keys) {
        keys.chars().forEach(key -> call.press((char) key));
    }

    private static void says(SimulatedCall call, String words) {
        call.say(Clip.silence(Duration.ofSeconds(2)).saying(words));
    }

    private static SimulatedCall agreed(TestServer server) {
        var call = asked(server);
        types(call, "1#");
        assertThat(call.awaitHeard("We will call you back", PATIENCE)).isTrue();
        return call;
    }

    private static Optional<Wish> stored(TestServer server, SimulatedCall call) {
        return server.offhook.wishes().find(new CallId(call.sid()));
    }

    private static Wish settled(TestServer server, SimulatedCall call) {
        await().atMost(PATIENCE)
                .until(() -> stored(server, call).flatMap(Wish::finishedAt).isPresent());
        return stored(server, call).orElseThrow();
    }

    /// The call by which the person was rung.
    private static SimulatedCall rung(TestServer server) {
        await().atMost(PATIENCE).until(() -> server.carrier.calls().stream().anyMatch(CallbackTest::toPerson));
        return server.carrier.calls().stream()
                .filter(CallbackTest::toPerson)
                .findFirst()
                .orElseThrow();
    }

    private static boolean toPerson(SimulatedCall call) {
        return call.caller().to().equals(PERSON);
    }

    // --- what the caller agrees to

    @ParameterizedTest
    @CsvSource({"1#, " + CALLER + ", press 1", "6502530001#, +16502530001, another number"})
    void the_number_is_kept_with_the_words_that_the_caller_agreed_to(String keys, String number, String words) {
        try (var server = server("none")) {
            var call = asked(server);

            types(call, keys);

            assertThat(call.awaitHeard("We will call you back", PATIENCE)).isTrue();
            call.awaitEnded(PATIENCE);
            var wish = settled(server, call);
            assertThat(wish.state()).isEqualTo(Wish.State.KEPT);
            assertThat(wish.number()).contains(new PhoneNumber(number));
            assertThat(wish.called().e164()).isEqualTo(NUMBER);
            assertThat(wish.consent()).contains("If you agree to be called", words);
            assertThat(wish.language()).isEqualTo("en");
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.CALLBACK);
            assertThat(call.alarms()).isEmpty();
        }
    }

    // --- by voice

    @Test
    void a_spoken_yes_is_kept_with_the_words_that_it_was_said_to() {
        try (var server = server("none")) {
            var call = asked(server);

            says(call, "Yes, please.");

            assertThat(call.awaitHeard("We will call you back", PATIENCE)).isTrue();
            call.awaitEnded(PATIENCE);
            var wish = settled(server, call);
            assertThat(wish.number()).contains(new PhoneNumber(CALLER));
            assertThat(wish.consent()).contains("If you agree to be called", "calling from", "say yes");
            assertThat(wish.spoken()).isTrue();
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.CALLBACK);
            assertThat(call.alarms()).isEmpty();
        }
    }

    @Test
    void a_spoken_number_is_read_out_and_agreed_to_before_it_counts() {
        try (var server = server("none")) {
            var call = asked(server);

            says(call, "six five oh, two five three, triple oh one");

            assertThat(call.awaitHeard("I heard: 6 5 0, 2 5 3, 0 0 0 1.", PATIENCE)).isTrue();
            assertThat(stored(server, call)).isEmpty();
            says(call, "Yes.");
            assertThat(call.awaitHeard("We will call you back", PATIENCE)).isTrue();
            call.awaitEnded(PATIENCE);
            var wish = settled(server, call);
            assertThat(wish.number()).contains(new PhoneNumber("+16502530001"));
            assertThat(wish.consent()).contains("If you agree to be called at this number");
            assertThat(wish.spoken()).isTrue();
            assertThat(call.alarms()).isEmpty();
            assertThat(call.steps(CallStep.Asked.class))
                    .extracting(CallStep.Asked::url)
                    .noneMatch(url -> url.contains("2530001"));
        }
    }

    @Test
    void after_a_wrong_number_was_read_out_the_right_one_can_be_typed() {
        try (var server = server("none")) {
            var call = asked(server);
            says(call, "six five oh, two five three, oh oh oh nine");
            assertThat(call.awaitHeard("I heard: 6 5 0, 2 5 3, 0 0 0 9.", PATIENCE)).isTrue();

            types(call, "6502530001#");

            assertThat(call.awaitHeard("We will call you back", PATIENCE)).isTrue();
            call.awaitEnded(PATIENCE);
            var wish = settled(server, call);
            assertThat(wish.number()).contains(new PhoneNumber("+16502530001"));
            assertThat(wish.consent()).contains("another number");
            assertThat(wish.spoken()).isFalse();
        }
    }

    @Test
    void who_is_not_understood_twice_is_asked_for_a_message() {
        try (var server = server("none")) {
            var call = asked(server);

            call.say(Clip.silence(Duration.ofSeconds(2)).saying("Yes."), 0.2);
            assertThat(call.awaitHeard("I didn't understand", PATIENCE)).isTrue();
            says(call, "My dog is barking.");

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
            assertThat(stored(server, call)).isEmpty();
        }
    }

    @Test
    void whoever_types_nothing_is_asked_for_a_message() {
        try (var server = server("none")) {
            var call = asked(server);

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
            assertThat(stored(server, call)).isEmpty();
            assertThat(call.steps(CallStep.Gathered.class)).isEmpty();
        }
    }

    @Test
    void after_a_number_that_costs_extra_the_caller_is_asked_once_more() {
        try (var server = server("none")) {
            var call = asked(server);

            types(call, "9005550100#");
            assertThat(call.awaitHeard("We can't call that number", PATIENCE)).isTrue();
            types(call, "911#");

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
            assertThat(stored(server, call)).isEmpty();
        }
    }

    @Test
    void key_1_in_a_queue_asks_at_once() {
        try (var server = TestServer.plan()
                .speed(8)
                .rest()
                .person("queue: support, wait: 5m, else: desk }\n    desk: { dial: \"" + PERSON
                        + "\", else: later }\n    later: { callback: none")
                .start()) {
            server.humans.noAnswer("support");
            var call = server.ringAndGreet();
            call.press('0');
            assertThat(call.awaitHeard("To be called back instead, press 1.", PATIENCE)).isTrue();

            call.press('1');

            assertThat(call.awaitHeard("We can call you back", PATIENCE)).isTrue();
            types(call, "1#");
            assertThat(call.awaitHeard("We will call you back", PATIENCE)).isTrue();
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    // --- how it is done

    @Test
    void a_person_hears_what_it_is_about_takes_it_with_1_and_then_the_caller_is_dialled() {
        try (var server = server("true")) {
            var call = asked(server);
            server.humans.answer(PERSON, SOON).answer(CALLER, SOON, Duration.ofSeconds(2));
            types(call, "1#");

            var wish = settled(server, call);

            var leg = rung(server);
            leg.awaitEnded(PATIENCE);
            assertThat(wish.state()).isEqualTo(Wish.State.CONNECTED);
            assertThat(leg.caller().from()).isEqualTo(NUMBER);
            assertThat(leg.steps(CallStep.Said.class))
                    .extracting(CallStep.Said::text)
                    .containsExactly(
                            "A caller has asked to be called back.",
                            "Refund. Charged twice in March",
                            "Press 1 to be put through to the caller now.");
            var dialled = leg.steps(CallStep.Dialled.class).getFirst();
            assertThat(dialled.destinations()).containsExactly(CALLER);
            assertThat(dialled.callerId()).isEqualTo(NUMBER);
            assertThat(leg.steps(CallStep.Bridged.class)).hasSize(1);
            server.awaitHappened(call, "callback_connected");
            assertThat(server.carrier.calls()).hasSize(2);
            assertThat(leg.alarms()).isEmpty();
        }
    }

    @Test
    void a_mailbox_does_not_get_the_caller() {
        try (var server = server("{ attempts: 1 }")) {
            var call = asked(server);
            server.humans.voicemail(PERSON, SOON);
            types(call, "1#");

            var wish = settled(server, call);

            assertThat(wish.state()).isEqualTo(Wish.State.GIVEN_UP);
            assertThat(wish.result()).isEqualTo("human-voicemail");
            assertThat(rung(server).steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    @Test
    void another_key_declines() {
        try (var server = server("{ attempts: 1 }")) {
            var call = asked(server);
            server.humans.at(PERSON, new Humans.Behaviour.Answers(SOON, Optional.of('2'), SOON));
            types(call, "1#");

            assertThat(settled(server, call).result()).isEqualTo("human-declined");
            assertThat(rung(server).steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    @Test
    void hanging_up_while_it_is_said_declines() {
        try (var server = server("{ attempts: 1 }")) {
            var call = asked(server);
            server.humans.at(PERSON, new Humans.Behaviour.Refuses(SOON));
            types(call, "1#");

            assertThat(settled(server, call).result()).isEqualTo("human-declined");
        }
    }

    @Test
    void a_person_who_is_busy_is_not_rung_for_ever() {
        try (var server = server("{ attempts: 1 }")) {
            var call = agreed(server);

            assertThat(settled(server, call).result()).isEqualTo("human-busy");
        }
    }

    @Test
    void a_caller_who_is_busy_is_left_in_peace_and_the_person_is_told() {
        try (var server = server("{ attempts: 1 }")) {
            var call = asked(server);
            server.humans.answer(PERSON, SOON, Duration.ofMinutes(5)).busy(CALLER);
            types(call, "1#");

            assertThat(settled(server, call).result()).isEqualTo("caller-busy");
            assertThat(rung(server).awaitHeard("The caller did not answer", PATIENCE)).isTrue();
        }
    }

    @Test
    void an_order_that_got_no_answer_is_not_given_twice() {
        try (var server = server("true")) {
            var call = asked(server);
            server.carrier.failRest(RestFailure.CUT, 1);
            server.humans.answer(PERSON, SOON);
            types(call, "1#");

            await().atMost(PATIENCE).until(() -> stored(server, call)
                    .filter(wish -> wish.state() == Wish.State.RINGING)
                    .isPresent());
            await().during(Duration.ofMillis(1_500))
                    .atMost(PATIENCE)
                    .until(() -> server.carrier.calls().size() == 1);
        }
    }
}
