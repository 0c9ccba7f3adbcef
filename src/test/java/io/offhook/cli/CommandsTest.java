package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.simulator.SimulatedEngine;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What each command prints where, and how it ends.
@Timeout(300)
class CommandsTest {
    private static final String AGENT = """
            offhook: 1
            name: acme
            instructions: You answer the phone.
            escalate: "+14155550100"
            """;

    @TempDir
    Path folder;

    private final Map<String, String> environment = new HashMap<>();

    private record Outcome(int exit, String out, String err) {
        List<JsonNode> json() {
            return out.lines().map(line -> JsonMapper.shared().readTree(line)).toList();
        }

        /// What is printed, however it is wrapped.
        String words() {
            return (out + err).replaceAll("\\s+", " ");
        }

        String lastMessage() {
            return err.isBlank() ? "" : err.strip().lines().toList().getLast();
        }
    }

    @BeforeEach
    void an_environment_to_serve_in() throws Exception {
        environment.put("TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000042");
        environment.put("TWILIO_AUTH_TOKEN", "test-token");
        environment.put("OPENAI_API_KEY", "sk-test");
        environment.put("OFFHOOK_PUBLIC_URL", "https://voice.example.test");
        environment.put("OFFHOOK_HOME", folder.resolve("home").toString());
        environment.put("OFFHOOK_AGENT", agent(""));
    }

    private String agent(String lines) throws Exception {
        return Files.writeString(folder.resolve("agent.yaml"), AGENT + lines).toString();
    }

    private Outcome offhook(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = OffhookCommand.execute(environment, new PrintWriter(out), new PrintWriter(err), arguments);
        return new Outcome(exit, out.toString(), err.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "version",
                "schema",
                "completion",
                "check --offline",
                "serve --dry-run",
                "demo --dry-run",
                "demo --no-open --dry-run"
            })
    void every_command_keeps_the_conventions(String line) {
        var words = line.split(" ");

        var plain = offhook(words);
        var json = offhook((line + " --json --no-input").split(" "));
        var quiet = offhook((line + " -q").split(" "));

        assertThat(plain.exit()).isZero();
        assertThat(plain.out()).isNotBlank();
        assertThat(plain.lastMessage()).startsWith("Next: ").contains("offhook");
        assertThat(json.exit()).isZero();
        assertThat(json.json()).singleElement().satisfies(document -> assertThat(
                        document.path("schema").asString())
                .isEqualTo("offhook." + words[0] + "/1"));
        assertThat(quiet.err()).isEmpty();
        assertThat(quiet.out()).isEqualTo(plain.out());
    }

    @Test
    void all_that_is_wrong_or_missing_is_said_at_once() throws Exception {
        environment.put("PORT", "abc");
        environment.remove("TWILIO_AUTH_TOKEN");
        environment.remove("OPENAI_API_KEY");
        agent("nmae: acme\ntools: { gone: { java: com.acme.Gone#run }, bad: { http: GET nowhere } }\n");

        var served = offhook("serve");
        var checked = offhook("check", "--offline");

        assertThat(served.exit()).isEqualTo(2);
        assertThat(served.out()).isEmpty();
        assertThat(checked.exit()).isEqualTo(2);
        assertThat(checked.out()).contains("6 errors");
        assertThat(List.of(served.words(), checked.words()))
                .allSatisfy(said -> assertThat(said)
                        .contains("PORT is \"abc\"", "There is no key nmae. Did you mean name?")
                        .containsOnlyOnce("tools.bad")
                        .contains("acme: tools.gone")
                        .contains("TWILIO_AUTH_TOKEN is missing", "OPENAI_API_KEY is missing"));
    }

