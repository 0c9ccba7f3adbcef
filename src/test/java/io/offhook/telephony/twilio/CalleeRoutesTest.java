package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Route;
import io.offhook.telephony.Callees;
import io.offhook.telephony.Meeting;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.ext.web.Router;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What Twilio asks and tells about a human who was called while the agent has the caller.
class CalleeRoutesTest {
    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final String CALLER = "CA00000000000000000000000000000001";
    private static final String HUMAN = "CA00000000000000000000000000000002";
    private static final String QUERY = "?for=" + CALLER + "&attempt=2";
    private static final Meeting MEETING = new Meeting(new CallId(CALLER), 2);

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<String> told = new CopyOnWriteArrayList<>();
    private volatile CompletionStage<Callees.Answer> answer =
            CompletableFuture.completedStage(new Callees.Answer.Leave("Goodbye.", "en"));
    private volatile CompletionStage<Callees.Comfort> comfort =
            CompletableFuture.completedStage(new Callees.Comfort("One moment.", "en"));
    private HttpServer server;

    @BeforeEach
    void serve() {
        var router = Router.router(vertx);
        new TwilioRoutes(
                        new TwilioSettings(ACCOUNT, List.of(), URI.create("http://localhost:1"), true),
                        TwilioLimits.DEFAULT,
                        new FakeSwitchboard(),
                        Optional.of(callees()),
                        new TwilioRoutesTest.AskAgainLater(),
                        _ -> {},
                        _ -> Optional.empty(),
                        System::nanoTime)
                .mount(router);
        server = get(vertx.createHttpServer().requestHandler(router).listen(0, "127.0.0.1"));
    }

    @AfterEach
    void close() {
        http.close();
        get(vertx.close());
    }

    private Callees callees() {
        return new Callees() {
            @Override
            public CompletionStage<Answer> pickedUp(Callee callee) {
                told.add("picked up " + callee.id());
                assertThat(callee.meeting()).isEqualTo(MEETING);
                return answer;
            }

            @Override
            public CompletionStage<Answer> pressed(Callee callee, char key) {
                told.add("pressed " + key);
                return answer;
            }

            @Override
            public void ended(Callee callee, Route.Result how) {
                told.add("ended " + how);
            }

            @Override
            public void joined(Meeting meeting, String leg) {
                told.add("joined " + leg);
            }

            @Override
            public void left(Meeting meeting, String leg) {
                told.add("left " + leg);
            }

            @Override
            public CompletionStage<Comfort> alone(Meeting meeting, String leg) {
                told.add("alone " + leg);
                assertThat(meeting).isEqualTo(MEETING);
                return comfort;
            }
        };
    }

    private String posted(String path, String form) throws Exception {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.actualPort() + path))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(
                        "AccountSid=" + ACCOUNT + "&CallSid=" + HUMAN + form));
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString()).body();
    }

    private static <T> T get(Future<T> future) {
        return future.toCompletionStage().toCompletableFuture().join();
    }

    @Test
    void a_human_is_asked_and_heard() throws Exception {
        posted("/voice/human" + QUERY, "&CallStatus=in-progress");
        var document = posted("/voice/human" + QUERY, "&CallStatus=in-progress&Digits=2");

        assertThat(told).containsExactly("picked up " + HUMAN, "pressed 2");
        assertThat(document).contains("Goodbye.").endsWith("<Hangup/></Response>");
    }

    @Test
    void what_becomes_of_the_human_is_told() throws Exception {
        posted("/voice/human-status" + QUERY, "&CallStatus=ringing");
        posted("/voice/human-status" + QUERY, "&CallStatus=busy");
        posted("/voice/meeting" + QUERY, "&StatusCallbackEvent=participant-join");
        posted("/voice/meeting" + QUERY, "&StatusCallbackEvent=participant-leave");

        assertThat(told).containsExactly("ended BUSY", "joined " + HUMAN, "left " + HUMAN);
    }

    @Test
    void whoever_is_alone_in_the_room_hears_words_and_music_and_is_asked_about_again() throws Exception {
        var first = posted("/voice/alone" + QUERY, "&CallStatus=in-progress");
        comfort = CompletableFuture.failedStage(new IllegalStateException("broken"));
        var second = posted("/voice/alone" + QUERY, "&CallStatus=in-progress");

        assertThat(told).containsExactly("alone " + HUMAN, "alone " + HUMAN);
        assertThat(first).contains("One moment.", "/voice/hold.wav</Play><Redirect>", "/voice/alone?for=" + CALLER);
        assertThat(second).contains("/voice/hold.wav</Play><Redirect>");
    }

    @Test
    void a_human_of_whom_nothing_can_be_said_in_time_is_asked_again_a_few_times() throws Exception {
        answer = CompletableFuture.failedStage(new IllegalStateException("broken"));

        var first = posted("/voice/human" + QUERY, "&CallStatus=in-progress&Digits=1");
        var second = posted("/voice/human" + QUERY + "&waited=1", "&CallStatus=in-progress");
        var last = posted("/voice/human" + QUERY + "&waited=6", "&CallStatus=in-progress");

        assertThat(first).contains("<Pause length=\"3\"/><Redirect>").contains("&amp;waited=1#");
        assertThat(second).contains("&amp;waited=2#");
        assertThat(last).endsWith("<Response><Hangup/></Response>");
    }
}
