package io.offhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentFile;
import io.offhook.agent.AgentFiles;
import io.offhook.agent.EngineChoice;
import io.offhook.agent.EngineChoice.Kind;
import io.offhook.call.CallEvent;
import io.offhook.call.CallMachine;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.EscalationRule;
import io.offhook.call.Lexicon;
import io.offhook.call.Memory;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Phrases;
import io.offhook.call.Signals;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.engine.RealtimeEngine;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.sqlite.SQLiteDataSource;

class AgentPlansTest {
    private static final Optional<PhoneNumber> SALES = Optional.of(new PhoneNumber("+14155550101"));
    private static final Optional<PhoneNumber> OTHER = Optional.of(new PhoneNumber("+14155550199"));
    private static final Map<String, String> DANA =
            Map.of("caller.number", "+14155550123", "caller.first_name", "Dana");

    private Optional<AgentPlans> made = Optional.empty();

    private record NamedEngine(String name) implements RealtimeEngine {
        @Override
        public EngineSession open(Brief brief, List<? extends Memory> history, Consumer<CallEvent> events) {
            throw new AssertionError("nobody calls here");
        }
    }

    public static final class Broken {
        private static final int NUMBER = Integer.parseInt("no number");

        public int run() {
            return NUMBER;
        }
    }

    @AfterEach
    void close() {
        made.ifPresent(AgentPlans::close);
    }

    private static AgentFiles agents(String... texts) {
        return AgentFiles.of(Arrays.stream(texts)
                .map(text -> AgentFile.parse("agent.yaml", text, Map.of()))
                .toList());
    }

    private static String agent(String name, String lines) {
        return """
                offhook: 1
                name: %s
                instructions: You answer for %s.
                escalate: "+14155550100"
                """.formatted(name, name) + lines;
    }

    private AgentPlans plans(AgentFiles agents, Kind... engines) {
        Function<EngineChoice.Kind, Optional<RealtimeEngine>> there = kind ->
                List.of(engines).contains(kind) ? Optional.of(new NamedEngine(kind.name())) : Optional.empty();
        var plans = new AgentPlans(
                AgentDirectory.of(agents),
                there,
                new SQLiteDataSource(),
                List.of(),
                AgentPlans.loader(),
                InstantSource.system(),
                InstantSource.system());
        made = Optional.of(plans);
        return plans;
    }

    private static String answering(AgentPlans plans, Optional<PhoneNumber> called) {
        return plans.answering(called).rules().agent();
    }

    @Test
    void a_change_that_is_refused_leaves_routing_and_plans_as_they_were() {
        var plans = plans(agents(agent("support", ""), agent("sales", "number: +14155550101")), Kind.OPENAI);
        var changed = agents(
                agent("helpdesk", "tools: { it: { java: com.acme.Nothing#run } }"),
                agent("shop", "number: +14155550199"));

        var refusal = catchThrowableOfType(ConfigException.class, () -> plans.reload(changed));

        assertThat(refusal).hasMessageContaining("helpdesk: tools.it: com.acme.Nothing#run: there is no such class");
        assertThat(answering(plans, SALES)).isEqualTo("sales");
        assertThat(answering(plans, OTHER)).isEqualTo("support");
    }

