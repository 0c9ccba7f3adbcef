package io.offhook.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(300)
class HttpToolTest {
    private static final Duration LONG = Duration.ofMinutes(1);
    private static final Map<String, String> FACTS = Map.of("call.id", "CA1", "caller.number", "+14155550100");
    private static final String ANY = "{\"type\":\"object\"}";

    private final HttpClient client = HttpTool.client();
    private final CountDownLatch end = new CountDownLatch(1);
    private HttpServer server;
    private String origin;

    @BeforeEach
    void starts() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        origin = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stops() {
        end.countDown();
        server.stop(0);
    }

    @Test
    void a_get_fills_path_query_and_headers() {
        server.createContext(
                "/",
                exchange -> answer(
                        exchange,
                        200,
                        "{\"uri\":\"" + exchange.getRequestURI() + "\",\"call\":\""
                                + exchange.getRequestHeaders().getFirst("X-Call") + "\"}"));

        var outcome = run(
                "GET " + origin + "/orders/{number}?phone={caller.number}&expand={what}&fixed=1",
                "{\"number\":\"A/B 7&x=1\"}");

        assertThat(outcome.result()).isEqualTo(ToolOutcome.OK);
        assertThat(outcome.answer())
                .isEqualTo("{\"uri\":\"/orders/A%2FB%207%26x%3D1?phone=%2B14155550100&fixed=1\",\"call\":\"CA1\"}");
    }

    @Test
    void a_post_sends_what_the_url_leaves_over_and_a_key_against_repetition() {
        server.createContext(
                "/",
                exchange -> answer(
                        exchange,
                        200,
                        "[" + new String(exchange.getRequestBody().readAllBytes(), UTF_8) + ",\""
                                + exchange.getRequestHeaders().getFirst("Idempotency-Key") + "\"]"));

        var outcome =
                run("POST " + origin + "/orders/{number}/refund", "{\"number\":\"7\",\"reason\":\"a \\\"b\\\"\"}");

        assertThat(outcome.answer()).isEqualTo("[{\"reason\":\"a \\\"b\\\"\"},\"CA1-r1\"]");
    }

    @Test
    void an_error_of_the_server_is_an_error_with_its_status_and_without_its_words() {
        server.createContext("/", exchange -> answer(exchange, 500, "stack trace of db.internal"));

        var outcome = run("GET " + origin + "/x", "{}");

        assertThat(outcome.result()).isEqualTo(ToolOutcome.ERROR);
        assertThat(outcome.answer()).contains("\"status\":500").doesNotContain("internal");
    }

    @Test
    void a_look_up_that_finds_nothing_has_worked() {
        server.createContext("/", exchange -> answer(exchange, 404, ""));
        server.createContext("/page", exchange -> answer(exchange, 404, "<h1>Not Found</h1>"));
        server.createContext("/words", exchange -> answer(exchange, 404, "\"gone\""));
        server.createContext("/json", exchange -> answer(exchange, 404, "{\"message\":\"no order AB1\"}"));

        for (var path : List.of("/", "/page", "/words")) {
            var outcome = run("GET " + origin + path, "{}");

            assertThat(outcome.result()).isEqualTo(ToolOutcome.OK);
            assertThat(outcome.answer()).isEqualTo("{\"found\":false}");
        }
        assertThat(run("GET " + origin + "/json", "{}").answer()).isEqualTo("{\"message\":\"no order AB1\"}");
    }

    /// What was to be done isn't, so the human must not read that it was; but no system has failed either.
    @Test
    void a_change_of_what_is_not_there_is_refused() {
        server.createContext("/", exchange -> answer(exchange, 404, "{\"message\":\"no order AB1\"}"));

        var outcome = run("POST " + origin + "/orders/AB1/refund", "{}");

        assertThat(outcome.result()).isEqualTo(ToolOutcome.REFUSED);
        assertThat(outcome.answer()).contains("not_found", "nothing was found", "\"status\":404");
    }

    @Test
    void a_server_that_hangs_before_or_in_its_body_costs_the_limit_and_no_more() {
        server.createContext("/before", exchange -> waits());
        server.createContext("/within", exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('{');
            exchange.getResponseBody().flush();
            waits();
        });

