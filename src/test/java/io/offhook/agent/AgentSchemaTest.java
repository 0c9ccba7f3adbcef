package io.offhook.agent;

import static io.offhook.agent.AgentYaml.resource;
import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class AgentSchemaTest {
    private static final JsonNode TREE = JsonMapper.shared().readTree(AgentFile.schema());
    private static final Schema SCHEMA = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
            .getSchema(TREE);

    private static List<Error> validate(String yaml) {
        var data = new Load(LoadSettings.builder().build()).loadFromString(yaml);
        return SCHEMA.validate(JsonMapper.shared().<JsonNode>valueToTree(data));
    }

    @ParameterizedTest
    @ValueSource(strings = {"minimal.yaml", "full.yaml", "/io/offhook/engine/demo/agent.yaml"})
    void the_examples_are_valid(String name) {
        assertThat(validate(resource(name))).isEmpty();
    }

    @Test
    void the_short_and_the_long_forms_are_valid() {
        assertThat(validate(AgentYaml.MINIMAL + """
                number: ["+14155550100", "${OTHER}"]
                engine: { model: openai/x, vad: { type: semantic, eagerness: low }, noise_reduction: off, speed: 1.5,
                          prices: { x: { currency: EUR, text_in: 1, text_out: 2.5, audio_in: "${AUDIO}", audio_out: 0 },
                                    y: { per_minute: 0.006 } } }
                greeting: { say: Hello., cached: false }
                languages: { en: , es: { greeting: { say: Hola } } }
                tools:
                  a: { java: a, params: { b: What, c: { type: integer, enum: [1, 2], optional: true } } }
                  d: { http: POST https://a.example, headers: { X-A: b }, body: { e: [1, { f: g }] }, timeout: 1s }
                limits: { call: 1h30m, concurrent: "${MAX:-40}", cost_per_call: 0.60 USD }
                """)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "greting: Hello",
                "limits: { call: 10 }",
                "limits: { call: 10 minutes }",
                "limits: { concurrent: 0 }",
                "limits: { cost_per_call: 60 cents }",
                "limits: { cost_per_call: 0.00 USD }",
                "limits: { cost_per_call: -1 USD }",
                "keys: { '0': repeat }",
                "keys: { '10': escalate }",
                "number: 415-555-0100",
                "tools: { a: { about: nothing } }",
                "tools: { a: fetch it }",
                "engine: gpt-4",
                "engine: { prices: { x: { text_in: 1 } } }",
                "engine: { prices: { x: { per_minute: 1, text_in: 1 } } }",
                "engine: { prices: { x: { per_minute: 1, text_in: 1, text_out: 1, audio_in: 1, audio_out: 1 } } }",
                "engine: { prices: { x: { currency: USD } } }",
                "engine: { prices: { x: { text_in: 1, text_out: 1, audio_in: 1, audio_out: 1, text: 1 } } }",
                "languages: { english: {} }"
            })
    void editors_see_the_mistake(String lines) {
        assertThat(validate(AgentYaml.MINIMAL + lines)).isNotEmpty();
    }

    @Test
    void schema_and_reader_know_the_same_keys() {
        var inSchema = new TreeMap<String, Boolean>();
        collect(TREE, "", true, inSchema);
        var inReader = Keys.ALL.stream()
                .collect(Collectors.toMap(Keys.Key::path, Keys.Key::available, (a, _) -> a, TreeMap::new));

        // One key is spelled out in the schema, because it takes one word only.
        assertThat(inSchema.remove("keys.0")).isTrue();
        assertThat(inSchema).isEqualTo(inReader);
    }

    @Test
    void schema_and_reader_have_the_same_defaults() {
        var inSchema = new LinkedHashMap<String, String>();
        defaults(TREE, "", inSchema);
        var inReader = Keys.ALL.stream().collect(Collectors.toMap(Keys.Key::path, Keys.Key::defaultText));

        assertThat(inSchema)
                .isNotEmpty()
                .allSatisfy((path, text) -> assertThat(text).isEqualTo(inReader.get(path)));
    }

    private static void collect(JsonNode schema, String path, boolean available, Map<String, Boolean> into) {
        for (var part : schema.path("anyOf")) {
            collect(part, path, available, into);
        }
        if (schema.has("items")) {
            collect(schema.path("items"), path, available, into);
        }
        schema.path("properties").forEachEntry((name, inner) -> enter(inner, join(path, name), available, into));
        schema.path("patternProperties").forEachEntry((_, inner) -> enter(inner, join(path, "*"), available, into));
    }

    private static void enter(JsonNode schema, String path, boolean available, Map<String, Boolean> into) {
        var here = available && schema.path("x-offhook-available").asBoolean(true);
        into.put(path, here);
        collect(schema, path, here, into);
    }

    private static void defaults(JsonNode schema, String path, Map<String, String> into) {
        if (schema.has("default")) {
            into.put(path, schema.path("default").asString());
        }
        schema.path("anyOf").forEach(part -> defaults(part, path, into));
        schema.path("properties").forEachEntry((name, inner) -> defaults(inner, join(path, name), into));
        schema.path("patternProperties").forEachEntry((_, inner) -> defaults(inner, join(path, "*"), into));
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
