package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.call.PhoneNumber;
import io.offhook.config.ConfigException;
import io.offhook.config.Secret;
import io.offhook.config.Settings;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.RestFailure;
import io.offhook.simulator.SimulatedCarrier;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TwilioRestTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final PhoneNumber OURS = new PhoneNumber("+14155550199");
    private static final PhoneNumber BOB = new PhoneNumber("+14155550101");

    private final SimulatedCarrier carrier =
            SimulatedCarrier.builder().apiKey("SK1", "secret").speed(10).restPort(0).start();
    private final TwilioRest rest = rest("SK1", "secret", SOON);

    private TwilioRest rest(String user, String password, Duration patience) {
        return new TwilioRest(
                carrier.restUrl(),
                ACCOUNT,
                new TwilioRest.Login(user, new Secret(password)),
                new TwilioRest.Login(ACCOUNT, new Secret(TOKEN)),
                patience);
    }

    @AfterEach
    void close() {
        rest.close();
        carrier.close();
    }

    @Test
    void an_account_is_read_with_its_own_token_since_a_key_may_not() {
        carrier.account().trial();

        var account = rest.account();

        assertThat(account.ok().orElseThrow().trial()).isTrue();
        assertThat(account.ok().orElseThrow().active()).isTrue();
    }

    @Test
    void all_numbers_are_found_on_however_many_pages() {
        for (int i = 0; i < 230; i++) {
            carrier.account().add("+14155552" + (100 + i));
        }

        var numbers = rest.numbers().ok().orElseThrow();

        assertThat(numbers).hasSize(230).doesNotHaveDuplicates();
    }

    @Test
    void a_number_is_exactly_the_one_that_was_asked_for() {
        carrier.account().add("+441415550199");
        var ours = carrier.account().add(OURS.e164());

        assertThat(rest.number(OURS).ok().orElseThrow().orElseThrow().sid()).isEqualTo(ours.sid());
        assertThat(rest.number(new PhoneNumber("+4414155501")).ok().orElseThrow()).isEmpty();
    }

    @Test
    void webhooks_are_set_and_restored_exactly() {
        var number = carrier.account()
                .add(OURS.e164())
                .set("VoiceUrl", "https://old.example/voice?a=1&b=caf%C3%A9")
                .set("VoiceMethod", "GET");
        var before = rest.number(number.sid()).ok().orElseThrow().webhooks();
        var ours = new VoiceWebhooks(
                "https://voice.example.com/voice/incoming", "POST", "", "POST", "https://voice.example.com/s", "POST");

        var set = rest.update(number.sid(), ours).ok().orElseThrow();
        var restored = rest.update(number.sid(), before).ok().orElseThrow();

        assertThat(set.webhooks().sameAs(ours)).isTrue();
        assertThat(restored.webhooks()).isEqualTo(before);
    }

    @Test
    void a_number_that_something_else_answers_says_so() {
        carrier.account().add(OURS.e164()).set("TrunkSid", "TK0123456789abcdef0123456789abcdef");

        var number = rest.number(OURS).ok().orElseThrow().orElseThrow();

        assertThat(number.override().orElseThrow()).contains("SIP trunk TK").contains("In the console");
    }

    @Test
    void a_call_is_placed_moved_and_ended() {
        carrier.account().add(OURS.e164());
        carrier.humans().answer(BOB.e164(), Duration.ofSeconds(1));
        var hello = new OutboundCall.Document.Twiml(
                "<Response><Say>a caller is waiting</Say><Pause length=\"600\"/></Response>");

        var placed = rest.place(OutboundCall.of(BOB, OURS, hello).detecting(OutboundCall.Detection.SOON))
                .ok()
                .orElseThrow();
        var call = carrier.call(placed.sid()).orElseThrow();
        assertThat(call.awaitHeard("a caller is waiting", SOON)).isTrue();
        rest.redirect(
                placed.sid(),
                new OutboundCall.Document.Twiml("<Response><Say>moved</Say><Pause length=\"600\"/></Response>"));
        assertThat(call.awaitHeard("moved", SOON)).isTrue();
        var running = rest.call(placed.sid()).ok().orElseThrow();
        rest.hangUp(placed.sid());
        call.awaitEnded(SOON);

        assertThat(running.status()).isEqualTo("in-progress");
        assertThat(running.over()).isFalse();
        assertThat(rest.call(placed.sid()).ok().orElseThrow().over()).isTrue();
        assertThat(rest.hangUp(placed.sid())).isInstanceOf(RestAnswer.Gone.class);
        assertThat(rest.call("CA404")).isInstanceOf(RestAnswer.Gone.class);
    }

    @Test
    void a_conference_is_found_by_name_with_who_is_in_it() {
        var ann = "CA00000000000000000000000000000001";
        var bob = "CA00000000000000000000000000000002";
        var room = carrier.account().conference("transfer-1", ann, bob);

        var found = rest.conference("transfer-1").ok().orElseThrow().orElseThrow();
        var members = rest.participants(found.sid()).ok().orElseThrow();
        rest.endsOnExit(found.sid(), bob, true);
        rest.remove(found.sid(), bob);

        assertThat(members).extracting(TwilioConference.Participant::callSid).containsExactly(ann, bob);
        assertThat(room.over()).isTrue();
        assertThat(rest.conference("transfer-1").ok().orElseThrow()).isEmpty();
    }

    @Test
    void a_question_is_asked_twice_and_an_order_given_once() {
        carrier.account().add(OURS.e164());
        carrier.failRest(RestFailure.UNAVAILABLE, 1);
        assertThat(rest.numbers().ok().orElseThrow()).hasSize(1);

        carrier.failRest(RestFailure.CUT, 1);
        var placed = rest.place(
                OutboundCall.of(BOB, OURS, new OutboundCall.Document.At(URI.create("https://voice.example.com/w"))));

        assertThat(placed)
                .isInstanceOfSatisfying(
                        RestAnswer.Unreachable.class, lost -> assertThat(lost.perhapsDone()).isTrue());
        assertThat(carrier.calls()).isEmpty();
    }

    @Test
    void silence_counts_as_unreachable_in_time() {
        carrier.failRest(RestFailure.HANG, 2);
        var start = System.nanoTime();
        try (var hasty = rest("SK1", "secret", Duration.ofMillis(300))) {
            var answer = hasty.numbers();

            assertThat(answer.problem()).isEqualTo("Twilio's REST API did not answer within 300 ms.");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(600));
        }
    }

    @Test
    void too_many_requests_say_when_to_come_back() {
        carrier.failRest(RestFailure.TOO_MANY_REQUESTS, 1);

        assertThat(rest.numbers()).isInstanceOfSatisfying(RestAnswer.Busy.class, busy -> assertThat(busy.retryAfter())
                .isEqualTo(Optional.of(Duration.ofSeconds(1))));
    }

    @Test
    void wrong_credentials_are_refused_and_not_repeated_in_the_message() {
        try (var wrong = rest("SK1", "hunter2", SOON)) {
            var answer = wrong.numbers();

            assertThat(answer).isInstanceOf(RestAnswer.Refused.class);
            assertThat(answer.problem())
                    .startsWith("Twilio refused the credentials. (error 20003, HTTP 401) Check TWILIO_ACCOUNT_SID")
                    .doesNotContain("hunter2");
            assertThat(wrong.toString()).doesNotContain("hunter2");
        }
    }

    @Test
    void nobody_listening_is_known_not_to_have_happened() {
        try (var nowhere = new TwilioRest(
                URI.create("http://127.0.0.1:1"),
                ACCOUNT,
                new TwilioRest.Login(ACCOUNT, new Secret(TOKEN)),
                new TwilioRest.Login(ACCOUNT, new Secret(TOKEN)))) {

            var answer = nowhere.hangUp("CA1");

            assertThat(answer).isEqualTo(new RestAnswer.Unreachable<>("can't be reached", false));
        }
    }

    @Test
    void numbers_in_errors_are_masked() {
        carrier.account().add(OURS.e164());
        carrier.account().trial();

        var answer = rest.place(
                OutboundCall.of(BOB, BOB, new OutboundCall.Document.At(URI.create("https://voice.example.com/w"))));
        var unknown = new TwilioError(400, 99999, "The number +14155550101 is odd", "https://more.example");

        assertThat(answer).isInstanceOf(RestAnswer.Rejected.class);
        assertThat(unknown.sentence())
                .isEqualTo("Twilio says: The number +***01 is odd (error 99999, HTTP 400) See https://more.example");
    }

    @Test
    void a_recording_is_deleted() {
        assertThat(rest.deleteRecording("RE00000000000000000000000000000404")).isInstanceOf(RestAnswer.Gone.class);
    }

    @Test
    void credentials_travel_in_the_clear_on_this_machine_only() {
        var login = new TwilioRest.Login(ACCOUNT, new Secret(TOKEN));

        assertThatThrownBy(() -> new TwilioRest(URI.create("http://api.twilio.com"), ACCOUNT, login, login))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void settings_without_credentials_are_refused_all_at_once() {
        var empty = Settings.from(Map.of()).twilio();

        assertThatThrownBy(() -> TwilioRest.of(empty)).isInstanceOfSatisfying(ConfigException.class, mistakes -> {
            assertThat(mistakes.mistakes()).hasSize(2);
            assertThat(mistakes.mistakes()).extracting("where").containsOnly("environment");
        });
    }

    @Test
    void a_region_and_an_edge_name_the_host() {
        var settings = Settings.from(Map.of("TWILIO_REGION", "ie1", "TWILIO_EDGE", "dublin"));

        assertThat(settings.twilio().restUrl()).hasToString("https://api.dublin.ie1.twilio.com");
    }

    @Test
    void a_call_that_is_updated_tells_what_it_was_told() {
        carrier.account().add(OURS.e164());
        carrier.humans().answer(BOB.e164(), Duration.ofSeconds(1));
        var wait = new OutboundCall.Document.Twiml("<Response><Pause length=\"600\"/></Response>");
        var sid = rest.place(OutboundCall.of(BOB, OURS, wait)).ok().orElseThrow().sid();

        rest.cancel(sid);

        assertThat(carrier.call(sid).orElseThrow().steps(CallStep.RestUpdated.class))
                .extracting(CallStep.RestUpdated::form)
                .isEqualTo(List.of(Map.of("Status", "canceled")));
    }
}