        for (var path : List.of("/before", "/within")) {
            var outcome = run(tool("GET " + origin + path), "{}", Duration.ofSeconds(1));

            assertThat(outcome.result()).isEqualTo(ToolOutcome.TIMEOUT);
            assertThat(outcome.took()).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void five_mebibytes_are_shortened_and_not_read_to_their_end() {
        server.createContext("/", exchange -> answer(exchange, 200, "\"" + "x".repeat(5 << 20) + "\""));

        var outcome = run("GET " + origin + "/x", "{}");

        assertThat(outcome.shortened()).isTrue();
        assertThat(outcome.answer()).hasSizeBetween(15_000, 16 << 10).startsWith("{\"result_shortened\":true");
    }

    @Test
    void a_redirect_is_not_followed() {
        var followed = new AtomicInteger();
        server.createContext("/secret", exchange -> {
            followed.incrementAndGet();
            answer(exchange, 200, "{}");
        });
        server.createContext("/x", exchange -> {
            exchange.getResponseHeaders().set("Location", origin + "/secret");
            answer(exchange, 302, "");
        });

        var outcome = run("GET " + origin + "/x", "{}");

        assertThat(outcome.result()).isEqualTo(ToolOutcome.ERROR);
        assertThat(outcome.answer()).contains("302");
        assertThat(followed).hasValue(0);
    }

    @Test
    void an_answer_that_is_not_json_is_passed_on_as_text() {
        server.createContext("/", exchange -> answer(exchange, 200, "{\"status\": shipped"));

        assertThat(run("GET " + origin + "/x", "{}").answer()).isEqualTo("\"{\\\"status\\\": shipped\"");
    }

    @Test
    void a_server_that_is_not_there_is_an_error_without_its_address() {
        server.stop(0);

        var outcome = run("GET " + origin + "/x", "{}");

        assertThat(outcome.result()).isEqualTo(ToolOutcome.ERROR);
        assertThat(outcome.answer()).contains("unreachable").doesNotContain("127.0.0.1");
    }

    @Test
    void a_template_that_lets_an_argument_choose_the_host_is_refused() {
        for (var request : List.of(
                "GET https://{host}/x",
                "GET {scheme}://host/x",
                "GET https://api.{region}.example/x",
                "GET https://host:{port}/x",
                "GET https://user@host/x",
                "GET https://user:{x}@host/x",
                "GET ftp://host/x",
                "GET /x",
                "https://host/x",
                "FETCH https://host/x",
                "GET https://host/x?{name}=1",
                "GET https://host/x?{all}",
                "GET https://host/x#{y}",
                "GET https://host/{x",
                "GET https://host{x}/y")) {
            assertThatThrownBy(() -> tool(request)).as(request).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_header_that_can_not_be_sent_is_refused_by_its_name_and_never_by_its_text() {
        for (var header : Map.of("X-Key", "hunter2 {argument}", "Host", "hunter2", "b d", "hunter2").entrySet()) {
            assertThatThrownBy(() -> tool("GET https://host/", Map.ofEntries(header), Optional.empty()))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("the header " + header.getKey())
                    .hasMessageNotContaining("hunter2");
        }
        assertThat(new Template("Bearer hunter2{")).hasToString("Template[]");
    }

    @Test
    void braces_that_hold_no_name_are_sent_as_they_are() {
        server.createContext("/", HttpToolTest::echo);

        var outcome = run(
                tool(
                        "POST " + origin + "/graphql",
                        Map.of("X-Shape", "{ }"),
                        Optional.of(Map.of("query", "{ order(id: 7) { total } } {", "id", "{id}"))),
                "{\"id\":7}");

        assertThat(json(outcome)).isEqualTo(json("{\"query\":\"{ order(id: 7) { total } } {\",\"id\":7}"));
    }

    @Test
    void what_the_model_leaves_away_is_not_sent() {
        server.createContext("/", HttpToolTest::echo);
        var body = Map.<String, Object>of(
                "reason", "{reason}", "note", "For {reason}.", "items", List.of("{item}", "fixed"), "by", "{caller.id}");

        var templated = run(tool("POST " + origin + "/x", Map.of(), Optional.of(body)), "{}");
        var leftOver = run(tool("POST " + origin + "/{id}?q={q}", Map.of(), Optional.empty()), "{\"id\":\"1\",\"n\":2}");

        assertThat(json(templated)).isEqualTo(json("{\"note\":\"For .\",\"items\":[\"fixed\"],\"by\":\"\"}"));
        assertThat(json(leftOver)).isEqualTo(json("{\"n\":2}"));
    }

    @Test
    void what_is_not_known_of_the_caller_is_empty() {
        server.createContext(
                "/", exchange -> answer(exchange, 200, "\"" + exchange.getRequestURI() + "\""));

        var outcome = run("GET " + origin + "/customers?id={caller.id}&phone={caller.number}&q={q}", "{}");

        assertThat(outcome.answer()).isEqualTo("\"/customers?id=&phone=%2B14155550100\"");
    }

    @Test
    void a_request_has_the_whole_limit_of_its_tool() throws Exception {
        var patient = new HttpTool(
                "t", "GET https://host/", Map.of(), Optional.empty(), Duration.ofMinutes(1), client);

        var request = patient.request(new Tool.Invocation("i", "CA1", Map.of(), Map.of()));

        assertThat(request.timeout()).contains(Duration.ofMinutes(1));
    }

    @Test
    void a_request_that_runs_out_of_time_by_itself_is_one_of_time() {
        server.createContext("/", exchange -> waits());
        var hasty = new HttpTool(
                "lookup",
                "GET " + origin + "/",
                Map.of(),
                Optional.empty(),
                Duration.ofMillis(100),
                client);

        var outcome = run(hasty, "{}");

        assertThat(outcome.result()).isEqualTo(ToolOutcome.TIMEOUT);
    }

    private ToolOutcome run(String request, String arguments) {
        return run(tool(request), arguments);
    }

    private static ToolOutcome run(HttpTool tool, String arguments) {
        return run(tool, arguments, LONG);
    }

    private static ToolOutcome run(HttpTool tool, String arguments, Duration limit) {
        return new ConfiguredToolbox(List.of(new ToolDefinition("lookup", "", ANY, tool, limit)))
                .run(new ToolRequest("r1", "lookup", arguments), FACTS);
    }

    private HttpTool tool(String request) {
        return tool(request, Map.of("X-Call", "{call.id}"), Optional.empty());
    }

    private HttpTool tool(String request, Map<String, String> headers, Optional<Map<String, Object>> body) {
        return new HttpTool("lookup", request, headers, body, LONG, client);
    }

    private static JsonNode json(ToolOutcome outcome) {
        return json(outcome.answer());
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static void echo(HttpExchange exchange) throws IOException {
        answer(exchange, 200, new String(exchange.getRequestBody().readAllBytes(), UTF_8));
    }

    private void waits() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void answer(HttpExchange exchange, int status, String body) throws IOException {
        try (exchange) {
            var bytes = body.getBytes(UTF_8);
            exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
