package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.simulator.Humans.Behaviour;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Execution(ExecutionMode.CONCURRENT)
class CarrierTwimlTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Caller ANN = Caller.of("+14155550100", "+14155550199");
    private static final String DESK = "+14155550111";
    private static final String WORKFLOW = "WW0123456789abcdef0123456789abcdef";

    private final TestApplication application =
            new TestApplication().on("/status", "").on("/after", "<Hangup/>").on("/fallback", "<Say>one moment</Say>");

    @AfterEach
    void close() {
        application.close();
    }

    private SimulatedCarrier.Builder carrier() {
        return application.carrier().statusCallback(TestApplication.PUBLIC + "/status");
    }

    private static String recorded(SimulatedCall call) {
        return call.steps(CallStep.Said.class).toString();
    }

    // ---- webhooks ----

    @Test
    void the_webhook_is_a_signed_form_and_the_end_is_reported_once() {
        application.on("/voice", "<Say>hello</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN.with("CallerName", "ANN & CO"));

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.END_OF_TWIML);
            var request = application.requests.getFirst();
            assertThat(request.form())
                    .containsEntry("CallSid", call.sid())
                    .containsEntry("From", "+14155550100")
                    .containsEntry("CallStatus", "ringing")
                    .containsEntry("CallerName", "ANN & CO");
            assertThat(request.headers())
                    .containsEntry(
                            "X-Twilio-Signature",
                            carrier.signature().sign(TestApplication.PUBLIC + "/voice", request.form()))
                    .containsKey("I-Twilio-Idempotency-Token");
            assertThat(application.forms("/status"))
                    .singleElement()
                    .satisfies(form -> assertThat(form)
                            .containsEntry("CallStatus", "completed")
                            .containsEntry("SequenceNumber", "0")
                            .containsKeys("CallDuration", "Timestamp"));
            assertThat(call.notices()).isEmpty();
        }
    }

    @Test
    void a_bad_signature_or_none_is_sent_when_ordered() {
        application.on("/voice", "<Hangup/>");
        try (var carrier = application.carrier().start()) {
            carrier.ring(ANN, new CarrierFault.WrongSignature(CarrierFault.Where.WEBHOOKS))
                    .awaitEnded(SOON);
            carrier.ring(ANN, new CarrierFault.MissingSignature(CarrierFault.Where.WEBHOOKS))
                    .awaitEnded(SOON);

            var wrong = application.requests.get(0);
            assertThat(wrong.headers().get("X-Twilio-Signature"))
                    .isNotEqualTo(carrier.signature().sign(TestApplication.PUBLIC + "/voice", wrong.form()));
            assertThat(application.requests.get(1).headers()).doesNotContainKey("X-Twilio-Signature");
        }
    }

    @Test
    void a_duplicated_webhook_carries_the_same_token() {
        application.on("/voice", "<Hangup/>");
        try (var carrier = application
                .carrier()
                .fault(new CarrierFault.DuplicateWebhooks())
                .start()) {
            carrier.ring(ANN).awaitEnded(SOON);
            await().atMost(SOON).until(() -> application.requests.size() == 2);

            assertThat(application.requests)
                    .extracting(request -> request.headers().get("I-Twilio-Idempotency-Token"))
                    .allMatch(application.requests.getFirst().headers().get("I-Twilio-Idempotency-Token")::equals);
        }
    }

    @Test
    void a_get_carries_the_parameters_in_its_address_and_signs_that() {
        application
                .on("/voice", "<Redirect method=\"GET\">/second?a=b</Redirect>")
                .on("/second", "<Hangup/>");
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);

            var request = application.requests.get(1);
            assertThat(request.target()).startsWith("/second?a=b&CallSid=" + call.sid());
            assertThat(request.headers())
                    .containsEntry(
                            "X-Twilio-Signature", carrier.signature().sign(TestApplication.PUBLIC + request.target()));
        }
    }

    @Test
    void a_late_webhook_comes_after_the_call_is_over() {
        application.on("/voice", "<Hangup/>");
        try (var carrier = carrier().fault(new CarrierFault.LateWebhook()).start()) {
            carrier.ring(ANN).awaitEnded(SOON);

            assertThat(application.requests)
                    .extracting(TestApplication.Received::target)
                    .containsExactly("/voice", "/status", "/voice");
        }
    }

    @Test
    void a_late_status_waits() {
        application.on("/voice", "<Hangup/>");
        try (var carrier = carrier()
                .fault(new CarrierFault.LateStatus(Duration.ofSeconds(5)))
                .start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);

            assertThat(call.steps(CallStep.StatusReported.class).getFirst().at())
                    .isGreaterThan(Duration.ofSeconds(5));
        }
    }

    @Test
    void a_server_that_does_not_answer_in_time_is_left_for_the_fallback() {
        application.silent("/voice");
        try (var carrier = carrier()
                .voiceUrl(TestApplication.PUBLIC + "/voice#tt=200")
                .fallbackUrl(TestApplication.PUBLIC + "/fallback")
                .start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.END_OF_TWIML);
            assertThat(call.alarms()).containsExactly(11200);
            assertThat(application.forms("/fallback")).hasSize(1);
        }
    }

    @Test
    void an_error_status_goes_to_the_fallback_url_with_code_and_address() {
        application.raw("/voice", 500, "oops");
        try (var carrier =
                carrier().fallbackUrl(TestApplication.PUBLIC + "/fallback").start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.END_OF_TWIML);
            assertThat(application.forms("/fallback").getFirst())
                    .containsEntry("ErrorCode", "11200")
                    .containsEntry("ErrorUrl", TestApplication.PUBLIC + "/voice");
            assertThat(recorded(call)).contains("one moment");
        }
    }

    @Test
    void nothing_is_said_in_a_language_that_no_voice_is_listed_for() {
        application.on("/voice", "<Say language=\"es\">hola</Say><Say language=\"es-MX\">adiós</Say><Say>bye</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);

            call.awaitEnded(SOON);

            assertThat(call.steps(CallStep.Said.class)).extracting(CallStep.Said::text).containsExactly("adiós", "bye");
            assertThat(call.notices()).extracting(Notice::code).containsExactly(12200);
        }
    }

    @Test
    void without_a_fallback_the_caller_hears_of_an_application_error() {
        try (var carrier = carrier()
                .reach(URI.create("https://dead.example.com"), URI.create("http://127.0.0.1:1"))
                .voiceUrl("https://dead.example.com/voice#rc=0")
                .start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.APPLICATION_ERROR);
            assertThat(call.alarms()).containsExactly(11205);
            assertThat(recorded(call)).contains("application error");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "<Response><Say>hi</Response> | 12100",
                "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]><Response><Say>&e;</Say></Response> | 12100",
                "<Reply/> | 12100",
                "`` | 12100"
            })
    void a_document_that_is_not_twiml_is_refused(String body, int code) {
        application.raw("/voice", 200, body);
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.APPLICATION_ERROR);
            assertThat(call.alarms()).containsExactly(code);
        }
    }

    @Test
    void a_document_of_more_than_64_kB_is_refused() {
        application.on("/voice", "<Say>" + "x".repeat(70_000) + "</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.APPLICATION_ERROR);
            assertThat(call.alarms()).containsExactly(11750);
        }
    }

    @Test
    void what_the_schema_does_not_know_is_skipped_with_a_warning() {
        application.on("/voice", "<Sing>la</Sing><Say colour=\"red\">hello</Say><Pause length=\"two\"/>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.END_OF_TWIML);
            assertThat(call.alarms()).containsExactly(12200, 12200, 12200);
            assertThat(recorded(call)).contains("hello");
        }
    }

    // ---- verbs ----

    @Test
    void a_sentence_takes_the_time_a_voice_needs() {
        application.on("/voice", "<Say>" + "a".repeat(150) + "</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);

            assertThat(call.heard()).singleElement().satisfies(heard -> {
                assertThat(heard.words()).hasSize(150);
                assertThat(heard.length()).isEqualTo(Duration.ofSeconds(10));
            });
            assertThat(call.timings().ringToFirstSound()).isPresent();
        }
    }

    @Test
    void nothing_after_redirect_or_after_a_dial_with_action_runs() {
        application
                .on("/voice", "<Redirect>/second</Redirect><Say>never</Say>")
                .on("/second", "<Dial action=\"/after\" timeout=\"5\">" + DESK + "</Dial><Say>never</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(call.steps(CallStep.Said.class)).isEmpty();
            assertThat(application.forms("/after").getFirst())
                    .containsEntry("DialCallStatus", "no-answer")
                    .containsEntry("DialBridged", "false");
        }
    }

    @Test
    void a_key_cuts_the_prompt_and_goes_to_the_action() {
        application
                .on(
                        "/voice",
                        "<Gather action=\"/keys\" numDigits=\"2\"><Say>" + "press ".repeat(100)
                                + "</Say></Gather><Say>no keys</Say>")
                .on("/keys", "<Hangup/>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.awaitHeard("press", SOON)).isTrue();
            call.press('4');
            call.press('2');

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(application.forms("/keys").getFirst()).containsEntry("Digits", "42");
            assertThat(call.heard().getFirst().words().length()).isLessThan(600);
        }
    }

    @Test
    void a_gather_without_keys_falls_through() {
        application.on("/voice", "<Gather action=\"/keys\" timeout=\"1\"/><Say>no keys</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);

            assertThat(recorded(call)).contains("no keys");
            assertThat(application.forms("/keys")).isEmpty();
        }
    }

    private static final Clip YES = Clip.silence(Duration.ofSeconds(1)).saying("Yes, please.");

    @Test
    void words_cut_the_prompt_and_go_to_the_action() {
        application
                .on(
                        "/voice",
                        "<Gather action=\"/said\" input=\"dtmf speech\" language=\"en-US\" speechTimeout=\"2\""
                                + " hints=\"yes, no\"><Say>" + "well ".repeat(100) + "</Say></Gather>")
                .on("/said", "<Hangup/>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.awaitHeard("well", SOON)).isTrue();
            call.say(YES, 0.25);
            call.say(Clip.silence(Duration.ofSeconds(1)).saying("Now."));

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(application.forms("/said").getFirst())
                    .containsEntry("SpeechResult", "Yes, please. Now.")
                    .containsEntry("Confidence", "0.2500000")
                    .doesNotContainKey("Digits");
            assertThat(call.heard().getFirst().words().length()).isLessThan(500);
            assertThat(call.alarms()).isEmpty();
        }
    }

    @Test
    void a_key_wins_over_words() {
        application
                .on("/voice", "<Gather action=\"/said\" input=\"speech dtmf\" numDigits=\"1\"><Say>well</Say></Gather>")
                .on("/said", "<Hangup/>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.awaitHeard("well", SOON)).isTrue();
            call.say(YES);
            call.press('1');

            call.awaitEnded(SOON);
            assertThat(application.forms("/said").getFirst())
                    .containsEntry("Digits", "1")
                    .doesNotContainKey("SpeechResult");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Nobody listens for words, then nobody listens for keys, then nothing is said at all.
                "<Gather action=\"/said\" timeout=\"2\"><Say>well</Say></Gather>",
                "<Gather action=\"/said\" input=\"dtmf\" language=\"en-US\" timeout=\"2\"><Say>well</Say></Gather>",
                "<Say>well</Say><Pause length=\"3\"/><Gather action=\"/said\" input=\"speech\" timeout=\"1\"/>"
            })
    void words_that_nobody_listens_for_are_not_gathered(String gather) {
        application.on("/voice", gather + "<Say>no words</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.awaitHeard("well", SOON)).isTrue();
            call.say(YES);

            call.awaitEnded(SOON);
            assertThat(recorded(call)).contains("no words");
            assertThat(application.forms("/said")).isEmpty();
        }
    }

    @Test
    void keys_are_no_answer_where_only_words_are_taken() {
        application.on(
                "/voice",
                "<Gather action=\"/said\" input=\"speech\" timeout=\"2\"><Say>well</Say></Gather><Say>no words</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.awaitHeard("well", SOON)).isTrue();
            call.press('1');

            call.awaitEnded(SOON);
            assertThat(recorded(call)).contains("no words");
            assertThat(application.forms("/said")).isEmpty();
        }
    }

    @Test
    void silence_goes_to_the_action_where_it_is_wanted() {
        application
                .on(
                        "/voice",
                        "<Gather action=\"/said\" input=\"speech\" timeout=\"1\" actionOnEmptyResult=\"true\"/>")
                .on("/said", "<Hangup/>");
        try (var carrier = carrier().start()) {
            carrier.ring(ANN).awaitEnded(SOON);

            assertThat(application.forms("/said").getFirst())
                    .containsEntry("SpeechResult", "")
                    .doesNotContainKey("Digits");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "input=\"voice\"                           | 12200",
                "input=\"dtmf,speech\"                     | 12200",
                "input=\"\"                                | 12200",
                "input=\"speech\" language=\"en\"          | 13331",
                "input=\"speech\" language=\"en-XX\"       | 13331",
                "input=\"speech\" language=\"\"            | 13331",
                "input=\"speech\" speechTimeout=\"0\"      | 13327",
                "input=\"speech\" speechTimeout=\"1.5\"    | 13327",
                "input=\"speech\" hints=\"yes,,no\"        | 13330",
                "input=\"speech\" hints=\"yes; no\"        | 13330",
                "input=\"speech\" bargeIn=\"1\"            | 12200",
                "input=\"speech\" speechLanguage=\"en-US\" | 12200"
            })
    void values_that_twilio_does_not_know_are_noticed(String attributes, int code) {
        application.on("/voice", "<Gather action=\"/said\" timeout=\"1\" " + attributes + "/><Say>on</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);

            assertThat(call.alarms()).containsExactly(code);
            assertThat(recorded(call)).contains("on");
        }
    }

    @Test
    void reject_ends_a_call_that_was_never_answered() {
        application.on("/voice", "<Reject reason=\"busy\"/>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.REJECTED);
            assertThat(call.steps(CallStep.Answered.class)).isEmpty();
            assertThat(application.forms("/status").getFirst()).containsEntry("CallStatus", "busy");
        }
    }

    @Test
    void a_message_is_recorded_until_the_caller_falls_silent() {
        application.on(
                "/voice",
                "<Record action=\"/after\" timeout=\"2\" recordingStatusCallback=\"/recorded\"/><Say>nothing</Say>");
        application.on("/recorded", "");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            call.say(Clip.silence(Duration.ofSeconds(9)).then(Clip.tone(440, Duration.ofSeconds(3))));

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
            var form = application.forms("/after").getFirst();
            assertThat(Integer.parseInt(form.get("RecordingDuration"))).isBetween(3, 12);
            assertThat(carrier.recording(form.get("RecordingSid")))
                    .get()
                    .satisfies(clip -> assertThat(MuLaw.audible(clip.muLaw())).isTrue());
            await().atMost(SOON).until(() -> !application.forms("/recorded").isEmpty());
            assertThat(application.forms("/recorded").getFirst()).containsEntry("RecordingStatus", "completed");
        }
    }

    @ParameterizedTest
    @CsvSource({"1000, /after, /recorded", "0, /recorded, /after"})
    void the_media_of_a_recording_are_usually_not_ready_when_its_action_is_asked(long ms, String first, String then) {
        application.on(
                "/voice", "<Record action=\"/after\" timeout=\"1\" recordingStatusCallback=\"/recorded\"/>");
        application.on("/recorded", "");
        application.on("/after", "<Hangup/>");
        try (var carrier = carrier().mediaReadyAfter(Duration.ofMillis(ms)).start()) {
            var call = carrier.ring(ANN);
            call.say(Clip.tone(440, Duration.ofSeconds(2)));

            call.awaitEnded(SOON);

            await().atMost(SOON).until(() -> application.forms("/recorded").size() == 1);
            assertThat(application.requests)
                    .extracting(TestApplication.Received::target)
                    .filteredOn(target -> target.equals(first) || target.equals(then))
                    .containsExactly(first, then);
        }
    }

    @Test
    void connecting_and_reading_share_the_time_of_a_request() {
        application.silent("/voice").on("/fallback", "<Hangup/>");
        try (var carrier = application
                .carrier()
                .voiceUrl(TestApplication.PUBLIC + "/voice#tt=3500&rt=2000&rc=5&rp=all")
                .fallbackUrl(TestApplication.PUBLIC + "/fallback")
                .start()) {
            long before = System.nanoTime();

            carrier.ring(ANN).awaitEnded(SOON);

            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isGreaterThanOrEqualTo(Duration.ofMillis(3_490));
            assertThat(application.forms("/voice")).hasSize(2);
        }
    }

    @Test
    void a_caller_who_says_nothing_leaves_no_message() {
        application.on("/voice", "<Record action=\"/after\" timeout=\"1\"/><Say>nothing</Say>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);

            assertThat(recorded(call)).contains("nothing");
            assertThat(application.forms("/after")).isEmpty();
        }
    }

    @Test
    void a_caller_who_hangs_up_while_recording_still_leaves_a_message() {
        application.on("/voice", "<Say>go</Say><Record action=\"/after\"/>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            call.say(Clip.tone(440, Duration.ofSeconds(60)));
            assertThat(call.awaitHeard("go", SOON)).isTrue();
            await().pollDelay(Duration.ofMillis(300)).atMost(SOON).until(() -> true);
            call.hangUp();

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.CALLER_HUNG_UP);
            await().atMost(SOON).until(() -> !application.forms("/after").isEmpty());
            assertThat(application.forms("/after").getFirst()).containsEntry("Digits", "hangup");
        }
    }

    // ---- people ----

    private SimulatedCall dialled(Humans humans, String nouns) {
        application
                .on("/voice", "<Dial action=\"/after\" timeout=\"20\">" + nouns + "</Dial>")
                .on(
                        "/whisper",
                        "<Gather numDigits=\"1\" action=\"/accepted\" timeout=\"2\"><Say>a call, press 1</Say></Gather>"
                                + "<Hangup/>")
                .on("/accepted", "");
        try (var carrier = carrier().humans(humans).start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);
            return call;
        }
    }

    private Map<String, String> dialResult() {
        return application.forms("/after").getFirst();
    }

    @Test
    void a_person_who_presses_the_key_is_connected() {
        var call = dialled(
                new Humans().answer(DESK, Duration.ofSeconds(3), Duration.ofSeconds(7)),
                "<Number url=\"/whisper\">" + DESK + "</Number>");

        assertThat(dialResult())
                .containsEntry("DialCallStatus", "completed")
                .containsEntry("DialBridged", "true")
                .containsEntry("DialCallDuration", "7");
        assertThat(call.steps(CallStep.Whispered.class).getFirst().to()).isEqualTo(DESK);
        assertThat(call.steps(CallStep.Bridged.class).getFirst().with()).isEqualTo(DESK);
        assertThat(application.forms("/whisper").getFirst())
                .containsEntry("ParentCallSid", call.sid())
                .containsEntry("Direction", "outbound-dial")
                .containsEntry("To", DESK);
        assertThat(application.forms("/accepted").getFirst()).containsEntry("Digits", "1");
    }

    @Test
    void a_mailbox_never_presses_the_key_and_is_not_connected() {
        var call = dialled(
                new Humans().voicemail(DESK, Duration.ofSeconds(3)), "<Number url=\"/whisper\">" + DESK + "</Number>");

        assertThat(dialResult()).containsEntry("DialCallStatus", "no-answer").containsEntry("DialBridged", "false");
        assertThat(call.steps(CallStep.Bridged.class)).isEmpty();
    }

    @Test
    void a_mailbox_without_a_whisper_takes_the_caller() {
        dialled(new Humans().voicemail(DESK, Duration.ofSeconds(3)), "<Number>" + DESK + "</Number>");

        assertThat(dialResult()).containsEntry("DialCallStatus", "completed").containsEntry("DialBridged", "true");
    }

    @Test
    void of_several_the_first_who_accepts_gets_the_caller() {
        var call = dialled(
                new Humans()
                        .voicemail(DESK, Duration.ofSeconds(1))
                        .answer("+14155550112", Duration.ofSeconds(8))
                        .busy("sip:desk@example.com"),
                "<Number url=\"/whisper\">" + DESK + "</Number><Number url=\"/whisper\">+14155550112</Number>"
                        + "<Sip>sip:desk@example.com</Sip>");

        assertThat(dialResult()).containsEntry("DialCallStatus", "completed");
        assertThat(call.steps(CallStep.Bridged.class).getFirst().with()).isEqualTo("+14155550112");
    }

    @ParameterizedTest
    @CsvSource({"busy, busy", "declines, busy", "failed, failed", "silent, no-answer", "late, no-answer"})
    void whoever_does_not_answer_gives_a_status(String kind, String status) {
        Behaviour behaviour = switch (kind) {
            case "busy" -> new Behaviour.Busy();
            case "declines" -> new Behaviour.Declines(Duration.ofSeconds(4));
            case "failed" -> new Behaviour.Failed();
            case "late" -> new Behaviour.Answers(Duration.ofSeconds(25), Optional.empty(), Duration.ZERO);
            default -> new Behaviour.NoAnswer();
        };
        dialled(new Humans().at(DESK, behaviour), "<Number>" + DESK + "</Number>");

        assertThat(dialResult()).containsEntry("DialCallStatus", status);
    }

    @Test
    void a_caller_id_that_is_not_ours_is_refused() {
        application.on("/voice", "<Dial action=\"/after\" callerId=\"+19005550100\">" + DESK + "</Dial>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);

            assertThat(call.alarms()).containsExactly(13214);
            assertThat(dialResult()).containsEntry("DialCallStatus", "failed");
        }
    }

    // ---- queues ----

    private static String task(String json) {
        return "<Enqueue workflowSid=\"" + WORKFLOW + "\" action=\"/after\" waitUrl=\"/wait\"><Task timeout=\"60\">"
                + json.replace("&", "&amp;").replace("<", "&lt;") + "</Task></Enqueue>";
    }

    @Test
    void a_task_is_taken_by_a_person_and_its_attributes_are_kept() {
        application
                .on("/voice", task("{\"reason\":\"wants </Task> & more\",\"urgency\":\"high\"}"))
                .on("/wait", "<Say>please hold</Say>");
        try (var carrier = carrier()
                .humans(new Humans().answer(WORKFLOW, Duration.ofSeconds(6), Duration.ofSeconds(4)))
                .start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);

            assertThat(dialResult()).containsEntry("QueueResult", "bridged").containsKey("QueueTime");
            var enqueued = call.steps(CallStep.Enqueued.class).getFirst();
            assertThat(enqueued.workflowSid()).contains(WORKFLOW);
            assertThat(enqueued.attributes().orElseThrow()).contains("wants </Task> & more");
            assertThat(call.steps(CallStep.LeftQueue.class).getFirst().waited())
                    .isBetween(Duration.ofSeconds(10), Duration.ofSeconds(16));
            assertThat(application.forms("/wait").size()).isGreaterThan(2);
            assertThat(application.forms("/wait").getFirst()).containsEntry("QueuePosition", "1");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"{'a':1}", "[1]", "{\"a\":1,\"a\":2}", "{\"a\":1} x"})
    void task_attributes_that_are_not_one_json_object_are_an_error(String json) {
        application.on("/voice", task(json));
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            call.awaitEnded(SOON);

            assertThat(call.alarms()).containsExactly(14221);
            assertThat(dialResult()).containsEntry("QueueResult", "error");
        }
    }

    @Test
    void a_full_queue_is_told_at_once() {
        application.on("/voice", "<Enqueue action=\"/after\">support</Enqueue>");
        try (var carrier = carrier().humans(new Humans().queueFull("support")).start()) {
            carrier.ring(ANN).awaitEnded(SOON);

            assertThat(dialResult()).containsEntry("QueueResult", "queue-full");
        }
    }

    @Test
    void the_wait_document_lets_the_caller_leave() {
        application
                .on("/voice", "<Enqueue action=\"/after\" waitUrl=\"/wait\">support</Enqueue>")
                .on("/wait", "<Gather numDigits=\"1\" action=\"/left\"><Say>press 1 to leave a message</Say></Gather>")
                .on("/left", "<Leave/>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.awaitHeard("leave a message", SOON)).isTrue();
            call.press('1');
            call.awaitEnded(SOON);

            assertThat(dialResult()).containsEntry("QueueResult", "leave");
        }
    }

    @Test
    void a_caller_who_hangs_up_in_the_queue_is_told_to_the_action() {
        application.on("/voice", "<Enqueue action=\"/after\" waitUrl=\"\">support</Enqueue>");
        try (var carrier = carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.await(CallStep.Enqueued.class, SOON)).isPresent();
            call.hangUp();

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.CALLER_HUNG_UP);
            await().atMost(SOON).until(() -> !application.forms("/after").isEmpty());
            assertThat(dialResult()).containsEntry("QueueResult", "hangup").containsEntry("CallStatus", "completed");
        }
    }
}
