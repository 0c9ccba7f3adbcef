package io.offhook.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.config.ConfigException;
import io.offhook.config.Settings;
import io.offhook.store.jdbc.TestPostgres;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/// Starting: what a start that fails leaves behind, and who may look into what a start makes.
@Isolated
class StartTest {
    private static final String AGENT = """
            offhook: 1
            name: acme
            instructions: You answer the phone.
            escalate: "+14155550100"
            """;

    @TempDir
    private Path folder;

    @Test
    void a_start_that_fails_leaves_nothing_running() throws Exception {
        var before = threads();
        var agent = AGENT + "tools: { refund: { about: Refund, java: com.acme.NoSuchClass#refund } }\n";

        assertThatThrownBy(() -> start(agent, Map.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("refund");

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
    }

    @Test
    void a_port_that_is_taken_leaves_nothing_running() throws Exception {
        var before = threads();
        try (var taken = new ServerSocket(0)) {
            assertThatThrownBy(() -> start(AGENT, Map.of("PORT", Integer.toString(taken.getLocalPort()))))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("PORT");
        }

        await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(threads()).isSubsetOf(before));
    }

    @Test
    void a_database_that_does_not_exist_is_the_operators_mistake() throws Exception {
        var url = TestPostgres.url().replaceAll("/test\\d+", "/no_such_database");

        assertThatThrownBy(() -> start(AGENT, Map.of("OFFHOOK_JDBC_URL", url)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("OFFHOOK_JDBC_URL")
                .hasMessageContaining("no_such_database")
                .hasMessageContaining("does not exist");
    }

    @Test
    void a_file_that_cannot_be_made_is_the_operators_mistake() {
        assertThatThrownBy(() -> start(AGENT, Map.of("OFFHOOK_JDBC_URL", "jdbc:sqlite:/nonexistent-folder/x.db")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("/nonexistent-folder/x.db");
    }

    @Test
    void the_data_folder_is_for_our_user_only() throws Exception {
        var home = folder.resolve("home");
        Files.createDirectory(home);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));

        try (var _ = start(AGENT, Map.of())) {
            assertThat(rights(home)).isEqualTo("rwx------");
            assertThat(rights(home.resolve("offhook.db"))).isEqualTo("rw-------");
            assertThat(rights(home.resolve("spill"))).isEqualTo("rwx------");
        }
    }

    @Test
    void a_folder_that_everybody_writes_to_is_left_to_everybody() throws Exception {
        var home = folder.resolve("home");
        Files.createDirectory(home);
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxrwxrwx"));

        try (var _ = start(AGENT, Map.of())) {
            assertThat(rights(home)).isEqualTo("rwxrwxrwx");
            assertThat(rights(home.resolve("offhook.db"))).isEqualTo("rw-------");
        }
    }

    private Offhook start(String agent, Map<String, String> more) throws Exception {
        var file = Files.writeString(folder.resolve("agent.yaml"), agent);
        var environment = new HashMap<>(Map.of(
                "TWILIO_ACCOUNT_SID", TestServer.ACCOUNT,
                "TWILIO_AUTH_TOKEN", TestServer.TOKEN,
                "OPENAI_API_KEY", TestServer.KEY,
                "OPENAI_BASE_URL", "http://127.0.0.1:9/v1",
                "OFFHOOK_PUBLIC_URL", TestServer.PUBLIC.toString(),
                "OFFHOOK_HOME", folder.resolve("home").toString(),
                "PORT", "0"));
        environment.putAll(more);
        return Offhook.create(Settings.from(environment), AgentDirectory.open(List.of(file), environment))
                .start();
    }

    /// The platform threads that a server needs; others come and go with the machine.
    private static Set<Long> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("(vert\\.x|store|HttpClient|agent-files).*"))
                .map(Thread::threadId)
                .collect(Collectors.toSet());
    }

    private static String rights(Path file) throws Exception {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
