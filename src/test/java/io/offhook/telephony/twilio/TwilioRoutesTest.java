package io.offhook.telephony.twilio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent.CallerAudio;
import io.offhook.call.CallEvent.StreamEnded;
import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.StreamEnd;
import io.offhook.telephony.Fallback;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Instruction.ConnectAgent;
import io.offhook.telephony.Instruction.HangUp;
import io.offhook.telephony.NumberQuestion;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Whisper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/// The routes on a real server, with real sockets as Twilio.
class TwilioRoutesTest {
    private static final Duration LONG = Duration.ofMinutes(2);
    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final TwilioSettings SETTINGS =
            new TwilioSettings(ACCOUNT, List.of(TOKEN), URI.create("https://voice.example.com/phone"), false);
    private static final CallId CALL = new CallId("CA00000000000000000000000000000001");
    private static final Map<String, String> RINGING = Map.of(
            "AccountSid", ACCOUNT,
            "CallSid", CALL.value(),
            "CallStatus", "ringing",
            "From", "+14155550100",
            "To", "+14155550199",
            "StirVerstat", "TN-Validation-Passed-A",
            "CallerCity", "SÃO PAULO & co");
    private static final Map<String, String> RECORDING = Map.of(
            "AccountSid", ACCOUNT,
            "CallSid", CALL.value(),
            "RecordingUrl", "https://api.twilio.com/RE1",
            "RecordingDuration", "12",
            "RecordingStatus", "completed");
    private static final Map<String, String> HUMAN = Map.of(
            "AccountSid", ACCOUNT,
            "CallSid", "CA00000000000000000000000000000002",
            "ParentCallSid", CALL.value(),
            "CallStatus", "in-progress");
    private static final String STREAM_SIGNATURE =
            TwilioSignatureTest.hmac(TOKEN, "wss://voice.example.com/phone/voice/stream");
    private static Vertx vertx;
    private static HttpClient http;
    /// Kept, because Vert.x closes a client that is garbage.
    private static WebSocketClient sockets;


    private final FakeSwitchboard switchboard = new FakeSwitchboard();
    private final List<String> counted = new CopyOnWriteArrayList<>();
    private HttpServer server;

    @BeforeAll
    static void startVertx() {
        vertx = Vertx.vertx();
        sockets = vertx.createWebSocketClient();
        http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    }

    @AfterAll
    static void stopVertx() {
        http.close();
        get(vertx.close());
    }

    @BeforeEach
    void startServer() {
        serve(limits(LONG, LONG));
    }

    private static TwilioLimits limits(Duration startWithin, Duration silentAfter) {
        return new TwilioLimits(64 << 10, startWithin, silentAfter, 640_000, 2, Duration.ofMillis(50));
    }

    private void serveInstead(TwilioLimits limits) {
        stopServer();
        serve(limits);
    }

    @AfterEach
    void stopServer() {
        get(server.close());
    }

