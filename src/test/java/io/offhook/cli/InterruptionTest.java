package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// Ctrl-C, in a process of its own.
@DisabledOnOs(OS.WINDOWS)
@Timeout(300)
@Order(3)
class InterruptionTest {
    @TempDir
    Path folder;

    @Test
    void ctrl_c_while_the_demo_call_plays_cleans_up_and_exits_with_130() throws Exception {
        var temporary = Files.createDirectory(folder.resolve("tmp"));
        var out = folder.resolve("out");
        var demo = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Djava.io.tmpdir=" + temporary,
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.offhook.Main",
                        "demo",
                        "--port",
                        "0")
                .redirectOutput(out.toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
        try {
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> Files.readString(out).contains("agent"));

            new ProcessBuilder("kill", "-INT", Long.toString(demo.pid())).start().waitFor();

            assertThat(demo.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(demo.exitValue()).isEqualTo(130);
            assertThat(demoFolders(temporary)).isZero();
            assertThat(Files.readString(out)).doesNotContain("OK ");
        } finally {
            demo.destroyForcibly();
        }
    }

    private static long demoFolders(Path temporary) throws IOException {
        try (var files = Files.list(temporary)) {
            return files.filter(file -> file.getFileName().toString().startsWith("offhook-demo"))
                    .count();
        }
    }
}
