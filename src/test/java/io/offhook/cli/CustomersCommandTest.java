package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

@Timeout(300)
class CustomersCommandTest {
    @TempDir
    Path folder;

    private Path file;

    private record Outcome(int exit, String out, String err) {}

    @BeforeEach
    void a_file() throws Exception {
        file = Files.writeString(folder.resolve("customers.csv"), """
                id,phone,first_name,last_name,tier
                C-17,(415) 555-0123,Dana,Ruiz,gold
                C-18,+1 415 555 0124,Kim,Lee,
                """);
    }

    private Outcome offhook(String... arguments) {
        var out = new StringWriter();
        var err = new StringWriter();
        var environment = Map.of("OFFHOOK_HOME", folder.resolve("home").toString());
        int exit = OffhookCommand.execute(environment, new PrintWriter(out), new PrintWriter(err), arguments);
        return new Outcome(exit, out.toString(), err.toString());
    }

    @Test
    void customers_are_imported_listed_and_erased() {
        var dry = offhook("customers", "import", file.toString(), "--dry-run");
        var first = offhook("customers", "import", file.toString());
        var again = offhook("customers", "import", file.toString(), "--json");
        var listed = offhook("customers", "ls");
        var erased = offhook("customers", "rm", "415-555-0123");
        var left = offhook("customers", "ls", "--json");

        assertThat(dry).isEqualTo(new Outcome(0, "Would add 2, update 0, leave 0 as they are.\n", dry.err()));
        assertThat(first.out()).isEqualTo("Added 2, updated 0, left 0 as they are.\n");
        assertThat(JsonMapper.shared().readTree(again.out()).path("unchanged").asInt())
                .isEqualTo(2);
        assertThat(listed.out()).contains("C-17", "+***23", "D… R…").doesNotContain("Dana", "5550123", "gold");
        assertThat(erased.out()).isEqualTo("Erased 1 customers and 0 contacts.\n");
        assertThat(left.out().lines()).singleElement().asString().contains("C-18").doesNotContain("Kim", "5550124");
        assertThat(dry.err()).contains("Next: ");
    }

    @Test
    void a_file_with_a_mistake_changes_nothing() throws Exception {
        Files.writeString(file, "C-19,12,Bo,Day,\n", java.nio.file.StandardOpenOption.APPEND);

        var refused = offhook("customers", "import", file.toString());

        assertThat(refused.exit()).isEqualTo(OffhookCommand.USAGE);
        assertThat(refused.err()).contains("customers.csv:4", "no phone number of the region US", "--region GB");
        assertThat(offhook("customers", "ls").out()).isEmpty();
    }

    @Test
    void customers_who_share_a_number_are_told_of() throws Exception {
        Files.writeString(file, "id,phone\nC-1,4155550123\nC-2,4155550123\n");

        assertThat(offhook("customers", "import", file.toString()).err()).contains("1 share a number");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "customers",
                "customers import nowhere.csv",
                "customers import customers.csv --region XX",
                "customers rm anonymous",
                "customers rm +266696687"
            })
    void wrong_usage_exits_with_2(String line) {
        var outcome = offhook(line.split(" "));

        assertThat(outcome.exit()).isEqualTo(OffhookCommand.USAGE);
        assertThat(outcome.err()).isNotBlank();
    }
}