    @Test
    void an_agent_that_can_not_be_read_at_all_hides_no_missing_key() throws Exception {
        environment.remove("OPENAI_API_KEY");
        environment.put("OFFHOOK_AGENT", folder.resolve("nowhere.yaml").toString());
        var noFile = offhook("check", "--offline");

        environment.put("OFFHOOK_AGENT", Files.writeString(folder.resolve("short.yaml"), "offhook: 1\n").toString());
        var noName = offhook("check", "--offline");

        assertThat(noFile.words()).contains("The file does not exist", "OPENAI_API_KEY is missing");
        assertThat(noName.words()).contains("The key name is missing", "The key escalate is missing", "OPENAI_API_KEY");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "call", "check --offline"})
    void missing_keys_exit_with_3(String line) {
        environment.remove("TWILIO_AUTH_TOKEN");
        environment.remove("TWILIO_ACCOUNT_SID");

        var outcome = offhook(line.split(" "));

        assertThat(outcome.exit()).isEqualTo(3);
        assertThat(outcome.words())
                .contains("TWILIO_AUTH_TOKEN is missing", "TWILIO_ACCOUNT_SID is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "call", "check --offline"})
    void a_setting_that_can_not_be_used_exits_with_2(String line) {
        environment.put("PORT", "abc");

        assertThat(offhook(line.split(" ")).exit()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "check --offline"})
    void half_an_account_sid_is_found_before_anything_is_made(String line) {
        environment.put("TWILIO_ACCOUNT_SID", "AC123");
        environment.remove("TWILIO_AUTH_TOKEN");

        var outcome = offhook(line.split(" "));

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words())
                .contains("TWILIO_ACCOUNT_SID must be AC and 32 letters or digits", "TWILIO_AUTH_TOKEN is missing");
        assertThat(folder.resolve("home")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "dmeo",
                "demo --caller nobody",
                "demo --speed 100",
                "demo --port 70000",
                "demo --port x",
                "serve --unheard-of",
                "call --audio /no/such/file.wav",
                "call --audio x.wav --caller order-status",
                "call --from 12",
                "call --record /no/such/folder/x.wav",
                "call --caller nobody"
            })
    void wrong_usage_exits_with_2_and_says_why(String line) {
        var outcome = line.isEmpty() ? offhook() : offhook(line.split(" "));

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.err()).isNotBlank();
    }

    @Test
    void a_call_to_no_server_exits_with_4() throws Exception {
        int free;
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        var outcome = offhook("call", "--server", "http://127.0.0.1:" + free);

        assertThat(outcome.exit()).isEqualTo(4);
        assertThat(outcome.err()).contains("No server answers at http://127.0.0.1:" + free, "./offhook serve");
    }

    @Test
    void check_finds_tools_that_can_not_be_made() throws Exception {
        agent("""
                tools:
                  gone: { java: com.acme.Gone#run }
                  host: { http: GET https://a.example, headers: { Host: x } }
                """);

        var outcome = offhook("check", "--offline", "--json");

        assertThat(outcome.exit()).isEqualTo(2);
        var document = outcome.json().getFirst();
        assertThat(document.path("ok").asBoolean()).isFalse();
        assertThat(document.path("errors").asInt()).isEqualTo(2);
        assertThat(document.path("exit").asInt()).isEqualTo(2);
        assertThat(document.path("checks"))
                .extracting(check -> check.path("status").asString() + " " + check.path("where").asString())
                .containsExactly("error acme: tools.gone", "error acme: tools.host");
    }

    @Test
    void check_says_who_calls_back_and_where_nobody_does() throws Exception {
        Files.writeString(folder.resolve("agent.yaml"), """
                offhook: 1
                name: acme
                instructions: Answer.
                escalate:
                  to:
                    default: { workflow: WW0123456789abcdef0123456789abcdef, else: callback }
                    billing: { dial: ["+14155550101", "+14155550102"], else: callback }
                  when: [ { unsure: 2, to: billing } ]
                """);

        var outcome = offhook("check", "--offline");

        assertThat(outcome.exit()).isZero();
        assertThat(outcome.words())
                .contains("route default keeps wishes to be called back; nobody is rung for them")
                .contains("route billing calls back: 2 number(s) rung in turn, 3 attempt(s) from 10m apart");
    }

    @Test
    void check_warns_of_a_mailbox_that_no_mail_server_writes_to() throws Exception {
        environment.put("OFFHOOK_AGENT", Files.writeString(folder.resolve("mail.yaml"), """
                offhook: 1
                name: acme
                instructions: You answer the phone.
                escalate:
                  to:
                    default: { dial: "+14155550100", else: night }
                    night: { voicemail: night@acme.example }
                """).toString());

        var without = offhook("check", "--offline");
        var served = offhook("serve", "--dry-run");
        environment.put("OFFHOOK_SMTP_URL", "smtp://localhost:25");
        environment.put("OFFHOOK_MAIL_FROM", "offhook@acme.example");
        var with = offhook("check", "--offline");

        assertThat(without.exit()).isZero();
        assertThat(without.words())
                .contains("warn acme: night", "night@acme.example", "OFFHOOK_SMTP_URL is not set", "fix: Set OFFHOOK_SMTP_URL");
        assertThat(served.exit()).isZero();
        assertThat(with.out()).doesNotContain("warn");
    }

    @Test
    void an_address_that_can_carry_no_call_is_warned_of() {
        environment.put("OFFHOOK_PUBLIC_URL", "http://localhost:8080");

        var outcome = offhook("check", "--offline", "--json");

        assertThat(outcome.exit()).isZero();
        assertThat(outcome.json().getFirst().path("checks"))
                .filteredOn(check -> check.path("status").asString().equals("warning"))
                .singleElement()
                .satisfies(check -> {
                    assertThat(check.path("what").asString())
                            .isEqualTo("http://localhost:8080 carries no call: streams need https (error 31922).");
                    assertThat(check.path("fix").asString()).contains("https://voice.example.com");
                });
    }

    @Test
    void check_fits_a_narrow_terminal() throws Exception {
        environment.remove("TWILIO_AUTH_TOKEN");
        environment.put("OFFHOOK_PUBLIC_URL", "http://localhost:8080");
        agent("tools: { gone: { java: com.acme.Gone#run } }\nnmae: acme\n");

        var lines = offhook("check", "--offline").out().lines().toList();

        // A path stands alone in its line, however long it is.
        assertThat(lines).filteredOn(line -> !line.contains(folder.toString())).allSatisfy(line -> assertThat(line)
                .hasSizeLessThanOrEqualTo(80));
        assertThat(lines).anySatisfy(line -> assertThat(line).endsWith("agent.yaml:6:1"));
        assertThat(lines).anySatisfy(line -> assertThat(line).matches(" {30}There is no key nmae\\..*"));
    }

    @Test
    void check_finds_a_query_that_is_none_at_its_line() throws Exception {
        agent("tools: { pay: { sql: update invoice set paid = 1 } }\n");

        var outcome = offhook("check", "--offline");

        assertThat(outcome.exit()).isEqualTo(2);
        assertThat(outcome.words()).contains("agent.yaml:5:22", "is no query");
    }

    @Test
    void check_says_what_can_not_be_reached_and_what_is_refused() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment.put("OPENAI_BASE_URL", "http://127.0.0.1:" + socket.getLocalPort() + "/v1");
            environment.put("OFFHOOK_TWILIO_URL", "http://127.0.0.1:" + socket.getLocalPort());
        }
        environment.put("OFFHOOK_PUBLIC_URL", "http://127.0.0.1:1");

        var outcome = offhook("check");

        assertThat(outcome.exit()).isEqualTo(4);
        assertThat(outcome.words()).contains("OPENAI_API_KEY", "OFFHOOK_PUBLIC_URL", "can't be reached", "3 errors");
    }

    @Test
    void check_opens_a_session_with_the_engine() throws Exception {
        try (var engine = SimulatedEngine.builder().start();
                var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            environment.put("OPENAI_BASE_URL", engine.baseUrl().toString());
            environment.put("OFFHOOK_TWILIO_URL", "http://127.0.0.1:" + socket.getLocalPort());
            environment.put("OFFHOOK_PUBLIC_URL", "http://127.0.0.1:1");
            socket.close();

            assertThat(offhook("check").words()).containsPattern("ok OPENAI_API_KEY realtime session opened in \\d+ ms");

            agent("languages: { en: { voice: marni } }\n");
            assertThat(offhook("check").words()).contains("error acme: languages.en.voice the engine refuses");
        }
    }

    @Test
    void names_that_the_engine_may_not_know_are_warned_of_offline() throws Exception {
        agent("languages: { en: { voice: marni } }\nengine: { model: openai/gpt-relatime-2.1, transcription: wisper-1 }\n");

        var checked = offhook("check", "--offline", "--json");

        assertThat(checked.exit()).isZero();
        assertThat(checked.json().getFirst().path("checks"))
                .filteredOn(check -> check.path("status").asString().equals("warning"))
                .extracting(check -> check.path("where").asString() + " " + check.path("what").asString())
                .containsExactly(
                        "acme: languages.en.voice \"marni\" is not among the names known to this version. Did you mean"
                                + " marin?",
                        "acme: engine \"gpt-relatime-2.1\" is not among the names known to this version. Did you mean"
                                + " gpt-realtime-2.1?",
                        "acme: engine.transcription \"wisper-1\" is not among the names known to this version. Did you"
                                + " mean whisper-1?");
    }

    @Test
    void what_a_limit_of_cost_leaves_out_is_warned_of() throws Exception {
        agent("limits: { cost_per_call: 0.60 USD }\n");

        var checked = offhook("check", "--offline");

        assertThat(checked.exit()).isZero();
        assertThat(checked.words())
                .contains("warn acme: limits.cost_per_call What gpt-transcribe writes down is not counted");
    }

    @Test
    void a_port_that_is_taken_exits_with_2_and_names_the_way_out() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            environment.put("PORT", Integer.toString(taken.getLocalPort()));

            var outcome = offhook("serve");

            assertThat(outcome.exit()).isEqualTo(2);
            assertThat(outcome.err()).contains("can't be opened", "--port").doesNotContain("Exception");
        }
    }

    @Test
    void a_demo_call_is_a_stream_of_json_lines_with_its_result_at_the_end() {
        var outcome = offhook("demo", "--exit", "--speed", "8", "--caller", "press-zero", "--json", "-q");

        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.err()).isEmpty();
        var lines = outcome.json();
        assertThat(lines).allSatisfy(line -> {
            assertThat(line.path("schema").asString()).isEqualTo("offhook.demo/1");
            assertThat(line.path("kind").asString()).isIn("event", "heard", "result");
        });
        var result = lines.getLast();
        assertThat(result.path("kind").asString()).isEqualTo("result");
        assertThat(result.path("ok").asBoolean()).isTrue();
        assertThat(result.path("outcome").asString()).isEqualTo("transferred");
        assertThat(result.path("timings").path("first_sound_ms").asInt()).isPositive();
    }

    @Test
    void every_command_has_help_and_names_its_exit_codes_in_one_place() {
        for (var command : List.of("demo", "serve", "call", "check", "schema", "version", "completion")) {
            assertThat(offhook(command, "--help").out()).contains("--json", "--quiet", "--verbose", "--no-input");
        }
        assertThat(offhook("--help").out()).contains("130");
    }
}