    private void serve(TwilioLimits limits) {
        var router = Router.router(vertx);
        router.route().handler(context -> {
            if (context.request().getHeader("x-answered-by-another") != null) {
                context.response().end();
            }
            context.next();
        });
        new TwilioRoutes(
                        SETTINGS,
                        limits,
                        switchboard,
                        new AskAgainLater(),
                        counted::add)
                .mount(router);
        server = get(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    }

    /// Tells which call it was asked about.
    static final class AskAgainLater implements Fallback {
        @Override
        public Instruction incoming(IncomingCall call) {
            return new HangUp(List.of("Please call again.", called(call.to())), "en-US");
        }

        @Override
        public Instruction next(Progress progress) {
            var step = "after step " + progress.step().orElse(-1);
            return new HangUp(List.of("Please call again.", called(progress.to()), step), "en-US");
        }

        private static String called(Optional<PhoneNumber> number) {
            return "called " + number.map(PhoneNumber::e164).orElse("nobody");
        }
    }

    // --- webhooks ---

    @Test
    void a_ringing_call_is_answered_with_twiml() throws Exception {
        switchboard.answer.complete(new ConnectAgent(List.of(), "en-US", "one-time"));

        var response = post("/voice/incoming", RINGING);

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("text/xml; charset=utf-8");
        assertThat(response.body())
                .contains("<Stream url=\"wss://voice.example.com/phone/voice/stream\"")
                .contains("value=\"one-time\"");
        assertThat(switchboard.incoming)
                .containsExactly(new IncomingCall(
                        CALL,
                        Optional.of(new PhoneNumber("+14155550100")),
                        Optional.of(new PhoneNumber("+14155550199")),
                        "TN-Validation-Passed-A",
                        false,
                        ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+266696687", "anonymous", "sip:x@example.com", ""})
    void a_withheld_number_is_no_number(String from) throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));

        post("/voice/incoming", with(RINGING, "From", from));

        assertThat(switchboard.incoming.getFirst().from()).isEmpty();
    }

    @Test
    void a_slow_switchboard_gets_the_fallback_within_a_second() throws Exception {
        long start = System.nanoTime();

        var response = post("/voice/incoming", RINGING);

        assertThat(response.body()).contains("Please call again.").contains("<Hangup/>");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
        assertThat(counted).containsExactly("answer_late");
    }

    @Test
    void a_broken_switchboard_gets_the_fallback() throws Exception {
        switchboard.answer.completeExceptionally(new IllegalStateException("broken"));

        assertThat(post("/voice/continue", RINGING).body()).contains("Please call again.");
    }

    @Test
    void an_answer_that_cant_be_written_is_none() throws Exception {
        var notText = new AbstractList<String>() {
            @Override
            public String get(int index) {
                throw new IllegalStateException("no text");
            }

            @Override
            public int size() {
                return 1;
            }
        };
        switchboard.answer.complete(new Instruction.HangUp(notText, "en"));

        assertThat(post("/voice/continue", RINGING).body()).contains("Please call again.");
        assertThat(counted).containsExactly("answer_late");
    }

    @Test
    void the_fallback_is_for_the_number_that_was_called_and_for_the_step_that_has_ended() throws Exception {
        switchboard.answer.completeExceptionally(new IllegalStateException("broken"));

        var rings = post("/voice/incoming", RINGING);
        var goesOn = post("/voice/continue?after=2", RINGING);

        assertThat(rings.body()).contains("called +14155550199");
        assertThat(goesOn.body()).contains("called +14155550199").contains("after step 2");
    }

    @ParameterizedTest
    @CsvSource({
        "DialCallStatus, completed, ACCEPTED",
        "DialCallStatus, answered, ACCEPTED",
        "DialCallStatus, busy, BUSY",
        "DialCallStatus, no-answer, NO_ANSWER",
        "DialCallStatus, failed, FAILED",
        "DialCallStatus, canceled, CALLER_GONE",
        "QueueResult, bridged, ACCEPTED",
        "QueueResult, redirected, ACCEPTED",
        "QueueResult, hangup, CALLER_GONE",
        "QueueResult, leave, NO_ANSWER",
        "QueueResult, queue-full, QUEUE_FULL",
        "QueueResult, system-error, FAILED",
        "QueueResult, error, FAILED",
        "QueueResult, something-new, FAILED",
        "RecordingUrl, https://api.twilio.com/x, VOICEMAIL",
        "CallStatus, completed, CALLER_GONE",
        "Other, x, FAILED"
    })
    void the_end_of_a_step_says_how_it_went(String name, String value, Route.Result result) throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));

        post("/voice/continue?after=2", with(with(RINGING, "CallStatus", "in-progress"), name, value));

        var progress = switchboard.progress.getFirst();
        assertThat(progress.step()).hasValue(2);
        assertThat(progress.result()).contains(result);
        assertThat(progress.over()).isEqualTo(name.equals("CallStatus"));
    }

    private Progress.Reply replied(String query, String name, String value) throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));
        post(
                "/voice/continue?after=2" + query,
                with(with(with(RINGING, "CallStatus", "in-progress"), name, value), "Confidence", "0.8123456"));
        return switchboard.progress.getLast().reply();
    }

    @Test
    void a_number_is_typed_or_said_and_its_question_comes_back_with_it() throws Exception {
        var number = new PhoneNumber("+14155550123");
        var heard = "&heard=" + new NumberSeal(SETTINGS).close(number);

        assertThat(replied("", "Digits", "4155550123"))
                .isEqualTo(new Progress.Reply("4155550123", "", 0, NumberQuestion.FIRST));
        assertThat(replied("&again=1", "SpeechResult", "Yes."))
                .isEqualTo(new Progress.Reply("", "Yes.", 0.8123456, NumberQuestion.FIRST.onceMore()));
        assertThat(replied(heard, "Digits", "1"))
                .isEqualTo(new Progress.Reply("1", "", 0, NumberQuestion.FIRST.confirming(number)));
        assertThat(replied("&again=1" + heard, "SpeechResult", "Yes.").question())
                .isEqualTo(NumberQuestion.FIRST.onceMore().confirming(number));
        assertThat(replied("", "Other", "x"))
                .isEqualTo(Progress.Reply.NOTHING);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "%2B14155550123", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"})
    void a_key_for_a_number_that_can_not_be_read_counts_for_none(String heard) throws Exception {
        assertThat(replied("&heard=" + heard, "Digits", "1")).isEqualTo(Progress.Reply.NOTHING);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 0.5", "1.0, 1", "1.9, 1", "1, 1", "0.0001, 0.0001", "'', 1", "0.0, 1", "0, 1", "-1, 0", "NaN, 0", "1e9, 0", "9, 0", "0.9.9, 0"})
    void how_sure_twilio_is_of_words_is_a_number_up_to_1_and_not_always_said(String text, double confidence) throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));

        post("/voice/continue?after=2", with(with(RINGING, "SpeechResult", "yes"), "Confidence", text));

        assertThat(switchboard.progress.getFirst().reply().confidence()).isEqualTo(confidence);
    }

    @Test
    void the_end_of_a_stream_is_no_step() throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));

        post("/voice/continue", with(RINGING, "CallStatus", "in-progress"));

        assertThat(switchboard.progress.getFirst().step()).isEmpty();
        assertThat(switchboard.progress.getFirst().result()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"completed, true, ACCEPTED", "completed, false, NO_ANSWER", "answered, false, NO_ANSWER"})
    void a_leg_that_nobody_took_was_not_answered(String status, String bridged, Route.Result result) throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));

        post("/voice/continue?after=0", with(with(RINGING, "DialCallStatus", status), "DialBridged", bridged));

        assertThat(switchboard.progress.getFirst().result()).contains(result);
    }

    @Test
    void a_human_who_picks_up_hears_what_it_is_about_and_takes_the_call_with_1() throws Exception {
        switchboard.whispering.complete(new Whisper("A charge of $347.", "en-US", Whisper.Ask.ENGLISH));

        var asked = post("/voice/whisper?after=1", HUMAN);
        var taken = post("/voice/whisper?after=1", with(HUMAN, "Digits", "1"));
        var refused = post("/voice/whisper", with(HUMAN, "Digits", "2"));

        assertThat(asked.body())
                .contains("A charge of $347.", "Press 1 to take the call.", "/voice/whisper?after=1#");
        assertThat(switchboard.whispered).containsExactly(CALL);
        assertThat(switchboard.accepted).containsExactly(CALL + " at OptionalInt[1]");
        assertThat(taken.body()).endsWith("<Response></Response>");
        assertThat(refused.body()).endsWith("<Response><Hangup/></Response>");
    }

    @Test
    void a_human_is_put_through_once_it_is_stored_that_the_call_is_taken() throws Exception {
        switchboard.accepting = new CompletableFuture<>();
        var answer = posting("/voice/whisper", with(HUMAN, "Digits", "1"));
        await().until(() -> !switchboard.accepted.isEmpty());
        assertThat(answer).isNotDone();

        switchboard.accepting.complete(true);

        assertThat(answer.get(60, TimeUnit.SECONDS).body()).endsWith("<Response></Response>");
    }

    @Test
    void a_human_is_asked_even_when_nothing_is_known() throws Exception {
        switchboard.whispering.completeExceptionally(new IllegalStateException("store is down"));

        var failed = post("/voice/whisper", HUMAN);
        var orphan = post("/voice/whisper", with(HUMAN, "ParentCallSid", ""));

        assertThat(failed.body()).contains("<Gather").contains("Press 1 to take the call.");
        assertThat(orphan.body()).isEqualTo(failed.body());
    }

    @Test
    void only_a_final_status_ends_the_call() throws Exception {
        var first = post("/voice/status", with(RINGING, "CallStatus", "in-progress"));
        post("/voice/status", with(RINGING, "CallStatus", "no-answer"));

        assertThat(first.statusCode()).isEqualTo(204);
        assertThat(switchboard.over).containsExactly(CALL + " no-answer");
    }

    @Test
    void a_stream_error_is_counted_and_ends_no_call() throws Exception {
        post("/voice/status", Map.of("AccountSid", ACCOUNT, "CallSid", CALL.value(), "StreamEvent", "stream-error"));
        post("/voice/status", Map.of("AccountSid", ACCOUNT, "CallSid", CALL.value(), "StreamEvent", "stream-stopped"));

        assertThat(counted).containsExactly("stream_error");
        assertThat(switchboard.over).isEmpty();
    }

    @Test
    void a_stream_error_is_logged_with_its_code() throws Exception {
        var log = (Logger) LoggerFactory.getLogger(TwilioRoutes.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        log.addAppender(lines);

        post(
                "/voice/status",
                Map.of(
                        "AccountSid", ACCOUNT,
                        "CallSid", CALL.value(),
                        "StreamEvent", "stream-error",
                        "StreamError", "Error 31920: handshake for +14155550100"));

        log.detachAppender(lines);
        assertThat(lines.list)
                .extracting(line -> line.getKeyValuePairs().toString())
                .anyMatch(line -> line.contains("31920"))
                .noneMatch(line -> line.contains("+1415"));
    }

    @Test
    void a_voicemail_is_reported_when_it_is_ready() throws Exception {
        switchboard.recording(1).complete(true);
        switchboard.recording(2).complete(true);

        post("/voice/recorded", with(RECORDING, "RecordingStatus", "in-progress"));
        post("/voice/recorded", RECORDING);
        post("/voice/recorded?mailbox=night_desk", RECORDING);

        assertThat(switchboard.recordings)
                .containsExactly(
                        CALL + " https://api.twilio.com/RE1 12",
                        CALL + " https://api.twilio.com/RE1 12 for night_desk");
    }

    @Test
    void a_voicemail_is_confirmed_once_it_is_stored() throws Exception {
        var response = posting("/voice/recorded", RECORDING);
        await().until(() -> switchboard.recordings.size() == 1);
        assertThat(response).isNotDone();

        switchboard.recording(1).complete(true);

        assertThat(response.get(60, TimeUnit.SECONDS).statusCode()).isEqualTo(204);
    }

    @Test
    void a_voicemail_that_is_not_stored_is_to_be_reported_again() throws Exception {
        switchboard.recording(1).complete(false);
        switchboard.recording(2).completeExceptionally(new IllegalStateException("broken"));

        var lost = post("/voice/recorded", RECORDING);
        var broken = post("/voice/recorded", RECORDING);
        var late = post("/voice/recorded", RECORDING);

        assertThat(List.of(lost, broken, late)).extracting(HttpResponse::statusCode).containsOnly(503);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/voice/incoming",
                "/voice/continue",
                "/voice/wait",
                "/voice/whisper",
                "/voice/status",
                "/voice/recorded"
            })
    void a_request_that_twilio_did_not_sign_is_refused_in_silence(String path) throws Exception {
        var forged = send(path, RINGING, "bm90IHNpZ25lZA==");
        var unsigned = send(path, RINGING, "");
        var replayed = send(path, RINGING, signature("https://voice.example.com/phone/elsewhere", RINGING));
        var foreign = post(path, with(RINGING, "AccountSid", "AC00000000000000000000000000000002"));

        for (var response : List.of(forged, unsigned, replayed, foreign)) {
            assertThat(response.statusCode()).isEqualTo(403);
            assertThat(response.body()).isEmpty();
        }
        assertThat(counted).containsExactly("bad_signature", "bad_signature", "bad_signature", "bad_account");
        assertThat(switchboard.incoming).isEmpty();
        assertThat(switchboard.progress).isEmpty();
        assertThat(switchboard.over).isEmpty();
    }

    @Test
    void the_query_is_checked_as_it_came() throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));

        var response = post("/voice/incoming?tenant=%61+b&c=%2F", RINGING);

        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void a_proxy_may_keep_the_path_prefix() throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));
        var signed = signature("https://voice.example.com/phone/voice/incoming", RINGING);

        var response = send("/phone/voice/incoming", RINGING, signed);

        assertThat(response.statusCode()).isEqualTo(200);
    }

    @Test
    void wrong_methods_paths_and_bodies_are_refused() throws Exception {
        var get =
                http.send(HttpRequest.newBuilder(uri("/voice/incoming")).build(), HttpResponse.BodyHandlers.ofString());
        var unknown = post("/voice/nothing", RINGING);
        var noCall = post("/voice/incoming", with(RINGING, "CallSid", "a b"));
        var noForm = http.send(
                HttpRequest.newBuilder(uri("/voice/incoming"))
                        .POST(HttpRequest.BodyPublishers.ofString("a=%zz"))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("Allow")).contains("POST");
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(noCall.statusCode()).isEqualTo(400);
        assertThat(noForm.statusCode()).isEqualTo(400);
    }

    @Test
    void a_body_above_64_kib_is_refused() throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));

        var fits = post("/voice/incoming", with(RINGING, "X", "x".repeat(60_000)));
        var tooBig = post("/voice/incoming", with(RINGING, "X", "x".repeat(70_000)));

        assertThat(fits.statusCode()).isEqualTo(200);
        assertThat(tooBig.statusCode()).isEqualTo(413);
    }

    @Test
    void http_2_is_served_too() throws Exception {
        switchboard.answer.complete(new HangUp(List.of(), "en-US"));
        try (var http2 = HttpClient.newHttpClient()) {
            var signed = signature("https://voice.example.com/phone/voice/incoming", RINGING);
            var request = HttpRequest.newBuilder(uri("/voice/incoming"))
                    .header("X-Twilio-Signature", signed)
                    .POST(HttpRequest.BodyPublishers.ofString(body(RINGING)))
                    .build();
            var flood = HttpRequest.newBuilder(uri("/voice/incoming"))
                    .POST(HttpRequest.BodyPublishers.ofString("x".repeat(70_000)))
                    .build();

            var answered = http2.send(request, HttpResponse.BodyHandlers.ofString());
            var refused = http2.send(flood, HttpResponse.BodyHandlers.ofString());

            assertThat(answered.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(answered.statusCode()).isEqualTo(200);
            assertThat(refused.statusCode()).isEqualTo(413);
        }
    }

    // --- the stream ---

    @Test
    void a_call_talks_over_its_stream() throws Exception {
        switchboard.redeeming.complete(true);
        var messages = new CopyOnWriteArrayList<String>();
        var socket = open();
        socket.textMessageHandler(messages::add);

        socket.writeTextMessage(TwilioWireTest.recorded("connected"));
        socket.writeTextMessage(TwilioWireTest.recorded("start"));
        socket.writeTextMessage(TwilioWireTest.recorded("media"));
        await().until(() -> switchboard.connected.size() == 1
                && switchboard.connected.getFirst().events().size() == 1);
        var leg = switchboard.connected.getFirst().leg();
        onLoopOf(() -> leg.play(AudioFrame.silence(20), Optional.of("item_1:0")));
        await().until(() -> messages.size() == 2);
        socket.writeTextMessage(TwilioWireTest.recorded("stop"));
        await().until(socket::isClosed);

        assertThat(switchboard.connected.getFirst().events())
                .hasSize(2)
                .hasAtLeastOneElementOfType(CallerAudio.class)
                .endsWith(new StreamEnded(StreamEnd.STOPPED));
        assertThat(messages.getFirst())
                .startsWith("{\"event\":\"media\",\"streamSid\":\"MZ00000000000000000000000000000001\",");
        assertThat(messages.getLast()).contains("\"mark\":{\"name\":\"item_1:0\"}");
    }

    @Test
    void an_upgrade_that_twilio_did_not_sign_gets_no_socket() {
        var options = upgrade("bm90IHNpZ25lZA==");

        assertThatThrownBy(() -> get(sockets.connect(options)))
                .hasMessageContaining("403");
        assertThat(counted).containsExactly("bad_signature");
    }

    @Test
    void a_replayed_token_closes_with_1008() throws Exception {
        switchboard.redeeming.complete(false);
        var socket = open();

        socket.writeTextMessage(TwilioWireTest.recorded("start"));
        await().until(socket::isClosed);

        assertThat(socket.closeStatusCode()).isEqualTo((short) 1008);
        assertThat(switchboard.connected).isEmpty();
    }

    @Test
    void a_stream_that_never_starts_is_closed() throws Exception {
        serveInstead(limits(Duration.ofSeconds(1), LONG));
        var socket = open();

        await().until(socket::isClosed);

        assertThat(socket.closeStatusCode()).isEqualTo((short) 1008);
        assertThat(counted).containsExactly("no_start");
    }

    @Test
    void streams_that_prove_nothing_are_limited_and_make_room_when_they_go() throws Exception {
        var first = open();
        open();

        assertThatThrownBy(this::open).hasMessageContaining("503");
        get(first.close());
        await().ignoreExceptions()
                .untilAsserted(
                        () -> assertThat(get(open().writeTextMessage("{}"))).isNull());
    }

    @Test
    void upgrades_that_cannot_be_answered_take_no_room() throws Exception {
        for (int i = 0; i < 3; i++) {
            try (var peer = new Socket("127.0.0.1", server.actualPort())) {
                peer.getOutputStream()
                        .write(("GET /voice/stream HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
                                        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nX-Answered-By-Another: yes\r\n"
                                        + "X-Twilio-Signature: " + STREAM_SIGNATURE + "\r\n\r\n")
                                .getBytes(UTF_8));
                int refused = i + 1;
                await().until(() -> counted.size() == refused);
            }
        }

        assertThat(open().isClosed()).isFalse();
        assertThat(counted).containsOnly("bad_request");
    }

    @Test
    void a_stream_that_goes_silent_ends() throws Exception {
        serveInstead(limits(LONG, Duration.ofSeconds(1)));
        switchboard.redeeming.complete(true);
        var socket = open();

        socket.writeTextMessage(TwilioWireTest.recorded("start"));
        await().until(socket::isClosed);

        assertThat(switchboard.connected.getFirst().events()).containsExactly(new StreamEnded(StreamEnd.SILENT));
    }

    @Test
    void a_message_above_the_limit_ends_the_stream() throws Exception {
        switchboard.redeeming.complete(true);
        var socket = open();

        socket.writeTextMessage(TwilioWireTest.recorded("start"));
        await().until(() -> switchboard.connected.size() == 1);
        socket.writeTextMessage("x".repeat(70_000));
        await().until(socket::isClosed);

        assertThat(socket.closeStatusCode()).isEqualTo((short) 1009);
        assertThat(switchboard.connected.getFirst().events()).containsExactly(new StreamEnded(StreamEnd.TOO_BIG));
    }

    @Test
    void binary_messages_are_counted() throws Exception {
        switchboard.redeeming.complete(true);
        var socket = open();

        socket.writeTextMessage(TwilioWireTest.recorded("start"));
        socket.writeBinaryMessage(Buffer.buffer(new byte[100]));
        await().until(() -> counted.contains("binary_frame"));

        assertThat(socket.isClosed()).isFalse();
    }

    @Test
    void a_dropped_connection_is_a_lost_stream() throws Exception {
        switchboard.redeeming.complete(true);
        var socket = open();

        socket.writeTextMessage(TwilioWireTest.recorded("start"));
        await().until(() -> switchboard.connected.size() == 1);
        get(socket.close());
        await().until(() -> !switchboard.connected.getFirst().events().isEmpty());

        assertThat(switchboard.connected.getFirst().events()).containsExactly(new StreamEnded(StreamEnd.LOST));
    }

    @Test
    void a_plain_get_on_the_stream_is_no_upgrade() throws Exception {
        var request = HttpRequest.newBuilder(uri("/voice/stream"))
                .header("X-Twilio-Signature", STREAM_SIGNATURE)
                .build();

        assertThat(http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode())
                .isEqualTo(426);
    }

    private WebSocket open() {
        return get(sockets.connect(upgrade(STREAM_SIGNATURE)));
    }

    private WebSocketConnectOptions upgrade(String signature) {
        return new WebSocketConnectOptions()
                .setHost("127.0.0.1")
                .setPort(server.actualPort())
                .setURI("/voice/stream")
                .addHeader("x-twilio-signature", signature);
    }

    /// The fake switchboard is called on the stream's event loop and keeps it for the test.
    private void onLoopOf(Runnable task) {
        switchboard.loop.orElseThrow().runOnContext(ignored -> task.run());
    }

    private HttpResponse<String> post(String path, Map<String, String> form) throws Exception {
        return send(path, form, signature("https://voice.example.com/phone" + path, form));
    }

    /// The request is on its way.
    private CompletableFuture<HttpResponse<String>> posting(String path, Map<String, String> form) throws Exception {
        return http.sendAsync(
                request(path, form, signature("https://voice.example.com/phone" + path, form)),
                HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> send(String path, Map<String, String> form, String signature)
            throws IOException, InterruptedException {
        return http.send(request(path, form, signature), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(String path, Map<String, String> form, String signature) {
        var request = HttpRequest.newBuilder(uri(path))
                .header("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
                .POST(HttpRequest.BodyPublishers.ofString(body(form)));
        if (!signature.isEmpty()) {
            request.header("X-Twilio-Signature", signature);
        }
        return request.build();
    }

    private static String body(Map<String, String> form) {
        return form.entrySet().stream()
                .map(e -> URLEncoder.encode(e.getKey(), UTF_8) + "=" + URLEncoder.encode(e.getValue(), UTF_8))
                .collect(Collectors.joining("&"));
    }

    private static String signature(String url, Map<String, String> form) throws Exception {
        var data = new StringBuilder(url);
        new TreeMap<>(form).forEach((name, value) -> data.append(name).append(value));
        return TwilioSignatureTest.hmac(TOKEN, data.toString());
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + server.actualPort() + path);
    }

    private static Map<String, String> with(Map<String, String> form, String name, String value) {
        var result = new TreeMap<>(form);
        result.put(name, value);
        return result;
    }

    private static <T> T get(Future<T> future) {
        try {
            return future.await(60, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
            throw new AssertionError(e);
        }
    }
}
