package io.offhook;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.agent.AgentFile;
import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import io.offhook.crm.Crm;
import io.offhook.crm.Interaction;
import io.offhook.crm.http.LocalCrm;
import io.offhook.crm.http.LocalCrm.Reply;
import io.offhook.tool.HttpTool;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The agent.yaml of each recipe against a server on this machine that answers in the shapes of the vendor's
/// documentation.
@Timeout(300)
class RecipesTest {
    private static final PhoneNumber NUMBER = new PhoneNumber("+14155550123");
    private static final Instant NOON = Instant.parse("2026-03-20T12:00:00Z");
    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    private final HttpClient client = HttpTool.client();

    @AfterEach
    void closes() {
        client.shutdownNow();
    }

    private Crm crm(String recipe, LocalCrm server) throws Exception {
        var yaml = YAML.matcher(Files.readString(Path.of("docs/recipes/" + recipe)));
        assertThat(yaml.find()).isTrue();
        var agent = AgentFile.parse(
                recipe,
                """
                offhook: 1
                name: acme
                instructions: You answer the phone.
                escalate: "+14155550100"
                """ + yaml.group(1).replace("https://api.hubapi.com", server.origin()).replace("400ms", "5s"),
                Map.of(
                        "HUBSPOT_TOKEN", "abc",
                        "SALESFORCE_TOKEN", "abc",
                        "SALESFORCE_URL", server.origin(),
                        "ZENDESK_BASIC", "abc",
                        "ZENDESK_URL", server.origin()));
        var caller = agent.caller().orElseThrow();
        assertThat(caller.greeting()).contains("Welcome back, {caller.first_name}!");
        return AgentCrm.of(caller, client).orElseThrow();
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static Interaction call(String customer) {
        return Interaction.begun(new CallId("CA1"), Optional.of(NUMBER), Optional.of(customer), NOON)
                .closed("order AB7492", "resolved", "Arrives on Thursday.", NOON.plusSeconds(90));
    }

    @Test
    void hubspot() throws Exception {
        try (var server = new LocalCrm(request -> switch (request.path()) {
            case "/crm/v3/objects/contacts/search" -> new Reply(200, """
                    {"total":1,"results":[{"id":"51","properties":{"createdate":"2025-11-04T09:12:33.120Z",
                     "firstname":"Dana","hs_object_id":"51","lastmodifieddate":"2026-02-01T16:40:00.004Z",
                     "lastname":"Ruiz","lifecyclestage":"customer"},"createdAt":"2025-11-04T09:12:33.120Z",
                     "updatedAt":"2026-02-01T16:40:00.004Z","archived":false}]}
                    """);
            case "/crm/v3/objects/calls" -> new Reply(201, """
                    {"id":"40210001","properties":{"hs_call_title":"order AB7492"},
                     "createdAt":"2026-03-20T12:01:31Z","updatedAt":"2026-03-20T12:01:31Z","archived":false}
                    """);
            default -> new Reply(400, "");
        })) {
            var crm = crm("hubspot.md", server);

            var found = crm.find(NUMBER);
            var filed = crm.open(call("51"));
            crm.note(filed.orElseThrow(), "Wants a call back.");

            assertThat(found).contains(Caller.of("51", "Dana", "Ruiz", Map.of("tier", "customer")));
            assertThat(filed).contains("40210001");
            var search = server.requests().get(0);
            assertThat(search.authorization()).isEqualTo("Bearer abc");
            assertThat(json(search.body()).at("/filterGroups/1/filters/0")).isEqualTo(json("""
                    {"propertyName":"hs_searchable_calculated_mobile_number","operator":"EQ","value":"4155550123"}
                    """));
            assertThat(json(search.body()).path("limit").intValue()).isEqualTo(2);
            var call = json(server.requests().get(1).body());
            assertThat(call.at("/associations/0/to/id").asString()).isEqualTo("51");
            assertThat(call.at("/properties/hs_timestamp").asString()).isEqualTo("2026-03-20T12:00:00Z");
            assertThat(server.requests()).hasSize(2);
        }
    }

    @Test
    void salesforce() throws Exception {
        try (var server = new LocalCrm(request -> request.method().equals("GET")
                ? new Reply(200, """
                        {"searchRecords":[{"attributes":{"type":"Contact",
                         "url":"/services/data/v62.0/sobjects/Contact/003RM000006EkYYAA0"},
                         "Id":"003RM000006EkYYAA0","FirstName":"Dana","LastName":"Ruiz"}]}
                        """)
                : new Reply(201, "{\"id\":\"00TRM000003yqiX2AQ\",\"success\":true,\"errors\":[]}"))) {
            var crm = crm("salesforce.md", server);

            var found = crm.find(NUMBER);
            var filed = crm.open(call("003RM000006EkYYAA0"));
            crm.note(filed.orElseThrow(), "Wants a call back.");

            assertThat(found).contains(Caller.of("003RM000006EkYYAA0", "Dana", "Ruiz", Map.of()));
            assertThat(filed).contains("00TRM000003yqiX2AQ");
            assertThat(server.requests().get(0).path())
                    .isEqualTo("/services/data/v62.0/parameterizedSearch?q=4155550123&in=PHONE&sobject=Contact"
                            + "&Contact.fields=Id,FirstName,LastName&Contact.limit=2");
            assertThat(json(server.requests().get(1).body()).path("WhoId").asString())
                    .isEqualTo("003RM000006EkYYAA0");
            var note = server.requests().get(2);
            assertThat(note.method() + " " + note.path())
                    .isEqualTo("POST /services/data/v62.0/sobjects/FeedItem");
            assertThat(json(note.body())).isEqualTo(json("""
                    {"ParentId":"00TRM000003yqiX2AQ","Body":"Wants a call back."}
                    """));
        }
    }

    @Test
    void zendesk() throws Exception {
        try (var server = new LocalCrm(request -> switch (request.method()) {
            case "GET" -> new Reply(200, """
                    {"users":[{"id":9873843,"url":"https://acme.zendesk.com/api/v2/users/9873843.json",
                     "name":"Dana Ruiz","email":null,"phone":"+14155550123","shared_phone_number":false,
                     "role":"end-user","verified":false,"locale":"en-US","active":true,"user_fields":{}}],
                     "next_page":null,"previous_page":null,"count":1}
                    """);
            case "POST" -> new Reply(201, "{\"ticket\":{\"id\":35436,\"subject\":\"Call: order AB7492\"},\"audit\":{}}");
            default -> new Reply(200, "{\"ticket\":{\"id\":35436},\"audit\":{}}");
        })) {
            var crm = crm("zendesk.md", server);

            var found = crm.find(NUMBER);
            var filed = crm.open(call("9873843"));
            crm.note(filed.orElseThrow(), "Wants a call back.");

            assertThat(found).contains(Caller.of("9873843", "Dana", "Ruiz", Map.of("locale", "en-US")));
            assertThat(filed).contains("35436");
            assertThat(server.requests().get(0).path())
                    .isEqualTo("/api/v2/users/search.json?query=role:end-user%20phone:%2B14155550123");
            assertThat(json(server.requests().get(1).body()).at("/ticket/comment")).isEqualTo(json("""
                    {"body":"Arrives on Thursday.","public":false}
                    """));
            var note = server.requests().get(2);
            assertThat(note.method() + " " + note.path()).isEqualTo("PUT /api/v2/tickets/35436.json");
        }
    }
}
