package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.config.Settings;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Caller;
import io.offhook.simulator.CarrierNumber;
import io.offhook.simulator.RestFailure;
import io.offhook.simulator.SimulatedCarrier;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

/// The commands against a simulated account, with the real server where an address is proved.
class NumberCommandTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final String KEY = "SK0123456789abcdef0123456789abcdef";
    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String OURS = "+14155550199";
    private static final String OLD = "https://old.example/voice?menu=1&lang=caf%C3%A9";

    @TempDir
    Path home;

    private final SimulatedCarrier carrier =
            SimulatedCarrier.builder().account(ACCOUNT, TOKEN).apiKey(KEY, "secret").restPort(0).start();
    private final CarrierNumber number =
            carrier.account().add(OURS).set("VoiceUrl", OLD).set("VoiceMethod", "GET");
    private final List<Runnable> interrupts = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final Map<String, String> environment = new HashMap<>();
    private String server = "";

    @BeforeEach
    void setUp() throws IOException {
        int port = freePort();
        server = "http://127.0.0.1:" + port;
        var agent = Files.writeString(home.resolve("agent.yaml"), """
                offhook: 1
                name: acme
                greeting: { say: Hello., cached: false }
                instructions: You answer the phone.
                escalate: "+14155550100"
                """);
        environment.putAll(Map.of(
                "TWILIO_ACCOUNT_SID", ACCOUNT,
                "TWILIO_AUTH_TOKEN", TOKEN,
                "OFFHOOK_TWILIO_URL", carrier.restUrl().toString(),
                "OPENAI_API_KEY", "sk-test",
                "OPENAI_BASE_URL", "http://127.0.0.1:1/v1",
                "OFFHOOK_HOME", home.toString(),
                "OFFHOOK_AGENT", agent.toString(),
                "OFFHOOK_DRAIN_CONVERGE", "0s",
                "PORT", Integer.toString(port),
                "PATH", home.toString()));
    }

    @AfterEach
    void close() {
        carrier.close();
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Offhook running() {
        var with = new HashMap<>(environment);
        with.put("OFFHOOK_PUBLIC_URL", server);
        return Offhook.create(
                        Settings.from(with), AgentDirectory.open(List.of(Path.of(with.get("OFFHOOK_AGENT"))), with))
                .start();
    }

    private int run(String... arguments) {
        var line = new CommandLine(new NumberCommand(environment, interrupts::add));
        line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return line.execute(arguments);
    }

    private Path savedFile() {
        return home.resolve("numbers").resolve(number.sid() + ".json");
    }

    @Test
    void list_names_each_number_and_who_answers_it() {
        carrier.account().add("+14155550198").set("VoiceApplicationSid", "AP0123456789abcdef0123456789abcdef");

        int code = run("list");

        assertThat(code).isZero();
        assertThat(out.toString())
                .contains(OURS + "  " + OLD)
                .contains("+14155550198  TwiML App or SIP trunk: webhooks ignored");
    }

    @Test
    void connect_proves_saves_and_sets_and_disconnect_restores_exactly() throws IOException {
        try (var _ = running()) {
            int code = run("connect", OURS, "--url", server, "--yes");

            assertThat(err.toString()).contains("a signed WebSocket is accepted", "a forged call is refused");
            assertThat(code).isZero();
            assertThat(out.toString()).isEqualToIgnoringNewLines(OURS);
            assertThat(number.setting("VoiceUrl")).isEqualTo(server + "/voice/incoming");
            assertThat(number.setting("StatusCallback")).isEqualTo(server + "/voice/status");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(savedFile())))
                    .isEqualTo("rw-------");

            var call = carrier.ring(Caller.of("+14155550123", OURS));
            assertThat(call.await(CallStep.Asked.class, asked -> asked.status() == 200, SOON)
                            .orElseThrow()
                            .url())
                    .isEqualTo(server + "/voice/incoming");
            call.hangUp();

            assertThat(run("disconnect")).isZero();
            assertThat(number.setting("VoiceUrl")).isEqualTo(OLD);
            assertThat(number.setting("VoiceMethod")).isEqualTo("GET");
            assertThat(number.setting("StatusCallback")).isEmpty();
            assertThat(savedFile()).doesNotExist();
        }
    }

    @Test
    void connecting_twice_still_restores_what_was_there_at_first() {
        try (var _ = running()) {
            run("connect", "--url", server, "--yes");
            run("connect", "--url", server, "--yes", "--fallback", "https://handler.twilio.com/twiml/EH1");
            assertThat(number.setting("VoiceFallbackUrl")).isEqualTo("https://handler.twilio.com/twiml/EH1");

            assertThat(run("disconnect")).isZero();

            assertThat(number.setting("VoiceUrl")).isEqualTo(OLD);
            assertThat(number.setting("VoiceFallbackUrl")).isEmpty();
        }
    }

    @Test
    void with_its_own_server_it_stays_and_gives_the_number_back_when_told_to_stop() throws Exception {
        var ended = CompletableFuture.supplyAsync(
                () -> run("connect", "--url", server, "--serve", "--yes", "--json"),
                task -> Thread.ofVirtual().start(task));
        await().atMost(SOON).until(() -> number.setting("VoiceUrl").equals(server + "/voice/incoming"));
        await().atMost(SOON).until(() -> err.toString().contains("connected until"));

        interrupts.forEach(Runnable::run);

        assertThat(ended.get(60, TimeUnit.SECONDS)).isEqualTo(OffhookCommand.INTERRUPTED);
        assertThat(number.setting("VoiceUrl")).isEqualTo(OLD);
        var json = JsonMapper.builder().build().readTree(out.toString());
        assertThat(json.path("schema").asString()).isEqualTo("offhook.number/1");
        assertThat(json.path("connected").asBoolean()).isTrue();
        assertThat(json.path("proof").size()).isEqualTo(4);
    }

    @Test
    void a_dry_run_shows_the_change_and_makes_none() {
        int code = run("connect", "--url", server, "--dry-run");

        assertThat(code).isZero();
        assertThat(err.toString()).contains("a call comes in: GET " + OLD + " -> " + server + "/voice/incoming");
        assertThat(number.setting("VoiceUrl")).isEqualTo(OLD);
        assertThat(savedFile()).doesNotExist();
    }

    @Test
    void an_address_without_a_server_changes_nothing_and_says_how_to_start_one() {
        int code = run("connect", "--url", server, "--yes");

        assertThat(code).isEqualTo(OffhookCommand.UNREACHABLE);
        assertThat(err.toString()).contains("takes no connection (Twilio would report error 11205)");
        assertThat(number.setting("VoiceUrl")).isEqualTo(OLD);
    }

    @Test
    void a_server_with_another_token_is_found_out() {
        try (var _ = running()) {
            environment.put("TWILIO_API_KEY", KEY);
            environment.put("TWILIO_API_SECRET", "secret");
            environment.put("TWILIO_AUTH_TOKEN", "fedcba9876543210fedcba9876543210");

            int code = run("connect", "--url", server, "--yes");

            assertThat(code).isEqualTo(OffhookCommand.FOUND_ERRORS);
            assertThat(err.toString())
                    .contains("the server refuses a stream that is signed as Twilio would", "OFFHOOK_PUBLIC_URL or")
                    .doesNotContain("fedcba");
            assertThat(number.setting("VoiceUrl")).isEqualTo(OLD);
        }
    }

    @Test
    void wrong_credentials_are_3() {
        environment.put("TWILIO_AUTH_TOKEN", "fedcba9876543210fedcba9876543210");

        assertThat(run("list")).isEqualTo(OffhookCommand.CREDENTIALS);
        assertThat(err.toString()).contains("Twilio refused the credentials.").doesNotContain("fedcba");
    }

    @Test
    void a_number_that_an_app_answers_is_refused_with_the_way_out() {
        number.set("VoiceApplicationSid", "AP0123456789abcdef0123456789abcdef");

        int code = run("connect", "--url", server, "--yes");

        assertThat(code).isEqualTo(OffhookCommand.FOUND_ERRORS);
        assertThat(err.toString()).contains("TwiML App AP0123", "set \"Configure with\" to \"Webhook");
    }

    @Test
    void the_account_s_only_number_is_meant_and_with_several_one_must_be_named() {
        carrier.account().add("+14155550198");

        assertThat(run("connect", "--url", server, "--yes")).isEqualTo(OffhookCommand.USAGE);
        assertThat(err.toString()).contains(OURS + ", +14155550198");
        assertThat(run("connect", "+1 415 555 0000", "--url", server)).isEqualTo(OffhookCommand.FOUND_ERRORS);
        assertThat(run("connect", "12", "--url", server)).isEqualTo(OffhookCommand.USAGE);
    }

    @Test
    void without_a_terminal_it_must_be_told_to_go_on() {
        assertThat(run("connect", "--url", server)).isEqualTo(OffhookCommand.USAGE);
        assertThat(err.toString()).contains("--yes");
        assertThat(run("connect", "--tunnel", "auto", "--yes")).isEqualTo(OffhookCommand.USAGE);
        assertThat(err.toString()).contains("Install cloudflared");
    }

    @Test
    void twilio_out_of_reach_is_4_and_an_error_is_explained() {
        carrier.failRest(RestFailure.UNAVAILABLE, 2);
        assertThat(run("list")).isEqualTo(OffhookCommand.UNREACHABLE);

        carrier.failRest(RestFailure.TOO_MANY_REQUESTS, 1);
        assertThat(run("list")).isEqualTo(OffhookCommand.UNREACHABLE);
        assertThat(err.toString()).contains("error 20429");
    }

    @Test
    void disconnect_leaves_alone_what_somebody_has_changed_since() {
        try (var _ = running()) {
            run("connect", "--url", server, "--yes");
            number.set("VoiceUrl", "https://new.example/voice");

            assertThat(run("disconnect")).isEqualTo(OffhookCommand.FOUND_ERRORS);
            assertThat(number.setting("VoiceUrl")).isEqualTo("https://new.example/voice");
            assertThat(savedFile()).exists();

            assertThat(run("disconnect", "--force")).isZero();
            assertThat(number.setting("VoiceUrl")).isEqualTo(OLD);
        }
    }

    @Test
    void disconnect_says_when_there_is_nothing_to_restore() {
        assertThat(run("disconnect")).isEqualTo(OffhookCommand.FOUND_ERRORS);
        assertThat(err.toString()).contains("was not connected from here");
    }

    @Test
    void fallback_prints_a_document_that_rings_the_agents_human() {
        int code = run("fallback");

        assertThat(code).isZero();
        assertThat(out.toString())
                .isEqualToIgnoringNewLines("<Response><Dial timeout=\"30\">+14155550100</Dial>"
                        + "<Say>If you did not reach anybody, please call again later. Goodbye.</Say></Response>");
        assertThat(err.toString()).contains("TwiML Bin");
    }

    @Test
    void a_tunnel_that_leads_nowhere_is_closed_and_nothing_is_changed() throws IOException {
        var pid = home.resolve("pid");
        script("cloudflared", """
                echo $$ > %s
                echo 'INF |  https://no-such-fox.trycloudflare.com  |' >&2
                exec /bin/sleep 600""".formatted(pid));

        int code = run("connect", "--tunnel", "auto", "--wait", "0", "--yes");

        assertThat(code).isEqualTo(OffhookCommand.UNREACHABLE);
        assertThat(number.setting("VoiceUrl")).isEqualTo(OLD);
        var child = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
        assertThat(child.filter(ProcessHandle::isAlive)).isEmpty();
    }

    private void script(String name, String body) {
        try {
            var file = Files.writeString(home.resolve(name), "#!/bin/sh\n" + body + "\n");
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
