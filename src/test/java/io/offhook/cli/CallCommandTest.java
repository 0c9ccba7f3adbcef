package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentFile;
import io.offhook.agent.AgentFiles;
import io.offhook.config.Settings;
import io.offhook.simulator.WavFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Rings a server that knows nothing of who rings it, in real time.
@Execution(ExecutionMode.CONCURRENT)
@Order(3)
class CallCommandTest {
    @TempDir
    private Path folder;

    private final Map<String, String> environment = new HashMap<>(Map.of(
            "TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000007",
            "TWILIO_AUTH_TOKEN", "a-token",
            "OFFHOOK_PUBLIC_URL", "https://voice.example.com",
            "PORT", "0"));

    private Offhook server;

    @BeforeEach
    void a_server_rings() {
        environment.put("OFFHOOK_HOME", folder.toString());
        server = Offhook.create(
                        Settings.from(environment), AgentDirectory.of(AgentFiles.of(List.of(AgentFile.demo()))))
                .officeClock(InstantSource.fixed(Instant.parse("2026-03-17T14:00:00Z")))
                .start();
    }

    @AfterEach
    void nobody_rings_any_more() {
        server.close();
    }

    private record Outcome(int exit, String out, String err) {}

    private Outcome call(String... options) {
        var words = new ArrayList<>(List.of("call", "--server", "http://127.0.0.1:" + server.port()));
        words.addAll(List.of(options));
        var out = new StringWriter();
        var err = new StringWriter();
        int exit = OffhookCommand.execute(
                environment, new PrintWriter(out), new PrintWriter(err), words.toArray(String[]::new));
        return new Outcome(exit, out.toString(), err.toString());
    }

    @Test
    void a_canned_caller_reaches_a_person_wherever_the_server_dials() throws IOException {
        var recording = folder.resolve("both.wav");

        var outcome = call("--caller", "press-zero", "--record", recording.toString());

        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out()).contains("takes the caller", "webhook to first sound");
        var sides = WavFile.read(recording).channels();
        assertThat(sides).isEqualTo(2);
    }

    @Test
    void a_file_is_spoken_and_the_caller_hangs_up_in_time() throws IOException {
        var outcome = call("--audio", question(), "--stay", "2");

        assertThat(outcome.exit()).as(outcome.out() + outcome.err()).isZero();
        assertThat(outcome.out()).contains("call over");
    }

    @Test
    void a_wrong_token_is_named_as_the_reason_at_once() throws IOException {
        environment.put("TWILIO_AUTH_TOKEN", "another-token");
        var began = System.nanoTime();

        var outcome = call("--audio", question());

        assertThat(outcome.exit()).isEqualTo(OffhookCommand.FOUND_ERRORS);
        assertThat(outcome.err()).contains("refuses the signature", "TWILIO_AUTH_TOKEN");
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(24));
    }

    @Test
    void an_address_without_tls_is_named_as_the_reason() throws IOException {
        server.close();
        environment.put("OFFHOOK_PUBLIC_URL", "http://localhost:8080");
        a_server_rings();

        var outcome = call("--audio", question());

        assertThat(outcome.exit()).isEqualTo(OffhookCommand.FOUND_ERRORS);
        assertThat(outcome.err())
                .contains("error 31922", "OFFHOOK_PUBLIC_URL is not https", "such as https://voice.example.com");
    }

    private String question() throws IOException {
        var file = folder.resolve("question.wav");
        WavFile.mono(new short[8_000]).write(file);
        return file.toString();
    }
}
