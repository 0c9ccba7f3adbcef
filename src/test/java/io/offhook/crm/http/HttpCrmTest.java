package io.offhook.crm.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import io.offhook.crm.Crm;
import io.offhook.crm.CrmContract;
import io.offhook.crm.CrmFailure;
import io.offhook.crm.Interaction;
import io.offhook.crm.http.HttpCrm.InteractionRequest;
import io.offhook.crm.http.HttpCrm.Request;
import io.offhook.crm.http.LocalCrm.Reply;
import io.offhook.tool.HttpTool;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class HttpCrmTest extends CrmContract {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient client = HttpTool.client();
    private final Map<String, List<Map<String, Object>>> customers = new ConcurrentHashMap<>();
    private final Map<String, List<String>> interactions = new LinkedHashMap<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile Optional<Reply> always = Optional.empty();
    private LocalCrm server;

    @BeforeEach
    void starts() throws Exception {
        server = new LocalCrm(this::answer);
    }

    @AfterEach
    void stops() {
        end.countDown();
        server.close();
        client.shutdownNow();
    }

    /// A small CRM: customers by number, interactions by call, notes.
    private Reply answer(LocalCrm.Request request) throws InterruptedException {
        if (always.isPresent()) {
            return always.get();
        }
        var path = request.path().split("[/?=]", -1);
        if (request.method().equals("GET")) {
            var number = path[3].replace("%2B", "+");
            return new Reply(200, JSON.writeValueAsString(customers.getOrDefault(number, List.of())));
        }
        var body = JSON.readTree(request.body());
        synchronized (interactions) {
            if (path[1].equals("calls")) {
                var id = "call-" + body.path("call").asString();
                interactions.putIfAbsent(id, new ArrayList<>());
                return new Reply(201, "{\"ticket\":{\"id\":\"" + id + "\"}}");
            }
            var notes = interactions.get(path[2]);
            var text = body.path("text").asString();
            if (!notes.contains(text)) {
                notes.add(text);
            }
            return new Reply(204, "");
        }
    }

    @Override
    protected Crm crm() {
        return crm(new Request("GET " + server.origin() + "/customers?phone={caller.number}", Map.of(), Optional.empty()), Map.of());
    }

    private Crm crm(Request lookup, Map<String, String> map) {
        return crm(lookup, map, Duration.ofSeconds(60));
    }

    private Crm crm(Request lookup, Map<String, String> map, Duration patience) {
        return new HttpCrm(
                lookup,
                map,
                Optional.of(new InteractionRequest(
                        new Request(
                                "POST " + server.origin() + "/calls",
                                Map.of("Authorization", "Bearer abc"),
                                Optional.of(Map.of(
                                        "call", "{call.id}",
                                        "contact", "{caller.id}",
                                        "about", "{topic} ({outcome})",
                                        "times", List.of("{opened_at}", "{closed_at}"),
                                        "text", "{summary}"))),
                        "/ticket/id")),
                Optional.of(new Request(
                        "POST " + server.origin() + "/notes/{interaction}",
                        Map.of(),
                        Optional.of(Map.of("text", "{text}")))),
                patience,
                client);
    }

    @Override
    protected void knows(PhoneNumber number, Caller customer) {
        var fields = new LinkedHashMap<String, Object>(customer.attributes());
        fields.put("id", customer.id());
        fields.put("firstName", customer.firstName());
        fields.put("lastName", customer.lastName());
        customers.computeIfAbsent(number.e164(), _ -> new ArrayList<>()).add(fields);
    }

    @Override
    protected void breaks() {
        server.close();
    }

    @Override
    protected Map<String, List<String>> interactions() {
        synchronized (interactions) {
            return Map.copyOf(interactions);
        }
    }

    private Optional<Caller> found(String body, Map<String, String> map) throws Exception {
        always = Optional.of(new Reply(200, body));
        return crm(new Request("GET " + server.origin(), Map.of(), Optional.empty()), map).find(NUMBER);
    }

    private String reason() {
        return catchThrowableOfType(CrmFailure.class, () -> crm().find(NUMBER)).reason();
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 429, 500, 503})
    void a_status_that_is_none_of_success_is_a_failure(int status) {
        always = Optional.of(new Reply(status, "{\"id\":\"C-17\",\"first_name\":\"Dana\"}"));

        assertThat(reason()).isEqualTo("http_" + status);
        assertThat(catchThrowableOfType(CrmFailure.class, () -> crm().note("call-CA1", "x")).status()).hasValue(status);
    }

    @Test
    void a_redirect_is_not_followed() {
        always = Optional.of(new Reply(302, server.origin() + "/elsewhere"));

        assertThat(reason()).isEqualTo("http_302");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void nothing_there_is_nobody() throws Exception {
        always = Optional.of(new Reply(404, "{\"error\":\"none\"}"));
        assertThat(crm().find(NUMBER)).isEmpty();

        always = Optional.of(new Reply(204, ""));
        assertThat(crm().find(NUMBER)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "[]", "null", "\"Dana\"", "17", "{\"error\":\"no such customer\"}", "[[]]", "[{},{}]"})
    void an_answer_without_a_customer_in_it_is_nobody(String body) throws Exception {
        assertThat(found(body, Map.of())).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "{\"id\":", ""})
    void an_answer_that_is_no_json_is_a_failure_or_nobody(String body) {
        always = Optional.of(new Reply(200, body));

        if (body.isEmpty()) {
            assertThat(catchThrowableOfType(CrmFailure.class, () -> crm().find(NUMBER))).isNull();
        } else {
            assertThat(reason()).isEqualTo("bad_answer");
        }
    }

    @Test
    void an_endless_answer_is_a_failure() {
        always = Optional.of(new Reply(200, "{\"id\":\"" + "x".repeat(1 << 20) + "\"}"));

        assertThat(reason()).isEqualTo("bad_answer");
    }

    @Test
    void a_crm_that_is_silent_is_given_up() throws Exception {
        try (var silent = new LocalCrm(_ -> {
            end.await();
            return new Reply(200, "{}");
        })) {
            var crm = crm(
                    new Request("GET " + silent.origin(), Map.of(), Optional.empty()),
                    Map.of(),
                    Duration.ofMillis(500));

            var failure = catchThrowableOfType(CrmFailure.class, () -> crm.find(NUMBER));

            assertThat(failure.reason()).isEqualTo("timeout");
        }
    }

    @Test
    void places_in_the_answer_are_named_by_pointers() throws Exception {
        var map = Map.of("id", "/hits/0/id", "name", "/hits/0/who/name", "tier", "/hits/0/tier", "none", "/nowhere");

        var found = found(
                "{\"hits\":[{\"id\":4711,\"who\":{\"name\":\"Dana Maria Ruiz\"},\"tier\":null,\"x\":1}]}", map);

        assertThat(found).contains(Caller.of("4711", "Dana", "Maria Ruiz", Map.of()));
        assertThat(found("{\"hits\":[]}", map)).isEmpty();
        assertThat(found("{\"hits\":[{\"id\":1},{\"id\":2}]}", map)).isEmpty();
        assertThat(found("{\"hits\":{\"0\":{\"id\":7}}}", map)).contains(Caller.of("7", "", "", Map.of()));
    }

    @Test
    void a_look_up_may_name_the_number_in_three_ways() throws Exception {
        var lookup = new Request(
                "POST " + server.origin() + "/search/{caller.digits}",
                Map.of("Authorization", "Bearer abc"),
                Optional.of(Map.of("any", List.of("{caller.number}", Map.of("local", "{caller.national_number}")))));
        always = Optional.of(new Reply(200, "{\"id\":\"C-17\"}"));

        assertThat(crm(lookup, Map.of()).find(NUMBER)).isPresent();

        var request = server.requests().getFirst();
        assertThat(request.path()).isEqualTo("/search/14155550123");
        assertThat(request.authorization()).isEqualTo("Bearer abc");
        assertThat(request.body()).isEqualTo("{\"any\":[\"+14155550123\",{\"local\":\"4155550123\"}]}");
    }

    @Test
    void an_interaction_says_what_the_operator_wants_and_can_be_repeated() throws Exception {
        var over = Interaction.begun(new CallId("CA1"), Optional.of(NUMBER), Optional.of("C-17"), NOON)
                .closed("order AB7492", "resolved", "Told \"Thursday\".", NOON.plusSeconds(90));

        crm().open(over);

        var request = server.requests().getFirst();
        assertThat(JSON.readTree(request.body())).isEqualTo(JSON.readTree("""
                {"call": "CA1", "contact": "C-17", "about": "order AB7492 (resolved)", "text": "Told \\"Thursday\\".",
                 "times": ["2026-03-20T12:00:00Z", "2026-03-20T12:01:30Z"]}
                """));
        assertThat(request.key()).isEqualTo("call-CA1");
        assertThat(request.authorization()).isEqualTo("Bearer abc");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "{}", "{\"ticket\":null}"})
    void an_interaction_whose_answer_names_no_id_is_filed_all_the_same(String body) throws Exception {
        always = Optional.of(new Reply(201, body));

        var filed = crm().open(Interaction.begun(new CallId("CA1"), Optional.of(NUMBER), Optional.of("C-17"), NOON));

        assertThat(filed).contains("");
    }

    @Test
    void an_interaction_that_names_the_customer_is_not_filed_for_a_stranger() throws Exception {
        var begun = Interaction.begun(new CallId("CA1"), Optional.of(NUMBER), Optional.empty(), NOON);

        assertThat(crm().open(begun)).isEmpty();
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void an_interaction_can_not_choose_another_path() {
        assertThatThrownBy(() -> crm().note("../admin", "x")).isInstanceOf(CrmFailure.class);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void requests_that_are_none_are_refused_when_they_are_read() {
        var get = new Request("GET http://a.example/{caller.number}", Map.of(), Optional.empty());

        assertThatThrownBy(() -> crm(new Request("GET http://{caller.number}/", Map.of(), Optional.empty()), Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> crm(get, Map.of("id", "results.id")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("JSON pointer");
    }
}