    @Test
    void a_change_that_is_taken_counts_for_routing_and_plans() {
        var plans = plans(agents(agent("support", "")), Kind.OPENAI);

        plans.reload(agents(agent("helpdesk", ""), agent("shop", "number: +14155550101")));

        assertThat(answering(plans, SALES)).isEqualTo("shop");
        assertThat(answering(plans, OTHER)).isEqualTo("helpdesk");
        assertThat(plans.all()).hasSize(2);
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void an_agent_whose_engine_the_server_was_not_started_with_is_refused(Kind there) {
        var openAi = agents(agent("support", ""));
        var demo = agents(agent("support", "engine: demo"));
        var plans = plans(there == Kind.OPENAI ? openAi : demo, there);

        var refusal = catchThrowableOfType(
                ConfigException.class, () -> plans.reload(there == Kind.OPENAI ? demo : openAi));

        assertThat(refusal.mistakes()).extracting(Mistake::where).containsExactly("support: engine");
        assertThat(plans.answering(OTHER).engine().name()).isEqualTo(there.name());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            { java: com.acme.Nothing#run }                                     | there is no such class
            { java: com.acme.Nothing }                                         | there is no such class
            { java: unregistered }                                             | no tool of this name is registered
            { java: java.lang.String }                                         | does not implement
            { java: java.lang.Object#nothing }                                 | there must be one public method
            { java: 'io.offhook.AgentPlansTest$Broken#run' }                   | the class can't be loaded
            { http: GET https://a.example, headers: { Host: hunter2 } }        | cannot set the header Host
            """)
    void tools_that_can_not_be_made_are_found_without_a_server(String tool, String problem) {
        var mistakes = AgentPlans.mistakes(agents(agent("support", "tools: { it: " + tool + " }")).all());

        assertThat(mistakes).singleElement().satisfies(mistake -> {
            assertThat(mistake.where()).isEqualTo("support: tools.it");
            assertThat(mistake.what()).contains(problem).doesNotContain("hunter2");
        });
    }

    @Test
    void all_mistakes_of_all_agents_are_found_at_once() {
        var tool = "tools: { a: { java: Gone#run }, b: { java: Gone#run }, c: { sql: select 1 } }";

        var mistakes = AgentPlans.mistakes(
                agents(agent("support", tool), agent("sales", "number: +14155550101\n" + tool)).all());

        assertThat(mistakes)
                .extracting(Mistake::where)
                .containsExactly("support: tools.a", "support: tools.b", "sales: tools.a", "sales: tools.b");
    }

    @Test
    void what_is_known_of_a_call_fills_greeting_instructions_and_sentences() {
        var plans = plans(
                agents("""
                        offhook: 1
                        name: acme
                        greeting: Welcome back, {caller.first_name}!
                        instructions: "The caller is {caller.first_name}, from {caller.number}, on {called.number}. {json}"
                        tools: { it: { http: GET https://a.example, say: "One moment, {caller.first_name}." } }
                        escalate: { announce: "A colleague, {caller.first_name}.", to: { default: "+14155550100" } }
                        """),
                Kind.OPENAI);

        var plan = plans.answering(SALES).knowing(DANA);

        assertThat(plan.rules().greeting()).isEqualTo("Welcome back, Dana!");
        assertThat(plan.brief().instructions())
                .startsWith("The caller is Dana, from +14155550123, on +14155550101. {json}\n");
        assertThat(plan.rules().announcement()).isEqualTo("A colleague, Dana.");
        assertThat(plan.rules().tools().get("it").filler()).isEqualTo("One moment, Dana.");
        assertThat(plan.facts()).containsEntry("called.number", "+14155550101").containsAllEntriesOf(DANA);
        assertThat(plan.toString()).doesNotContain("Dana", "4155550123");
    }

    @ParameterizedTest
    @CsvSource({
        "347.00, 347.00",
        "347, 347",
        "12345678.9, 12345678.9",
        "123456789012345.12, 123456789012345.12",
        "1.5e7, 15000000",
        "0.000001, 0.000001",
        "-12.50, -12.50",
        "1e999, 1E+999",
        "'\"347.00\"', 347.00",
    })
    void an_amount_that_a_tool_answers_with_is_kept_as_it_is_written(String answered, String kept) {
        var facts = AgentPlans.facts("{\"order\":{\"total\":" + answered + "}}");

        assertThat(facts).containsEntry("total", kept).containsEntry("order.total", kept);
    }

    @Test
    void an_amount_of_millions_with_cents_is_above_a_limit() {
        var rule = new EscalationRule(
                List.of(new EscalationRule.FactAbove("total", BigDecimal.valueOf(10_000_000))),
                Optional.empty(),
                Optional.empty(),
                false);
        var policy = new EscalationPolicy(List.of(rule), new Lexicon(Map.of(), List.of()), List.of(), false);
        var machine = new CallMachine(Phrases.english(), AgentPlans::escalation, AgentPlans::facts);
        var rules = plans(agents(agent("support", "")), Kind.OPENAI).answering(Optional.empty()).rules();
        var answer = new ToolOutcome("{\"total\":12345678.90}", ToolOutcome.OK, Duration.ZERO, false);

        var signals =
                machine.recall(Signals.NONE, rules, List.of(), Map.of(new ToolRequest("t1", "find", "{}"), answer));

        assertThat(policy.decide(signals, rules.circumstances(Instant.EPOCH))).isPresent();
    }

    @Test
    void the_engine_is_told_all_the_languages_and_the_usual_one_first() {
        var plan = plans(agents(agent("support", "languages: { es-MX: {}, en: {} }\n")), Kind.OPENAI)
                .answering(OTHER);

        assertThat(plan.brief().languages()).containsExactly("es-MX", "en");
    }

    @Test
    void what_is_not_known_is_left_out_and_no_brace_is_ever_spoken() {
        var plans = plans(
                agents("""
                        offhook: 1
                        name: acme
                        greeting: Welcome back, {caller.first_name}!
                        instructions: "The caller is {caller.first_name}."
                        escalate: "+14155550100"
                        """),
                Kind.OPENAI);

        var plan = plans.answering(Optional.empty());

        assertThat(plan.rules().greeting()).isEqualTo("Welcome back!");
        assertThat(plan.greetCached()).isFalse();
        assertThat(plan.brief().instructions()).startsWith("The caller is .\n");
    }
}
