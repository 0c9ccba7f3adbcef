package io.offhook.agent;

import static io.offhook.agent.AgentYaml.mistakesWith;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallerReaderTest {
    private static CallerProfile read(String lines) {
        return AgentYaml.with(lines).caller().orElseThrow();
    }

    @Test
    void an_agent_looks_nobody_up_unless_it_is_told_to() {
        assertThat(AgentYaml.with("").caller()).isEmpty();
    }

    @Test
    void the_short_form_is_a_request_a_patience_and_a_greeting() {
        var caller = read("""
                caller:
                  lookup: GET https://crm.acme.example/customers?phone={caller.number}
                  timeout: 250ms
                  greeting: Welcome back, {caller.first_name}!
                """);

        var lookup = caller.lookup().orElseThrow();
        assertThat(lookup.request().method()).isEqualTo("GET");
        assertThat(lookup.request().url()).isEqualTo("https://crm.acme.example/customers?phone={caller.number}");
        assertThat(lookup.map()).isEmpty();
        assertThat(caller.timeout()).isEqualTo(Duration.ofMillis(250));
        assertThat(caller.greeting()).contains("Welcome back, {caller.first_name}!");
    }

    @Test
    void a_greeting_alone_is_for_the_customers_of_the_own_database() {
        var caller = read("caller: { greeting: \"Hello, {caller.first_name}.\" }");

        assertThat(caller.lookup()).isEmpty();
        assertThat(caller.timeout()).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void the_long_form_says_what_is_sent_and_where_the_answer_has_what() {
        var caller = read("""
                caller:
                  lookup:
                    http: POST https://crm.acme.example/search
                    body: { phone: "{caller.number}", query: "{ customer { id } }" }
                    map: { id: /results/0/id, tier: /results/0/a~1b }
                  headers: { Authorization: Bearer abc }
                  interaction:
                    http: POST https://crm.acme.example/calls
                    body: { contact: "{caller.id}", call: "{call.id}", text: "{summary}", at: ["{opened_at}"] }
                    id: /ticket/id
                  note: { http: "POST https://crm.acme.example/calls/{interaction}/notes", body: { text: "{text}" } }
                """);

        assertThat(caller.lookup().orElseThrow().request().body())
                .contains(Map.of("phone", "{caller.number}", "query", "{ customer { id } }"));
        assertThat(caller.lookup().orElseThrow().map())
                .isEqualTo(Map.of("id", "/results/0/id", "tier", "/results/0/a~1b"));
        assertThat(caller.headers().get("Authorization").reveal()).isEqualTo("Bearer abc");
        assertThat(caller.interaction().orElseThrow().id()).isEqualTo("/ticket/id");
        assertThat(caller.note().orElseThrow().url()).endsWith("/calls/{interaction}/notes");
        assertThat(caller.toString()).doesNotContain("abc", "search", "{caller");
    }

    @Test
    void the_id_of_an_interaction_is_at_the_top_unless_it_is_said() {
        assertThat(read("caller: { lookup: GET https://a.example, interaction: { http: POST https://a.example/calls } }")
                        .interaction()
                        .map(CallerProfile.Filing::id))
                .isEqualTo(Optional.of("/id"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            value = {
                "caller: {}=>caller says nothing",
                "caller: GET https://a.example=>must be a map",
                "caller: { lookup: fetch it }=>is not METHOD URL",
                "caller: { lookup: 'GET https://{caller.number}.example/' }=>has a placeholder or a password in its host",
                "caller: { lookup: 'GET https://a.example/{phone}' }=>can't take {phone}",
                "caller: { lookup: 'GET https://a.example/{caller.nubmer}' }=>Did you mean caller.number",
                "caller: { lookup: 'GET https://a.example/{caller.id}' }=>can't take {caller.id}",
                "caller: { lookup: { map: { id: /id } } }=>caller.lookup.http is missing",
                "caller: { lookup: { http: 'GET https://a.example', body: { a: b } } }=>A GET request has no body",
                "caller: { lookup: { http: 'POST https://a.example', body: { a: '{caller.mood}' } } }=>can't take {caller.mood}",
                "caller: { lookup: { http: 'GET https://a.example', map: { id: results.id } } }=>can't be \"results.id\"",
                "caller: { lookup: { http: 'GET https://a.example', map: { First Name: /a } } }=>can't have \"First Name\"",
                "caller: { lookup: { htp: 'GET https://a.example' } }=>Did you mean http",
                "caller: { timeout: 10s }=>out of range",
                "caller: { timeout: 400 }=>must be a duration",
                "caller: { greeting: 'Hello {name}' }=>can't take {name}",
                "caller: { headers: { A: '{text}' } }=>a placeholder that headers can't take",
                "caller: { interaction: { http: 'POST https://a.example' } }=>needs a CRM",
                "caller: { note: { http: 'POST https://a.example/{interaction}' } }=>needs an interaction",
                "caller: { interaction: { http: 'POST https://a.example/{text}' } }=>can't take {text}"
            })
    void a_mistake_is_reported_at_its_line(String line, String what) {
        var mistakes = mistakesWith(line);

        assertThat(mistakes).isNotEmpty();
        assertThat(mistakes.getFirst().where()).startsWith("agent.yaml:5:");
        assertThat(mistakes).anySatisfy(mistake -> assertThat(mistake.what()).contains(what));
    }

    @Test
    void headers_go_to_one_host_only() {
        var mistakes = mistakesWith("""
                caller:
                  lookup: GET https://crm.acme.example/customers?phone={caller.number}
                  headers: { Authorization: Bearer abc }
                  interaction: { http: POST https://log.acme.example/calls }
                """);

        assertThat(mistakes).hasSize(1);
        assertThat(mistakes.getFirst().where()).startsWith("agent.yaml:8:");
        assertThat(mistakes.getFirst().what()).contains("another host").doesNotContain("abc");
    }
}
