package io.offhook.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentDirectoryTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path folder;

    @SuppressWarnings("NullAway.Init")
    private Path file;

    private final Heard heard = new Heard();

    private static final class Heard implements AgentDirectory.Listener {
        final ConcurrentLinkedQueue<String> news = new ConcurrentLinkedQueue<>();

        boolean reluctant;
        List<Mistake> last = List.of();

        @Override
        public void reloaded(AgentFiles agents) {
            if (reluctant) {
                throw new ExceptionInInitializerError("a tool's class");
            }
            news.add(agents.all().getFirst().instructions());
        }

        @Override
        public void refused(ConfigException mistakes) {
            news.add("refused");
            last = mistakes.mistakes();
        }
    }

    @BeforeEach
    void write_the_file() throws IOException {
        file = folder.resolve("agent.yaml");
        Files.writeString(file, AgentYaml.MINIMAL);
    }

    private void instruct(String instructions) throws IOException {
        Files.writeString(file, AgentYaml.MINIMAL.replace("You answer the phone.", instructions));
    }

    private AgentDirectory open() {
        return AgentDirectory.open(List.of(file), Map.of());
    }

    @Test
    void a_reload_puts_the_new_file_in_force() throws IOException {
        var directory = open();
        var before = directory.current();
        instruct("Say more.");

        directory.reload(heard);

        assertThat(heard.news).containsExactly("Say more.");
        assertThat(directory.current().all().getFirst().instructions()).isEqualTo("Say more.");
        assertThat(before.all().getFirst().instructions()).isEqualTo("You answer the phone.");
    }

    @Test
    void a_bad_file_changes_nothing_and_says_why() throws IOException {
        var directory = open();
        var before = directory.current();
        Files.writeString(file, "offhook: 1\nnmae: acme\n");

        directory.reload(heard);

        assertThat(heard.last)
                .anySatisfy(mistake -> assertThat(mistake.what()).contains("Did you mean name?"));
        assertThat(directory.current()).isSameAs(before);
    }

    @Test
    void agents_that_can_not_be_made_ready_change_nothing_and_the_watch_goes_on() throws IOException {
        var directory = open();
        var before = directory.current();
        heard.reluctant = true;
        instruct("Say more.");

        directory.look(heard);
        var refused = directory.current();
        heard.reluctant = false;
        instruct("Say even more.");
        directory.look(heard);

        assertThat(refused).isSameAs(before);
        assertThat(heard.news).containsExactly("refused", "Say even more.");
        assertThat(directory.current().all().getFirst().instructions()).isEqualTo("Say even more.");
    }

    @Test
    void a_look_reloads_only_what_has_changed() throws IOException {
        var directory = open();

        directory.look(heard);
        instruct("Changed.");
        directory.look(heard);
        directory.look(heard);
        Files.delete(file);
        directory.look(heard);
        directory.look(heard);
        instruct("Back again.");
        directory.look(heard);

        assertThat(heard.news).containsExactly("Changed.", "refused", "Back again.");
    }

    @Test
    void included_files_are_looked_at_too_even_before_they_exist() throws IOException {
        var directory = open();

        instruct("file:prompt.md");
        directory.look(heard);
        Files.writeString(folder.resolve("prompt.md"), "From a file.");
        directory.look(heard);
        Files.writeString(folder.resolve("prompt.md"), "From a file, changed.");
        directory.look(heard);

        assertThat(heard.news).containsExactly("refused", "From a file.", "From a file, changed.");
    }

    @Test
    void watching_notices_a_change_by_itself() throws IOException {
        try (var directory = open()) {
            directory.watch(Duration.ofMillis(10), heard);

            instruct("Seen by the watch.");

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(heard.news).contains("Seen by the watch."));
        }
    }
}
