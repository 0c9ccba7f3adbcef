package io.offhook.desk;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Identity;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Story;
import io.offhook.call.Turn;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;

/// The page that tells a human about a call: who may open it, and that what strangers said stays text.
class HandoffPagesTest {
    private static final CallId CALL = new CallId("CA0123456789abcdef");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final String TOKEN = "an-admin-token-of-some-length";
    private static final List<String> SECRETS = List.of("auth-token");

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final AtomicReference<Handoff> handoff = new AtomicReference<>(dispute());
    private final HandoffLinks links = new HandoffLinks(SECRETS, Duration.ofMinutes(30), now::get);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private int port;

    @BeforeEach
    void open() {
        port = serve("http://localhost:8080/voice", TOKEN);
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void close() {
        logger().detachAppender(log);
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(HandoffPages.class);
    }

    private int serve(String publicUrl, String token) {
        var router = Router.router(vertx);
        new HandoffPages(
                        links,
                        SECRETS,
                        token,
                        URI.create(publicUrl),
                        call -> CompletableFuture.completedFuture(
                                Optional.of(handoff.get()).filter(known -> known.call().equals(call))),
                        now::get)
                .mount(router);
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    private static Handoff dispute() {
        return handoff(
                "Disputes a charge",
                new Story(
                        Story.Mood.UPSET,
                        Optional.of("Dana Ruiz"),
                        List.of("billing"),
                        "Disputes a $347 charge; says she never authorised it.",
                        Story.SummarySource.AGENT,
                        Map.of("total", "347.00"),
                        List.of("last invoice looked up"),
                        List.of(),
                        List.of("name (Dana Ruiz)", "amount ($347)"),
                        "Hi Dana, I can see it's about the $347 charge."),
                "I never authorised that.");
    }

    private static Handoff handoff(String reason, Story story, String said) {
        return new Handoff(
                CALL,
                new HandoffCause.AgentAsked(),
                reason,
                story.summary(),
                Handoff.Urgency.HIGH,
                "billing",
                PhoneNumber.parse("+14155550123"),
                "en-US",
                List.of(
                        new Turn(Turn.Speaker.AGENT, "a", "How can I help?", true, NOON.minusSeconds(70)),
                        new Turn(Turn.Speaker.CALLER, "c", said, false, NOON.minusSeconds(65))),
                NOON.minusSeconds(12),
                story);
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(Duration.ofSeconds(60)).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder at(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private HttpResponse<String> logIn(String path, String token, String... headers) throws Exception {
        var request = at(path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("token=" + token));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    private static String cookie(HttpResponse<?> answer) {
        return answer.headers().firstValue("Set-Cookie").orElseThrow().split(";", 2)[0];
    }

    private String loggedIn() throws Exception {
        return cookie(logIn(links.path(CALL), TOKEN));
    }

    private HttpResponse<String> get(String path, String cookie) throws Exception {
        return send(at(path).header("Cookie", cookie));
    }

    @Test
    void whoever_is_logged_in_is_told_what_the_call_is_about() throws Exception {
        var page = get(links.path(CALL), loggedIn());

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(words(page.body()))
                .contains("Dana Ruiz +1 415-555-0123 not verified number not attested English ▲ upset ▲ high urgency for billing , 0:12 ago")
                .contains("Disputes a charge Disputes a $347 charge; says she never authorised it.")
                .contains("Machine-made summary, written by the agent")
                .contains("Open with Hi Dana, I can see it's about the $347 charge.")
                .contains("Done last invoice looked up Promised nothing yet Do not ask again name (Dana Ruiz) amount ($347)")
                .contains("Facts from tools total 347.00")
                .contains("Agent 0:00 How can I help? (cut short) Caller 0:05 I never authorised that.");
    }

    @ParameterizedTest
    @CsvSource({
        "true, A, verified, number attested A by the carrier, false",
        "false, B, not verified, number attested B by the carrier, false",
        "false, failed, not verified, 'number failed the carrier''s check', true",
        "false, '', not verified, number not attested, false"
    })
    void the_page_tells_what_was_proved_apart_from_what_the_carrier_says(
            boolean verified, String attestation, String person, String number, boolean alarm) {
        var handoff = handoff("", Story.NONE, "Hello?").with(new Identity(verified, attestation));

        var pop = ScreenPop.of(handoff, NOON);

        assertThat(pop.verified()).isEqualTo(person);
        assertThat(pop.attestation()).isEqualTo(number);
        assertThat(pop.borrowed()).isEqualTo(alarm);
    }

    private static String words(String html) {
        return html.substring(html.indexOf("<main"))
                .replaceAll("<[^>]*>", " ")
                .replace("&#9650;", "▲")
                .replaceAll("\\s+", " ");
    }

    @Test
    void without_a_login_nothing_is_told() throws Exception {
        var page = send(at(links.path(CALL)));

        assertThat(page.statusCode()).isEqualTo(401);
        assertThat(page.body()).contains("type=\"password\"").doesNotContain("Dana", "347", CALL.value());
    }

    @Test
    void every_answer_forbids_scripts_frames_guessing_and_keeping() throws Exception {
        var link = links.path(CALL);

        for (var answer : List.of(send(at(link)), get(link, loggedIn()), logIn(link, TOKEN), logIn(link, "wrong"))) {
            assertThat(answer.headers().map())
                    .containsEntry("Content-Security-Policy", List.of("default-src 'none'; style-src 'self';"
                            + " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"))
                    .containsEntry("X-Content-Type-Options", List.of("nosniff"))
                    .containsEntry("Cache-Control", List.of("no-store"));
            assertThat(answer.body()).doesNotContain("<script", "style=", "onclick");
        }
    }

    @Test
    void what_strangers_say_stays_text() throws Exception {
        var hostile = List.of(
                "<script>alert(1)</script>",
                "\"><img src=x onerror=alert(1)>",
                "' onmouseover='alert(1)",
                "</title></style><svg/onload=alert(1)>",
                "${7*7} @if(true) !{x} {{7*7}}",
                "שלום \u202Eevil\u202C مرحبا",
                "😡👩‍👩‍👧 ½ \uD83D",
                "nul\u0000bell\u0007",
                "x".repeat(10_000));

        for (var text : hostile) {
            handoff.set(handoff(
                    text,
                    new Story(
                            Story.Mood.CALM,
                            Optional.of(text),
                            List.of(text),
                            text,
                            Story.SummarySource.ENGINE,
                            Map.of(text, text),
                            List.of(text),
                            List.of(text),
                            List.of(text),
                            text),
                    text));

            var page = get(links.path(CALL), loggedIn());

            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.body()).doesNotContain("<script", "<img", "<svg", "\u0000");
            assertThat(page.body().replaceAll("<[^>]*>", "|")).doesNotContain("<");
            assertThat(unescaped(page.body())).contains(ScreenPop.visible(text));
        }
        assertThat(ScreenPop.visible("a\u0000b\uD83Dc")).isEqualTo("a␀b\uFFFDc");
    }

    private static String unescaped(String html) {
        return html.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", "\"").replace("&#39;", "'")
                .replace("&quot;", "\"").replace("&amp;", "&");
    }

    @Test
    void a_link_opens_its_own_call_only() throws Exception {
        var session = loggedIn();
        var link = links.path(CALL);
        var other = links.path(new CallId("CAother"));
        var forged = HandoffLinks.PATH + "CAother" + link.substring(link.indexOf('.'));

        assertThat(get(forged, session).statusCode()).isEqualTo(404);
        assertThat(get(link + "x", session).statusCode()).isEqualTo(404);
        assertThat(get(HandoffLinks.PATH + CALL.value(), session).statusCode()).isEqualTo(404);
        assertThat(get(other, session).body()).doesNotContain("Dana");
        assertThat(new HandoffLinks(List.of("another secret"), Duration.ofHours(1), now::get)
                        .read(link.substring(HandoffLinks.PATH.length())))
                .isEmpty();
    }

    @Test
    void a_link_is_good_for_half_an_hour_and_then_for_those_who_have_opened_it() throws Exception {
        var link = links.path(CALL);
        var early = loggedIn();
        get(link, early);
        now.set(NOON.plus(Duration.ofMinutes(29)));
        var still = cookie(get(link, early));
        var late = loggedIn();
        now.set(NOON.plus(Duration.ofMinutes(31)));

        assertThat(get(link, still).statusCode()).isEqualTo(200);
        assertThat(get(link, late).statusCode()).isEqualTo(410);
    }

    @Test
    void a_login_ends_when_nobody_looks_and_after_twelve_hours_anyway() throws Exception {
        var idle = loggedIn();
        now.set(NOON.plus(Duration.ofMinutes(30)));
        var afterIdle = get(links.path(CALL), idle);
        now.set(NOON);
        var busy = loggedIn();
        var statuses = new ArrayList<Integer>();
        for (int i = 1; i <= 25; i++) {
            now.set(NOON.plus(Duration.ofMinutes(29L * i)));
            var page = get(links.path(CALL), busy);
            statuses.add(page.statusCode());
            busy = page.statusCode() == 200 ? cookie(page) : busy;
        }

        assertThat(afterIdle.statusCode()).isEqualTo(401);
        assertThat(statuses.subList(0, 24)).containsOnly(200);
        assertThat(statuses.getLast()).isEqualTo(401);
    }

    @Test
    void a_login_is_kept_from_scripts_and_other_sites_and_ends_with_the_token() throws Exception {
        var answer = logIn(links.path(CALL), TOKEN);
        var altered = cookie(answer).replaceFirst("=\\d", "=9");
        port = serve("https://voice.example.com", TOKEN);
        var secure = logIn(links.path(CALL), TOKEN).headers().firstValue("Set-Cookie").orElseThrow();
        port = serve("http://localhost:8080", "another-token-of-some-length");

        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains(links.path(CALL).substring(HandoffLinks.PATH.length()));
        assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow()).contains("HTTPOnly", "SameSite=Strict", "Path=/");
        assertThat(secure).startsWith("__Host-offhook_desk=").contains("Secure");
        assertThat(get(links.path(CALL), cookie(answer)).statusCode()).isEqualTo(401);
        assertThat(get(links.path(CALL), altered).statusCode()).isEqualTo(401);
    }

    @Test
    void a_link_in_another_sites_page_is_asked_for_again_from_here() throws Exception {
        var page = send(at(links.path(CALL)).header("Sec-Fetch-Site", "cross-site"));

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body()).contains("http-equiv=\"refresh\"").doesNotContain("Dana");
    }

    @Test
    void a_form_on_another_site_logs_nobody_in() throws Exception {
        assertThat(logIn(links.path(CALL), TOKEN, "Sec-Fetch-Site", "cross-site").statusCode()).isEqualTo(403);
        assertThat(logIn(links.path(CALL), TOKEN, "Origin", "https://evil.example").statusCode()).isEqualTo(403);
        assertThat(logIn(links.path(CALL), TOKEN, "Origin", "http://localhost:8080").statusCode()).isEqualTo(303);
    }

    @Test
    void guessing_the_token_soon_takes_a_minute() throws Exception {
        var answers = new ArrayList<Integer>();
        for (int i = 0; i < 11; i++) {
            answers.add(logIn(links.path(CALL), "wrong-" + i).statusCode());
        }
        var right = logIn(links.path(CALL), TOKEN);
        now.set(NOON.plusSeconds(61));
        var later = logIn(links.path(CALL), TOKEN);

        assertThat(answers.subList(0, 10)).containsOnly(401);
        assertThat(answers.getLast()).isEqualTo(429);
        assertThat(right.statusCode()).isEqualTo(429);
        assertThat(later.statusCode()).isEqualTo(303);
    }

    @Test
    void every_look_is_logged_without_the_call_or_a_word_of_it() throws Exception {
        get(links.path(CALL), loggedIn());
        get(HandoffLinks.PATH + "nonsense", loggedIn());

        var lines = log.list.stream()
                .map(event -> event.getFormattedMessage() + " " + event.getKeyValuePairs())
                .toList();

        assertThat(lines)
                .anyMatch(line -> line.startsWith("handoff read") && line.contains("status=\"200\"") && line.contains("source=\"127.0.0.1\""))
                .anyMatch(line -> line.startsWith("handoff read") && line.contains("status=\"404\""))
                .noneMatch(line -> line.contains(CALL.value()) || line.contains("Dana") || line.contains(TOKEN));
    }

    @Test
    void the_styles_are_there_for_everybody_also_behind_a_prefix() throws Exception {
        assertThat(send(at("/desk/desk.css")).headers().firstValue("Content-Type")).contains("text/css; charset=utf-8");
        assertThat(send(at("/voice/desk/desk.css")).statusCode()).isEqualTo(200);
        assertThat(send(at("/voice" + links.path(CALL))).statusCode()).isEqualTo(401);
    }
}
