package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CarrierRestTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Caller ANN = Caller.of("+14155550100", "+14155550199");
    private static final String ACCOUNT = "AC00000000000000000000000000000001";

    private final HttpClient http = HttpClient.newHttpClient();
    private final TestApplication application = new TestApplication()
            .on("/voice", "<Connect><Stream url=\"wss://voice.example.com/stream\"/></Connect>")
            .on("/status", "")
            .on("/moved", "<Say>moved by url</Say>");
    private final SimulatedCarrier carrier = application
            .carrier()
            .apiKey("SK1", "secret")
            .statusCallback(TestApplication.PUBLIC + "/status")
            .restPort(0)
            .start();

    private SimulatedCall call = carrier.ring(ANN);

    @BeforeEach
    void open() {
        await().atMost(SOON).until(() -> !application.messages("media").isEmpty());
    }

    @AfterEach
    void close() {
        carrier.close();
        application.close();
        http.close();
    }

    private HttpResponse<String> post(String sid, String user, String name, String value)
            throws IOException, InterruptedException {
        var body = name + "=" + URLEncoder.encode(value, StandardCharsets.UTF_8);
        return http.send(
                HttpRequest.newBuilder(at(sid))
                        .timeout(Duration.ofSeconds(2))
                        .header("Authorization", basic(user))
                        .header("Content-Type", "application/x-www-form-urlencoded")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private URI at(String sid) {
        return carrier.restUrl().resolve("/2010-04-01/Accounts/" + ACCOUNT + "/Calls/" + sid + ".json");
    }

    private static String basic(String user) {
        return "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void twiml_moves_the_call_after_stop_and_close() throws Exception {
        var answer = post(call.sid(), "SK1:secret", "Twiml", "<Response><Say>moved</Say></Response>");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"status\":\"in-progress\"");
        assertThat(call.awaitHeard("moved", SOON)).isTrue();
        assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.END_OF_TWIML);
        assertThat(application.messages("stop")).hasSize(1);
    }

    @Test
    void a_url_moves_the_call_too() throws Exception {
        assertThat(post(call.sid(), "SK1:secret", "Url", TestApplication.PUBLIC + "/moved")
                        .statusCode())
                .isEqualTo(200);

        assertThat(call.awaitHeard("moved by url", SOON)).isTrue();
    }

    @Test
    void completed_ends_the_call_and_later_updates_are_refused() throws Exception {
        assertThat(post(call.sid(), "SK1:secret", "Status", "completed").statusCode())
                .isEqualTo(200);
        assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.ENDED_BY_REST);

        var late = post(call.sid(), "SK1:secret", "Status", "completed");

        assertThat(late.statusCode()).isEqualTo(400);
        assertThat(late.body()).contains("\"code\":21220");
    }

    @Test
    void mistakes_have_their_codes() throws Exception {
        assertThat(post(call.sid(), "SK1:wrong", "Status", "completed").body()).contains("\"code\":20003");
        assertThat(post("CA404", "SK1:secret", "Status", "completed").body()).contains("\"code\":20404");
        assertThat(post(call.sid(), "SK1:secret", "Twiml", "x".repeat(4_001)).body())
                .contains("\"code\":32018");
        assertThat(call.alarms()).containsExactly(32018);
        assertThat(call.status()).isEqualTo("in-progress");
    }

    @Test
    void a_relative_address_in_twiml_given_to_rest_is_11100() throws Exception {
        post(call.sid(), "SK1:secret", "Twiml", "<Response><Record action=\"/relative\"/></Response>");

        assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.APPLICATION_ERROR);
        assertThat(call.alarms()).containsExactly(11100);
    }

    @Test
    void ordered_failures_come_once_each_and_then_it_works() throws Exception {
        carrier.failRest(RestFailure.TOO_MANY_REQUESTS, 1);
        carrier.failRest(RestFailure.UNAVAILABLE, 1);

        assertThat(post(call.sid(), "SK1:secret", "Status", "completed").body()).contains("\"code\":20429");
        assertThat(post(call.sid(), "SK1:secret", "Status", "completed").statusCode())
                .isEqualTo(503);
        assertThat(post(call.sid(), "SK1:secret", "Status", "completed").statusCode())
                .isEqualTo(200);
    }

    @Test
    void status_before_stop_is_delivered_in_that_order() {
        call = carrier.ring(ANN, new CarrierFault.StatusBeforeStop());
        assertThat(call.await(CallStep.StreamOpened.class, SOON)).isPresent();

        call.hangUp();
        call.awaitEnded(SOON);

        assertThat(call.await(CallStep.StreamClosed.class, SOON)).isPresent();
        assertThat(call.steps())
                .filteredOn(step -> step instanceof CallStep.StatusReported || step instanceof CallStep.StreamClosed)
                .first()
                .isInstanceOf(CallStep.StatusReported.class);
        assertThat(application.forms("/status").stream()
                        .filter(form -> form.get("CallSid").equals(call.sid())))
                .hasSize(1);
    }
}
