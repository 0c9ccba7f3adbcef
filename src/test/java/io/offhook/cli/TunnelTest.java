package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tunnel programs are played by scripts that print what the real ones print.
class TunnelTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Path script(String name, String body) throws IOException {
        var file = Files.writeString(folder.resolve(name), "#!/bin/sh\n" + body + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void cloudflared_says_its_address_on_its_error_stream() throws Exception {
        var program = script("cloudflared", """
                echo "$@" > %s
                echo 'INF Requesting new quick Tunnel on trycloudflare.com...' >&2
                echo 'INF see https://api.trycloudflare.com/tunnel' >&2
                echo 'INF |  https://quick-brown-fox.trycloudflare.com                    |' >&2
                exec sleep 600""".formatted(folder.resolve("arguments")));

        var tunnel = Tunnel.open(Tunnel.Program.CLOUDFLARED, program, 8080, Map.of(), SOON);

        assertThat(tunnel.url()).hasToString("https://quick-brown-fox.trycloudflare.com");
        assertThat(Files.readString(folder.resolve("arguments")))
                .isEqualToIgnoringNewLines("tunnel --no-autoupdate --url http://127.0.0.1:8080");
        tunnel.close();
        tunnel.ended().get(60, TimeUnit.SECONDS);
    }

    @Test
    void ngrok_says_its_address_in_its_log() throws Exception {
        var program = script("ngrok", """
                echo 't=2026-11-23T10:00:00+0000 lvl=info msg="starting web service" obj=web addr=127.0.0.1:4040'
                echo 't=2026-11-23T10:00:01+0000 lvl=info msg="started tunnel" obj=tunnels \
                name=command_line addr=http://127.0.0.1:8080 url=https://abcd-1.ngrok-free.app'
                exec sleep 600""");

        try (var tunnel = Tunnel.open(Tunnel.Program.NGROK, program, 8080, Map.of(), SOON)) {
            assertThat(tunnel.url()).hasToString("https://abcd-1.ngrok-free.app");
        }
    }

    @Test
    void what_a_failing_program_said_is_passed_on_without_its_token() throws Exception {
        var program = script("ngrok", """
                echo 'ERROR:  authentication failed: The authtoken you specified is not valid.'
                echo 'ERROR:  Your authtoken: 2abcSECRET'
                exit 1""");

        assertThatThrownBy(() -> Tunnel.open(
                        Tunnel.Program.NGROK, program, 8080, Map.of("NGROK_AUTHTOKEN", "2abcSECRET"), SOON))
                .isInstanceOfSatisfying(Halt.class, halt -> {
                    assertThat(halt.exitCode()).isEqualTo(OffhookCommand.UNREACHABLE);
                    assertThat(halt.why())
                            .contains("ngrok ended.", "authentication failed", "Your authtoken: ***")
                            .doesNotContain("SECRET");
                });
    }

    @Test
    void a_program_that_gives_no_address_is_not_waited_for_for_ever() throws Exception {
        var program = script("cloudflared", "echo $$ > " + folder.resolve("pid") + "\nexec sleep 600");

        assertThatThrownBy(() -> Tunnel.open(
                        Tunnel.Program.CLOUDFLARED, program, 8080, Map.of(), Duration.ofSeconds(2)))
                .hasMessageContaining("cloudflared gave no address in time");

        long pid = Long.parseLong(Files.readString(folder.resolve("pid")).strip());
        assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
    }

    @Test
    void programs_are_found_on_the_path() throws Exception {
        script("ngrok", "exit 0");

        assertThat(Tunnel.find(Tunnel.Program.NGROK, Map.of("PATH", "/nowhere:" + folder)))
                .contains(folder.resolve("ngrok"));
        assertThat(Tunnel.find(Tunnel.Program.CLOUDFLARED, Map.of("PATH", folder.toString())))
                .isEmpty();
    }
}
