package io.offhook.agent;

import static io.offhook.agent.AgentYaml.mistakes;
import static io.offhook.agent.AgentYaml.mistakesWith;
import static io.offhook.agent.AgentYaml.parse;
import static io.offhook.agent.AgentYaml.resource;
import static io.offhook.agent.AgentYaml.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.offhook.agent.EngineChoice.Kind;
import io.offhook.agent.EngineChoice.NoiseReduction;
import io.offhook.agent.EngineChoice.TurnDetection.SemanticVad;
import io.offhook.agent.EngineChoice.TurnDetection.ServerVad;
import io.offhook.call.Destination;
import io.offhook.call.Money;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Price;
import io.offhook.call.Route;
import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class AgentFileTest {
    @Test
    void the_minimal_file_is_complete_by_its_defaults() {
        var agent = parse(resource("minimal.yaml"), Map.of());

        assertThat(agent.name()).isEqualTo("acme");
        assertThat(agent.numbers()).isEmpty();
        assertThat(agent.engine()).isEqualTo(EngineChoice.DEFAULT);
        assertThat(agent.instructions())
                .startsWith("You answer Acme's support line.")
                .doesNotEndWith("\n");
        assertThat(agent.languages())
                .containsExactly(new Language(
                        "en", "marin", Optional.of(new Greeting("Thanks for calling Acme. How can I help?", true))));
        assertThat(agent.tools())
                .extracting(ToolProfile::name, ToolProfile::timeout, ToolProfile::description)
                .containsExactly(tuple("lookup_order", Duration.ofSeconds(4), "Lookup order"));
        assertThat(agent.escalation())
                .isEqualTo(new Escalation(
                        Escalation.ANNOUNCE,
                        Map.of(
                                "default",
                                new Route(List.of(
                                        new Destination.Phone(
                                                new PhoneNumber("+14155550100"), Duration.ofSeconds(20)),
                                        new Destination.Voicemail(Duration.ofMinutes(3))))),
                        List.of()));
        assertThat(agent.limits())
                .isEqualTo(new Limits(
                        Duration.ofMinutes(10), Duration.ofSeconds(15), Duration.ofSeconds(4), 40, Optional.empty()));
        assertThat(agent.privacy()).isEqualTo(new Privacy(Optional.empty(), true));
    }

    @Test
    void the_demos_agent_needs_no_environment() {
        var agent = AgentFile.demo();

        assertThat(agent.name()).isEqualTo("acme-support");
        assertThat(agent.engine().kind()).isEqualTo(Kind.DEMO);
        assertThat(agent.privacy().disclose()).isEmpty();
        assertThat(agent.defaultLanguage().greeting())
                .contains(new Greeting("Thanks for calling Acme. How can I help you today?", true));
        assertThat(agent.tools().getFirst().action())
                .isEqualTo(new ToolAction.Sql(
                        "select status, carrier, tracking, eta from demo_order where order_number = :order_number"));
    }

    @Test
    void every_mistake_is_reported_with_its_line_and_its_fix() {
        var mistakes = mistakes(resource("mistakes.yaml"));

        assertThat(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n")) + "\n")
                .isEqualTo(resource("mistakes.expected.txt"));
    }

    @Test
    void the_full_file_names_everything_that_is_not_available_yet() {
        var mistakes = mistakes(resource("full.yaml"));

        assertThat(mistakes)
                .extracting(Mistake::what)
                .filteredOn(what -> what.contains("not yet available"))
                .extracting(what -> what.substring(0, what.indexOf(" is not yet available")))
                .containsExactly(
                        "A second voice (languages.es.voice)",
                        "A greeting in a second language (languages.es.greeting)",
                        "The key tools.crm.mcp",
                        "The key tools.crm.allow",
                        "Key 9",
                        "Key *",
                        "The key analytics.fields",
                        "Recording audio (privacy.record.audio)",
                        "The key privacy.redact",
                        "The key privacy.keep");
    }

    // --- values

    @Test
    void the_long_form_of_engine_and_greeting_is_read() {
        var agent = with("""
                engine:
                  model: openai/gpt-realtime-mini
                  vad: { threshold: 0.7, silence: 1s, prefix: 0s }
                  noise_reduction: near_field
                  transcription: whisper-1
                  reasoning: low
                  speed: 1.25
                greeting: { say: "Hello.", cached: false }
                """);

        assertThat(agent.engine())
                .isEqualTo(new EngineChoice(
                        Kind.OPENAI,
                        "gpt-realtime-mini",
                        new ServerVad(0.7, Duration.ofSeconds(1), Duration.ZERO),
                        NoiseReduction.NEAR_FIELD,
                        "whisper-1",
                        Optional.of("low"),
                        1.25,
                        EngineChoice.DEFAULT.prices()));
        assertThat(agent.defaultLanguage().greeting()).contains(new Greeting("Hello.", false));
        assertThat(with("engine: { vad: semantic }").engine().turnDetection()).isEqualTo(new SemanticVad("auto"));
        assertThat(with("engine: demo").engine().kind()).isEqualTo(Kind.DEMO);
    }

    // --- prices

    @Test
    void a_price_given_here_counts_in_place_of_the_known_one() {
        var known = EngineChoice.DEFAULT.prices();

        var prices = with("""
                engine:
                  model: openai/gpt-realtime-2.1
                  transcription: my-ears
                  prices:
                    gpt-realtime-2.1: { text_in: 3, text_out: 20.5, audio_in: 30, audio_cached: 0.2, audio_out: 60 }
                    my-ears: { currency: EUR, text_in: 2.5, text_out: 10, audio_in: 6, audio_out: 0 }
                """).engine().prices();

        assertThat(prices.get("gpt-realtime-2.1")).isEqualTo(price("USD", "3.0", "3.0", "20.5", "30.0", "0.2", "60.0"));
        assertThat(prices.get("my-ears")).isEqualTo(price("EUR", "2.5", "2.5", "10.0", "6.0", "6.0", "0.0"));
        assertThat(prices.get("gpt-realtime-2")).isEqualTo(known.get("gpt-realtime-2"));
        assertThat(known).doesNotContainKey("gpt-transcribe").doesNotContainKey("demo");
    }

    @Test
    void mistakes_in_prices_are_told_with_what_was_meant() {
        var whole = "text_in: 1, text_out: 1, audio_in: 1, audio_out: 1";

        assertThat(mistakesWith("engine: { prices: { gpt-realtime-21: { " + whole + " } } }"))
                .singleElement()
                .satisfies(mistake -> assertThat(mistake.what())
                        .isEqualTo("This agent uses no model gpt-realtime-21. Did you mean gpt-realtime-2.1?"));
        assertThat(mistakesWith("engine: { prices: { gpt-realtime-2.1: { " + whole + ", audio_cashed: 1 } } }"))
                .singleElement()
                .satisfies(mistake -> assertThat(mistake.what()).endsWith("Did you mean audio_cached?"));
        assertThat(mistakesWith("engine: { prices: { gpt-realtime-2.1: { text_in: 1, text_out: 1, audio_in: 1 } } }"))
                .singleElement()
                .satisfies(mistake ->
                        assertThat(mistake.what()).isEqualTo("The key engine.prices.gpt-realtime-2.1.audio_out is missing."));
    }

    @Test
    void a_model_that_writes_down_what_is_said_may_have_a_price_by_the_minute() {
        var engine = "engine: { transcription: whisper-1, prices: { whisper-1: { per_minute: 0.006 } } }";

        assertThat(with(engine).engine().prices().get("whisper-1"))
                .isEqualTo(new Price.ForSpeech("USD", new BigDecimal("0.006")));
        assertThat(EngineChoice.DEFAULT.prices().get("gpt-realtime-whisper"))
                .isEqualTo(new Price.ForSpeech("USD", new BigDecimal("0.017")));
    }

    @Test
    void a_price_is_for_tokens_or_for_minutes_and_for_what_the_agent_says_only_for_tokens() {
        assertThat(mistakesWith("engine: { prices: { gpt-transcribe: { per_minute: 0.006, text_in: 1 } } }"))
                .singleElement()
                .satisfies(mistake -> assertThat(mistake.what())
                        .isEqualTo("A model is charged by tokens or by the minute, not both."));
        assertThat(mistakesWith("engine: { prices: { gpt-realtime-2.1: { per_minute: 0.06 } } }"))
                .singleElement()
                .satisfies(mistake -> assertThat(mistake.what())
                        .isEqualTo("What gpt-realtime-2.1 says is charged by tokens, not by the minute."));
    }

    // --- the cost of a call

    @Test
    void the_most_a_call_may_cost_is_an_amount_in_the_currency_of_the_prices() {
        var own = "engine: { model: openai/mine, prices: { mine: { currency: EUR, text_in: 1, text_out: 1, audio_in: 1,"
                + " audio_out: 1 } } }\n";

        assertThat(with("limits: { cost_per_call: 0.60 USD }").limits().cost()).contains(money("USD", "0.60"));
        assertThat(with(own + "limits: { cost_per_call: 2 EUR }").limits().cost()).contains(money("EUR", "2"));
        assertThat(with("engine: demo\nlimits: { cost_per_call: 2 EUR }").limits().cost())
                .contains(money("EUR", "2"));
        assertThat(with("limits: { call: 5m }").limits().cost()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock = """
            0.60      | must be an amount of money, but "0.60" is none.
            $0.60     | must be an amount of money, but "$0.60" is none.
            0.605 USD | must be an amount of money, but "0.605 USD" is none.
            0.00 USD  | must be more than nothing, not "0.00 USD".
            -1 USD    | must be more than nothing, not "-1 USD".
            0.60 EUR  | is in EUR, but the price of gpt-realtime-2.1 is in USD.
            """)
    void a_limit_that_is_none_is_refused_at_its_line(String limit, String what) {
        assertThat(mistakesWith("limits:\n  cost_per_call: " + limit)).singleElement().satisfies(mistake -> {
            assertThat(mistake.where()).isEqualTo("agent.yaml:6:18");
            assertThat(mistake.what()).isEqualTo("limits.cost_per_call " + what);
            assertThat(mistake.fix()).isNotBlank();
        });
    }

    @Test
    void a_limit_that_nobody_could_watch_is_refused() {
        var limit = "\nlimits: { cost_per_call: 0.60 USD }";
        var ears = "engine: { transcription: ears, prices: { ears: { currency: EUR, per_minute: 1 } } }";

        assertThat(mistakesWith("engine: openai/mine" + limit))
                .singleElement()
                .satisfies(mistake -> assertThat(mistake.what())
                        .isEqualTo("limits.cost_per_call can't be kept: there is no known price of mine."));
        assertThat(mistakesWith(ears + limit))
                .singleElement()
                .satisfies(mistake -> assertThat(mistake.what()).endsWith("but the price of ears is in EUR."));
    }

    @Test
    void a_mistaken_price_is_told_alone() {
        var price = "engine: { model: openai/mine, prices: { mine: { text_in: 1, text_out: 1, audio_in: 1 } } }";

        assertThat(mistakesWith(price + "\nlimits: { cost_per_call: 0.60 USD }"))
                .singleElement()
                .satisfies(mistake ->
                        assertThat(mistake.what()).isEqualTo("The key engine.prices.mine.audio_out is missing."));
    }

    @Test
    void what_a_limit_leaves_out_is_warned_of() {
        var limit = "limits: { cost_per_call: 0.60 USD }";
        var priced = "engine: { prices: { gpt-transcribe: { per_minute: 1 } } }\n";

        assertThat(CostLimit.doubts(with(limit))).singleElement().satisfies(doubt -> {
            assertThat(doubt.where()).isEqualTo("acme: limits.cost_per_call");
            assertThat(doubt.what()).contains("gpt-transcribe");
        });
        assertThat(CostLimit.doubts(with(priced + limit))).isEmpty();
        assertThat(CostLimit.doubts(with("engine: demo\n" + limit))).isEmpty();
        assertThat(CostLimit.doubts(with("limits: { call: 5m }"))).isEmpty();
    }

    private static Money money(String currency, String amount) {
        return new Money(currency, new BigDecimal(amount));
    }

    private static Price price(String currency, String... amounts) {
        var money = Arrays.stream(amounts).map(BigDecimal::new).toList();
        return new Price.ForTokens(
                currency, money.get(0), money.get(1), money.get(2), money.get(3), money.get(4), money.get(5));
    }

    @Test
    void languages_share_the_first_ones_voice() {
        var agent = with("""
                languages:
                  es: { voice: cedar, greeting: Hola }
                  pt-BR: { voice: cedar }
                  en:
                """);

        assertThat(agent.languages())
                .containsExactly(
                        new Language("es", "cedar", Optional.of(new Greeting("Hola", true))),
                        new Language("pt-BR", "cedar", Optional.empty()),
                        new Language("en", "cedar", Optional.empty()));
    }

    /// The engine refuses such a code in every call.
    @ParameterizedTest
    @CsvSource({
        "english, Did you mean en?",
        "EN, Did you mean en?",
        "pt_br, Did you mean pt-BR?",
        "spa, Did you mean es?",
        "German, Did you mean de?",
        "em, Did you mean en?",
        "xx, ''",
        "en-Latn-US, Did you mean en?"
    })
    void a_language_is_a_code_of_two_letters(String code, String meant) {
        assertThat(mistakesWith("languages: { " + code + ": {} }")).singleElement().satisfies(mistake -> {
            assertThat(mistake.where()).isEqualTo("agent.yaml:5:14");
            assertThat(mistake.what())
                    .isEqualTo(("\"" + code + "\" is not a language code. " + meant).strip());
        });
    }

    @Test
    void a_default_greeting_is_said_in_english_only() {
        assertThat(with("languages: { en-GB: {} }").defaultLanguage().greeting())
                .isPresent();
        assertThat(with("languages: { de: {} }").defaultLanguage().greeting()).isEmpty();
        assertThat(with("languages: { de: {} }\ngreeting: Hallo")
                        .defaultLanguage()
                        .greeting())
                .contains(new Greeting("Hallo", true));
    }

    @Test
    void a_greeting_that_names_the_caller_is_never_cached() {
        var agent = with("greeting: Welcome back, {caller.first_name}!");

        assertThat(agent.defaultLanguage().greeting())
                .contains(new Greeting("Welcome back, {caller.first_name}!", false));
    }

    @Test
    void limits_and_privacy_are_read() {
        var agent = with("""
                limits: { call: 1h30m, silence: 20s, tool: 500ms, concurrent: 4000 }
                privacy: { disclose: "An AI answers.", record: { transcript: false, audio: off } }
                keys: { "0": escalate }
                tools: { ping: GET http://10.0.0.1:8080/ping }
                """);

        assertThat(agent.limits())
                .isEqualTo(new Limits(
                        Duration.ofMinutes(90),
                        Duration.ofSeconds(20),
                        Duration.ofMillis(500),
                        4000,
                        Optional.empty()));
        assertThat(agent.privacy()).isEqualTo(new Privacy(Optional.of("An AI answers."), false));
        assertThat(agent.tools().getFirst().timeout()).isEqualTo(Duration.ofMillis(500));
    }

    @Test
    void numbers_are_one_or_many() {
        assertThat(with("number: +14155550100").numbers()).containsExactly("+14155550100");
        assertThat(with("number: ['+14155550100', +442071838750]").numbers())
                .containsExactly("+14155550100", "+442071838750");
        assertThat(with("number: ${OFFHOOK_NUMBER:-}").numbers()).isEmpty();
        assertThat(mistakesWith("number: [+14155550100, +14155550100]")).hasSize(1);
    }

    // --- environment

    @Test
    void the_environment_is_filled_in() {
        var agent = parse(AgentYaml.MINIMAL + """
                number: ${NUMBER}
                limits: { concurrent: "${MAX}" }
                greeting: Hello ${WHO:-World}, $${x costs $5
                """, Map.of("NUMBER", "+14155550111", "MAX", "7"));

        assertThat(agent.numbers()).containsExactly("+14155550111");
        assertThat(agent.limits().concurrent()).isEqualTo(7);
        assertThat(agent.defaultLanguage().greeting().orElseThrow().say()).isEqualTo("Hello World, ${x costs $5");
    }

    @Test
    void what_the_environment_holds_never_becomes_yaml_nor_a_message() {
        var environment = Map.of("WHO", "x\nname: evil # {", "SECRET", "hunter2");

        var agent = parse(AgentYaml.MINIMAL + "greeting: Hello ${WHO}", environment);
        var exception = catchThrowableOfType(
                ConfigException.class, () -> parse(AgentYaml.MINIMAL + "engine: ${SECRET}", environment));

        assertThat(agent.name()).isEqualTo("acme");
        assertThat(exception)
                .hasMessageStartingWith("agent.yaml:5:9: engine can't be \"${SECRET}\".")
                .hasMessageNotContaining("hunter2");
    }

    @Test
    void a_missing_variable_is_a_mistake_at_its_line() {
        assertThat(mistakesWith("number: ${NO_NUMBER}"))
                .containsExactly(new Mistake(
                        "agent.yaml:5:9",
                        "The environment variable NO_NUMBER is not set.",
                        "Set it, or give a default: ${NO_NUMBER:-default}."));
        assertThat(mistakesWith("greeting: Hello ${")).hasSize(1);
    }

    // --- escalation

    @Test
    void a_route_goes_on_to_the_voicemail_that_else_names() {
        var agent = parse("""
                offhook: 1
                name: acme
                instructions: Answer.
                escalate:
                  announce: One moment.
                  to:
                    default: { workflow: WW0123456789abcdef0123456789abcdef, wait: 2m, else: night }
                    night: { voicemail: support@acme.example }
                """, Map.of());

        assertThat(agent.escalation())
                .isEqualTo(new Escalation(
                        "One moment.",
                        Map.of(
                                "default",
                                new Route(List.of(
                                        new Destination.Workflow(
                                                "WW0123456789abcdef0123456789abcdef", Duration.ofMinutes(2)),
                                        new Destination.Voicemail(
                                                Duration.ofMinutes(3),
                                                Optional.of(new Destination.Mailbox(
                                                        "night", "support@acme.example")))))),
                        List.of()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ to: { billing: +14155550100 } }",
                "{ to: { default: { callback: false } } }",
                "{ to: { default: { callback: nobody } } }",
                "{ to: { default: { callback: +19005550100 } } }",
                "{ to: { default: { callback: [] } } }",
                "{ to: { default: { callback: true, wait: 10s } } }",
                "{ to: { default: { callback: true, else: callback } } }",
                "{ to: { default: { callback: true, else: b }, b: { callback: true } } }",
                "{ to: { default: { callback: { every: 10s } } } }",
                "{ to: { default: { callback: { attempts: 0 } } } }",
                "{ to: { default: { callback: { countries: [ Atlantis ] } } } }",
                "{ to: { default: { callback: { within: hours } } } }",
                "{ to: { default: { dial: +14155550100, else: nowhere } } }",
                "{ to: { default: { dial: +14155550100, else: default } } }",
                "{ to: { default: { dial: +14155550100, workflow: WW0123456789abcdef0123456789abcdef } } }",
                "{ to: { default: { wait: 10s } } }",
                "{ to: { default: { queue: '<support>' } } }",
                "{ to: { default: { sip: 'a@b.example' } } }",
                "{ to: { default: { voicemail: a@b.example, wait: 10s } } }",
                "{ to: { default: { dial: +14155550100, whisper: shout } } }",
                "{ to: { default: { workflow: WW0123456789abcdef0123456789abcdef, whisper: summary } } }",
                "{ to: { default: { workflow: WW1 } } }",
                "{ to: { default: { dial: [] } } }",
                "{ to: { default: { dial: +14155550100, warm: perhaps } } }",
                "{ to: { default: { dial: +14155550100, warm: true, whisper: none } } }",
                "{ to: { default: { dial: [+14155550100, +14155550101], warm: true, ring: together } } }",
                "{ to: { default: { queue: support, warm: true } } }",
                "{ to: { default: { callback: +14155550100, warm: true } } }",
                "{ to: { default: { dial: +14155550100, else: b }, b: { dial: +14155550101, else: default } } }",
                "{ when: [ { tool_errors: 2, to: nobody } ], to: { default: +14155550100 } }",
                "{ when: [ { topic: billing } ], to: { default: +14155550100 } }",
                "{ when: [ { to: default } ], to: { default: +14155550100 } }",
                "{ when: [ { turns: 2 } ], to: { default: +14155550100 } }",
                "{ when: [ { fact: total } ], to: { default: +14155550100 } }",
                "{ when: [ { hours: closed } ], to: { default: +14155550100 } }",
                "{ when: [ { asked_for_person: false } ], to: { default: +14155550100 } }",
                "{ to: { default: +14155550100, other: { voicemail: a@b.example } } }",
                "{ to: { default: { dial: +14155550100 }, closed: { voicemail: a@b.example } } }",
                "{ to: { default: +14155550100, voicemail: { voicemail: a@b.example } } }",
                "{ to: +14155550100 }",
                "{ announce: One moment. }",
                "[+14155550100]",
                "call me",
                "911",
                "+19005550100"
            })
    void escalations_that_are_refused(String escalate) {
        assertThat(mistakes("offhook: 1\nname: a\ninstructions: Answer.\nescalate: " + escalate))
                .isNotEmpty()
                .allSatisfy(mistake -> assertThat(mistake.where()).startsWith("agent.yaml:4:"));
    }

    @Test
    void key_zero_can_not_be_taken_away() {
        assertThat(mistakesWith("keys: { '0': repeat }"))
                .extracting(Mistake::what)
                .containsExactly("Key 0 always leads to a person.");
        assertThat(mistakesWith("keys: { '0': { language: es } }")).hasSize(1);
        assertThat(mistakesWith("keys: { '0': [escalate] }")).hasSize(1);
        assertThat(mistakesWith("keys: { 0: }")).isNotEmpty();
        assertThat(mistakesWith("keys: { 0: escalate }")).isEmpty();
    }

    // --- shape

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            offhook: 1                                 | The key name is missing.
            [1, 2]                                     | This is not a map of keys.
            name: 'x                                   | This is not valid YAML
            name: [x                                   | This is not valid YAML
            """)
    void files_that_are_no_agent(String text, String what) {
        assertThat(mistakes(text))
                .extracting(Mistake::what)
                .anySatisfy(found -> assertThat(found).contains(what));
    }

    @Test
    void an_empty_file_and_two_documents_are_refused() {
        assertThat(mistakes("")).extracting(Mistake::what).containsExactly("This is not a map of keys.");
        assertThat(mistakes(AgentYaml.MINIMAL + "---\na: 1\n"))
                .containsExactly(new Mistake(
                        "agent.yaml:5:1",
                        "A second document begins here.",
                        "Keep one agent per file, and name several files."));
    }

    @Test
    void a_quote_that_never_closes_is_reported_where_it_opens() {
        assertThat(mistakesWith("greeting: \"Hello\nlimits: {}\n"))
                .extracting(Mistake::where)
                .containsExactly("agent.yaml:5:11");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "greeting: 5",
                "greeting: true",
                "greeting: [Hello]",
                "greeting:",
                "greeting: ' '",
                "greeting: Hello {name}",
                "greeting: { cached: true }",
                "greeting: { say: 'Hi {caller.name}', cached: true }",
                "greeting: !shout Hello",
                "limits: 5",
                "limits: { call: 10 }",
                "limits: { call: 5s }",
                "limits: { call: [10m] }",
                "limits: { concurrent: 0 }",
                "limits: { concurrent: 10001 }",
                "limits: { concurrent: many }",
                "limits: { concurrent: '40' }",
                "languages: {}",
                "languages: { english: {} }",
                "languages: [en]",
                "languages: { en: { greeting: Hi } }\ngreeting: Hello",
                "engine: openai",
                "engine: java:com.acme.MyEngine",
                "engine: { speed: 2 }",
                "engine: { reasoning: lots }",
                "engine: { vad: loud }",
                "engine: { prices: 5 }",
                "engine: { prices: { gpt-realtime-2.1: { currency: dollars, text_in: 1, text_out: 1, audio_in: 1, audio_out: 1 } } }",
                "engine: { prices: { gpt-realtime-2.1: { text_in: -1, text_out: 1, audio_in: 1, audio_out: 1 } } }",
                "engine: { vad: { type: semantic, threshold: 0.5 } }",
                "privacy: { record: { transcript: 'true' } }",
                "privacy: { record: { audio: opt_in } }",
                "keys: { '1': repeat }",
                "keys: { '10': escalate }",
                "? [a, b]\n: c",
                "transcription: whisper-1"
            })
    void values_that_are_refused(String lines) {
        assertThat(mistakesWith(lines)).hasSize(1).allSatisfy(mistake -> {
            assertThat(mistake.where()).matches("agent\\.yaml:[56]:\\d+");
            assertThat(mistake.fix()).isNotBlank();
        });
    }

    @Test
    void hostile_files_are_turned_away_quickly() {
        var deep = "[".repeat(900_000);
        var bomb = "a: &l0 [x, x, x]\n"
                + IntStream.range(1, 17)
                        .mapToObj(i -> "b%d: &l%d [*l%d, *l%d, *l%d]\n".formatted(i, i, i - 1, i - 1, i - 1))
                        .collect(Collectors.joining());

        assertThat(mistakes(deep))
                .extracting(Mistake::what)
                .containsExactly("This is nested more than 24 levels deep.");
        assertThat(mistakes(bomb))
                .extracting(Mistake::what)
                .containsExactly("The aliases (*name) multiply to more than 20,000 values.");
        assertThat(mistakes("a: &a [*a]")).hasSize(1);
        assertThat(mistakes("a: \u0000")).hasSize(1);
    }

    @Test
    void an_alias_stands_for_its_value() {
        var agent = with("tools: { a: &get GET https://a.example/x, b: *get }");

        assertThat(agent.tools().get(0).action()).isEqualTo(agent.tools().get(1).action());
    }

    // --- files

    @Test
    void text_comes_from_files_beside_agent_yaml(@TempDir Path folder) throws IOException {
        Files.createDirectory(folder.resolve("prompts"));
        var prompt = Files.writeString(folder.resolve("prompts/support.md"), "Be brief. ${NOT_A_VARIABLE}\n");
        var file = Files.writeString(
                folder.resolve("agent.yaml"),
                AgentYaml.MINIMAL.replace("You answer the phone.", "file:prompts/support.md"));

        var agent = AgentFile.load(file, Map.of());

        assertThat(agent.instructions()).isEqualTo("Be brief. ${NOT_A_VARIABLE}");
        assertThat(agent.files()).containsExactly(file, prompt);
    }

    @Test
    void files_that_can_not_be_used_are_mistakes(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("large.md"), "x".repeat(256 * 1024 + 1));
        Files.writeString(folder.resolve("empty.md"), "\n");
        Files.write(folder.resolve("latin1.md"), new byte[] {(byte) 0xE9, 'x'});
        var file = Files.writeString(folder.resolve("agent.yaml"), """
                offhook: 1
                name: acme
                instructions: file:large.md
                greeting: file:empty.md
                privacy: { disclose: "file:latin1.md" }
                escalate: { announce: "file:missing.md", to: { default: +14155550100 } }
                """);

        var exception = catchThrowableOfType(ConfigException.class, () -> AgentFile.load(file, Map.of()));

        assertThat(exception.mistakes())
                .extracting(Mistake::toString)
                .satisfiesExactly(
                        large -> assertThat(large).startsWith(file + ":3:15: ").contains("is larger than 256 KiB."),
                        empty -> assertThat(empty).startsWith(file + ":4:11: ").contains("is empty."),
                        latin1 ->
                                assertThat(latin1).startsWith(file + ":5:22: ").contains("is not UTF-8 text."),
                        missing ->
                                assertThat(missing).startsWith(file + ":6:23: ").contains("does not exist."));
    }

    @Test
    void an_agent_yaml_that_is_missing_or_too_large_is_named(@TempDir Path folder) throws IOException {
        var large = Files.write(folder.resolve("large.yaml"), new byte[5 * 1024 * 1024]);
        var missing = folder.resolve("missing.yaml");

        assertThatThrownBy(() -> AgentFile.load(missing, Map.of()))
                .hasMessageStartingWith(missing + ": The file does not exist.");
        assertThatThrownBy(() -> AgentFile.load(large, Map.of()))
                .hasMessageStartingWith(large + ": The file is larger than 1 MiB.");
    }
}
