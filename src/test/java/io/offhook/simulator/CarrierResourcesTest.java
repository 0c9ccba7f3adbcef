package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CarrierResourcesTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final String OWNER = ACCOUNT + ":0123456789abcdef0123456789abcdef";
    private static final String KEY = "SK1:secret";
    private static final String OURS = "+14155550199";
    private static final String BOB = "+14155550101";

    private final HttpClient http = HttpClient.newHttpClient();
    private final TestApplication application =
            new TestApplication().on("/answered", "<Say>hello Bob</Say><Hangup/>").on("/status", "");
    private final SimulatedCarrier carrier =
            application.carrier().apiKey("SK1", "secret").restPort(0).start();
    private final CarrierNumber number = carrier.account().add(OURS);

    @AfterEach
    void close() {
        carrier.close();
        application.close();
        http.close();
    }

    private HttpResponse<String> send(String user, String method, String path, Optional<String> body, String type)
            throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(
                        URI.create(carrier.restUrl() + "/2010-04-01/Accounts/" + ACCOUNT + path))
                .timeout(Duration.ofSeconds(2))
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)))
                .header("Content-Type", type)
                .method(
                        method,
                        body.map(HttpRequest.BodyPublishers::ofString)
                                .orElse(HttpRequest.BodyPublishers.noBody()))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(KEY, "GET", path, Optional.empty(), "text/plain");
    }

    private HttpResponse<String> post(String path, String... pairs) throws IOException, InterruptedException {
        var form = new StringBuilder();
        for (int i = 0; i < pairs.length; i += 2) {
            form.append(form.isEmpty() ? "" : "&")
                    .append(pairs[i])
                    .append('=')
                    .append(URLEncoder.encode(pairs[i + 1], StandardCharsets.UTF_8));
        }
        return send(KEY, "POST", path, Optional.of(form.toString()), "application/x-www-form-urlencoded");
    }

    @Test
    void the_account_is_shown_to_its_owner_and_not_to_an_api_key() throws Exception {
        var shown = send(OWNER, "GET", ".json", Optional.empty(), "text/plain");
        var refused = get(".json");

        assertThat(RestSchema.check("account", shown.body()).path("type").asString()).isEqualTo("Full");
        assertThat(refused.statusCode()).isEqualTo(401);
        RestSchema.check("error", refused.body());
    }

    @Test
    void numbers_come_in_pages_that_lead_on() throws Exception {
        carrier.account().add("+14155550198");
        carrier.account().add("+14155550197");

        var first = RestSchema.check("incoming_phone_numbers", get("/IncomingPhoneNumbers.json?PageSize=2").body());
        var next = first.path("next_page_uri").asString().replace("/2010-04-01/Accounts/" + ACCOUNT, "");
        var second = RestSchema.check("incoming_phone_numbers", get(next).body());
        var stray = get("/IncomingPhoneNumbers.json?PageSize=2&Page=1");

        assertThat(first.path("incoming_phone_numbers").size()).isEqualTo(2);
        assertThat(second.path("incoming_phone_numbers").size()).isEqualTo(1);
        assertThat(second.path("next_page_uri").isNull()).isTrue();
        assertThat(stray.statusCode()).isEqualTo(400);
    }

    @Test
    void a_number_filter_takes_parts_and_wildcards() throws Exception {
        carrier.account().add("+14155550198");

        assertThat(found("%2B14155550199")).isEqualTo(1);
        assertThat(found("555019")).isEqualTo(2);
        assertThat(found("%2B1415555019*")).isEqualTo(2);
        assertThat(found("%2B999")).isZero();
    }

    private int found(String filter) throws IOException, InterruptedException {
        var body = get("/IncomingPhoneNumbers.json?PhoneNumber=" + filter).body();
        return RestSchema.check("incoming_phone_numbers", body)
                .path("incoming_phone_numbers")
                .size();
    }

    @Test
    void an_update_changes_where_calls_go() throws Exception {
        var answer = post(
                "/IncomingPhoneNumbers/" + number.sid() + ".json",
                "VoiceUrl",
                TestApplication.PUBLIC + "/answered",
                "StatusCallback",
                "");

        var call = carrier.ring(Caller.of("+14155550100", OURS));

        RestSchema.check("incoming_phone_number", answer.body());
        assertThat(call.awaitHeard("hello Bob", SOON)).isTrue();
    }

    @Test
    void an_application_overrides_the_webhooks_without_a_word() {
        number.set("VoiceUrl", TestApplication.PUBLIC + "/answered").set("VoiceApplicationSid", Sids.random("AP"));

        var call = carrier.ring(Caller.of("+14155550100", OURS));

        assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.NO_VOICE_URL);
    }

    @Test
    void what_is_wrong_with_a_request_is_said_in_twilios_shape() throws Exception {
        var path = "/IncomingPhoneNumbers/" + number.sid() + ".json";
        assertThat(code(post(path, "VoiceURL", "https://x.example"))).isEqualTo(20001);
        assertThat(code(post(path, "VoiceUrl", "x.example"))).isEqualTo(21205);
        assertThat(code(post(path, "VoiceMethod", "PUT"))).isEqualTo(20001);
        assertThat(code(post("/IncomingPhoneNumbers/PN404.json", "VoiceUrl", ""))).isEqualTo(20404);
        assertThat(code(send(KEY, "POST", path, Optional.of("{}"), "application/json"))).isEqualTo(20415);
        assertThat(code(send(KEY, "DELETE", ".json", Optional.empty(), "text/plain"))).isEqualTo(20004);
        assertThat(code(send("SK1:no", "GET", path, Optional.empty(), "text/plain"))).isEqualTo(20003);
    }

    private static int code(HttpResponse<String> answer) {
        var error = RestSchema.check("error", answer.body());
        assertThat(error.path("status").asInt()).isEqualTo(answer.statusCode());
        return error.path("code").asInt();
    }

    @Test
    void faults_are_answered_as_ordered() throws Exception {
        carrier.failRest(RestFailure.NOT_FOUND, 1);
        carrier.failRest(RestFailure.TOO_MANY_REQUESTS, 1);
        carrier.failRest(RestFailure.SERVER_ERROR, 1);

        assertThat(code(get("/IncomingPhoneNumbers.json"))).isEqualTo(20404);
        var busy = get("/IncomingPhoneNumbers.json");
        assertThat(code(busy)).isEqualTo(20429);
        assertThat(busy.headers().firstValue("Retry-After")).hasValue("1");
        assertThat(code(get("/IncomingPhoneNumbers.json"))).isEqualTo(20500);
        assertThat(get("/IncomingPhoneNumbers.json").statusCode()).isEqualTo(200);
    }

    @Test
    void an_ordered_call_rings_its_person_and_reports() throws Exception {
        carrier.humans().answer(BOB, Duration.ofSeconds(2));

        var answer = post(
                "/Calls.json", "To", BOB, "From", OURS, "Url", TestApplication.PUBLIC + "/answered",
                "StatusCallback", TestApplication.PUBLIC + "/status", "StatusCallbackEvent", "answered",
                "StatusCallbackEvent", "completed", "MachineDetection", "Enable");
        var sid = RestSchema.check("call", answer.body()).path("sid").asString();
        var call = carrier.call(sid).orElseThrow();

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(call.awaitHeard("hello Bob", SOON)).isTrue();
        assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
        assertThat(application.forms("/answered").getFirst())
                .containsEntry("AnsweredBy", "human")
                .containsEntry("Direction", "outbound-api");
        RestSchema.check("call", get("/Calls/" + sid + ".json").body());
        org.awaitility.Awaitility.await()
                .atMost(SOON)
                .until(() -> application.forms("/status").size() == 2);
    }

    @Test
    void a_call_is_ordered_as_twilio_wants_it() throws Exception {
        var url = TestApplication.PUBLIC + "/answered";
        assertThat(code(post("/Calls.json", "To", "911", "From", OURS, "Url", url))).isEqualTo(21211);
        assertThat(code(post("/Calls.json", "To", BOB, "From", BOB, "Url", url))).isEqualTo(21210);
        assertThat(code(post("/Calls.json", "To", BOB, "From", OURS))).isEqualTo(21205);
        assertThat(code(post("/Calls.json", "To", BOB, "From", OURS, "Url", url, "Twiml", "<Response/>")))
                .isEqualTo(21218);
        assertThat(code(post("/Calls.json", "To", BOB, "From", OURS, "Twiml", "x".repeat(4_001))))
                .isEqualTo(32018);
        carrier.account().trial();
        assertThat(code(post("/Calls.json", "To", BOB, "From", OURS, "Url", url))).isEqualTo(21219);
        assertThat(carrier.calls()).isEmpty();
    }

    @Test
    void a_call_that_rings_can_be_canceled() throws Exception {
        carrier.humans().answer(BOB, Duration.ofSeconds(500));
        var url = TestApplication.PUBLIC + "/answered";
        var answer = post("/Calls.json", "To", BOB, "From", OURS, "Url", url, "Timeout", "600");
        var sid = RestSchema.check("call", answer.body()).path("sid").asString();

        post("/Calls/" + sid + ".json", "Status", "canceled");

        assertThat(carrier.call(sid).orElseThrow().awaitEnded(SOON)).isEqualTo(EndReason.ENDED_BY_REST);
        assertThat(carrier.call(sid).orElseThrow().status()).isEqualTo("canceled");
    }

    @Test
    void conferences_and_their_members_are_shown_and_changed() throws Exception {
        var ann = Sids.random("CA");
        var bob = Sids.random("CA");
        var conference = carrier.account().conference("transfer-1", ann, bob);
        var path = "/Conferences/" + conference.sid();

        RestSchema.check("conferences", get("/Conferences.json?FriendlyName=transfer-1").body());
        RestSchema.check("conference", get(path + ".json").body());
        RestSchema.check("participants", get(path + "/Participants.json").body());
        var changed = post(path + "/Participants/" + bob + ".json", "EndConferenceOnExit", "true");
        var gone = send(KEY, "DELETE", path + "/Participants/" + bob + ".json", Optional.empty(), "text/plain");

        assertThat(RestSchema.check("participant", changed.body())
                        .path("end_conference_on_exit")
                        .asBoolean())
                .isTrue();
        assertThat(gone.statusCode()).isEqualTo(204);
        assertThat(conference.over()).isTrue();
    }

    @Test
    void a_recording_is_deleted_once() throws Exception {
        var sid = Sids.random("RE");
        carrier.keepRecording(sid, Clip.silence(Duration.ofSeconds(1)));
        var path = "/Recordings/" + sid + ".json";

        assertThat(send(KEY, "DELETE", path, Optional.empty(), "text/plain").statusCode())
                .isEqualTo(204);
        assertThat(send(KEY, "DELETE", path, Optional.empty(), "text/plain").statusCode())
                .isEqualTo(404);
    }
}
