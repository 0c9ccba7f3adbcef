package io.offhook.agent;

import static io.offhook.agent.AgentYaml.mistakesWith;
import static io.offhook.agent.AgentYaml.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import io.offhook.config.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ToolReaderTest {
    private static ToolProfile tool(String lines) {
        return with("tools:\n  it:\n" + lines.indent(4)).tools().getFirst();
    }

    @Test
    void a_request_in_one_line_makes_its_placeholders_parameters() {
        var tool = with("tools: { it: 'POST https://a.example/{caller.id}/orders/{order}?part={part}' }")
                .tools()
                .getFirst();

        assertThat(tool.action())
                .isEqualTo(new ToolAction.Http(
                        "POST",
                        "https://a.example/{caller.id}/orders/{order}?part={part}",
                        Map.of(),
                        Optional.empty()));
        assertThat(tool.parameters())
                .contains(
                        "{\"type\":\"object\",\"properties\":{\"order\":{\"type\":\"string\"},\"part\":{\"type\":\"string\"}},"
                                + "\"required\":[\"order\",\"part\"],\"additionalProperties\":false}");
    }

    @Test
    void the_long_form_of_an_http_tool_is_read() {
        var tool = tool("""
                about: Refund a charge
                params:
                  charge: The charge's number
                  amount: { type: number }
                  reason: { enum: [late, broken], optional: true }
                http: POST https://a.example/charges/{charge}/refunds
                headers: { Authorization: "Bearer hunter2", X-Caller: "{caller.id}" }
                body: { amount: "{amount}", note: "For {reason}", by: [voice, 1, true, 0.5] }
                say: One moment.
                confirm: true
                timeout: 3s
                """);

        assertThat(tool.action())
                .isEqualTo(new ToolAction.Http(
                        "POST",
                        "https://a.example/charges/{charge}/refunds",
                        Map.of("Authorization", new Secret("Bearer hunter2"), "X-Caller", new Secret("{caller.id}")),
                        Optional.of(Map.of(
                                "amount", "{amount}",
                                "note", "For {reason}",
                                "by", List.of("voice", 1L, true, 0.5)))));
        assertThat(tool.description()).isEqualTo("Refund a charge");
        assertThat(tool.say()).contains("One moment.");
        assertThat(tool.confirm()).isTrue();
        assertThat(tool.timeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(tool.toString()).contains("Http[POST https://a.example]").doesNotContain("hunter2");
    }

    @Test
    void without_a_template_the_body_is_left_to_what_the_model_gives() {
        var tool = tool("""
                params: { id: Which, note: What, urgent: { type: boolean, optional: true } }
                http: PUT https://a.example/notes/{id}
                """);

        assertThat(((ToolAction.Http) tool.action()).body()).isEmpty();
    }

    @Test
    void braces_of_a_body_are_braces_unless_a_name_stands_in_them() {
        var tool = tool("""
                params: { id: Which }
                http: POST https://a.example/graphql
                body: { query: "{ orders { total } }", variables: { id: "{id}" } }
                """);
        var mistakes = mistakesWith("""
                tools:
                  it:
                    params: { id: Which }
                    http: POST https://a.example/graphql
                    body: { query: "{ order {total} }", variables: { id: "{id}" } }
                """);

        assertThat(((ToolAction.Http) tool.action()).body().orElseThrow())
                .containsEntry("query", "{ orders { total } }");
        assertThat(mistakes)
                .containsExactly(new Mistake(
                        "agent.yaml:9:11",
                        "{total} is neither a parameter of this tool nor caller.something.",
                        "Declare it under params; braces of the body's own need a space inside: { id }."));
    }

    @Test
    void a_placeholder_in_a_header_is_refused_without_a_word_of_the_header() {
        var exception = catchThrowableOfType(
                ConfigException.class,
                () -> AgentYaml.parse(
                        AgentYaml.MINIMAL + """
                                tools: { it: { http: GET https://a.example, headers: { X-Key: "${KEY}" } } }
                                """,
                        Map.of("KEY", "hunter2{hunter3}")));

        assertThat(exception).hasMessageContaining("X-Key").hasMessageNotContaining("hunter");
    }

    @Test
    void numbers_of_the_call_fill_tools_too() {
        assertThat(mistakesWith("tools: { it: 'GET https://a.example/{called.number}?by={caller.number}' }"))
                .isEmpty();
        assertThat(mistakesWith("tools: { it: { sql: 'select 1 from line where number = :called.number' } }"))
                .isEmpty();
        assertThat(mistakesWith("tools: { it: { params: {}, http: 'GET https://a.example/{called.name}' } }"))
                .hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"order":"AB7492","count":2}                  | 0
            {"order":"AB7492","count":2,"colour":"red"}   | 0
            {"order":"xAB7492","count":2}                 | 1
            {"order":"AB7492 or 1=1","count":2}           | 1
            {"order":"AB7492","count":"2"}                | 1
            {"order":"AB7492","count":2,"colour":"blue"}  | 1
            {"order":"AB7492","count":2,"more":1}         | 1
            {"count":2}                                   | 1
            """)
    void arguments_are_checked_against_the_schema(String arguments, int problems) {
        var schema = tool("""
                params:
                  order: { about: "e.g. AB7492", pattern: "[A-Z]{2}\\\\d{4}" }
                  count: { type: integer }
                  colour: { enum: [red, green], optional: true }
                java: com.acme.Orders#find
                """).parameters().orElseThrow();

        var found = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(schema)
                .validate(arguments, InputFormat.JSON);

        assertThat(found).hasSize(problems);
    }

    @Test
    void sql_tools_bind_names_only() {
        var tool = tool("""
                params: { since: "A date" }
                sql: |
                  -- the caller's own :invoices only
                  select date::text, ':no', "a:b" /* :nor */ from invoice
                  where customer = :caller.id and date > :since;
                """);

        assertThat(tool.parameters().orElseThrow()).contains("\"required\":[\"since\"]");
        assertThat(SqlText.of(((ToolAction.Sql) tool.action()).query()).names()).containsExactly("caller.id", "since");
    }

    @Test
    void long_texts_are_read_without_recursion() {
        assertThat(SqlText.of("select '" + "x''".repeat(100_000) + "' where a = :a")
                        .names())
                .containsExactly("a");
        assertThat(mistakesWith("tools: { it: { java: " + "a.".repeat(100_000) + "a } }"))
                .hasSize(1);
    }

    @Test
    void java_tools_may_bring_their_own_parameters() {
        assertThat(tool("java: com.acme.tools.Refunds#refund").parameters()).isEmpty();
        assertThat(tool("java: refund").action()).isEqualTo(new ToolAction.Java("refund"));
        assertThat(tool("{ java: refund, params: { id: Which } }").parameters()).isPresent();
    }

    @Test
    void a_misspelt_parameter_is_recognised() {
        var mistakes = mistakesWith("""
                tools:
                  it: { params: { order_number: Which }, sql: "select 1 from orders where id = :order_nubmer" }
                """);

        assertThat(mistakes)
                .extracting(Mistake::what)
                .containsExactly(
                        ":order_nubmer is neither a parameter of this tool nor caller.something. Did you mean order_number?");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "FETCH https://a.example",
                "https://a.example",
                "GET ftp://a.example",
                "GET https://{host}/x",
                "GET https://a.{caller.domain}/x",
                "GET https://user:pw@a.example/x",
                "GET https://a.example/x#y",
                "GET https://a.example/{x",
                "GET https://a.example/{ }",
                "GET https:///x",
                "{ about: nothing }",
                "{ mcp: 'https://a.example/mcp' }",
                "{ http: GET https://a.example, sql: select 1 }",
                "{ http: GET https://a.example, body: { a: 1 } }",
                "{ http: POST https://a.example, body: text }",
                "{ http: POST https://a.example, headers: { 'a b': x } }",
                "{ http: GET https://a.example, headers: { a: 'x {order}' } }",
                "{ http: GET https://a.example, headers: { a: \"x\\r\\ny: z\" } }",
                "{ http: GET https://a.example, params: { unused: Why } }",
                "{ http: 'GET https://a.example/{a}', params: { a: { optional: true } } }",
                "{ sql: select 1, headers: { a: b } }",
                "{ sql: 'select 1; drop table call' }",
                "{ sql: update invoice set total = 0 }",
                "{ sql: '/* select */ delete from invoice' }",
                "{ sql: 'select {a}', params: {} }",
                "{ sql: \"select 'open\" }",
                "{ sql: 'select :a' }",
                "{ java: 'com.acme Refunds' }",
                "{ java: refund, params: { caller: Who } }",
                "{ java: refund, params: { 'a-b': What } }",
                "{ java: refund, params: { a: { type: array } } }",
                "{ java: refund, params: { a: { type: integer, pattern: x } } }",
                "{ java: refund, params: { a: { type: integer, enum: [one] } } }",
                "{ java: refund, params: { a: { pattern: '[' } } }",
                "{ java: refund, params: { a: { enum: [] } } }",
                "{ java: refund, confirm: yes }",
                "{ java: refund, timeout: 2m }"
            })
    void tools_that_are_refused(String tool) {
        assertThat(mistakesWith("tools:\n  it: " + tool))
                .hasSize(1)
                .allSatisfy(mistake -> assertThat(mistake.where()).startsWith("agent.yaml:6:"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"end_call", "escalate_to_human", "0a", "'a b'", "ä"})
    void names_that_are_refused(String name) {
        assertThat(mistakesWith("tools: { " + name + ": { java: refund } }")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"instructons,instructions", "tmeout,timeout", "haeders,headers", "voicemial,voicemail"})
    void near_words_are_found(String word, String meant) {
        assertThat(Spelling.nearest(word, List.of("instructions", "timeout", "headers", "voicemail")))
                .contains(meant);
        assertThat(Spelling.nearest("completely-different", List.of(meant))).isEmpty();
    }
}
