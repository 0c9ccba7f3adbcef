package io.offhook.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaToolsTest {
    private static final ClassLoader HERE = JavaToolsTest.class.getClassLoader();

    /// Found by `ServiceLoader`.
    public static final class Found implements Tool {
        @Override
        public String name() {
            return "refund";
        }

        @Override
        public String about() {
            return "Found";
        }

        @Override
        public String parameters() {
            return "{}";
        }

        @Override
        public Object run(Invocation invocation) {
            return "";
        }
    }

    private record Given(String name, String about, String parameters) implements Tool {
        @Override
        public Object run(Invocation invocation) {
            return "";
        }
    }

    @TempDir
    private Path folder;

    private URLClassLoader withServices() throws IOException {
        var services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(services.resolve(Tool.class.getName()), Found.class.getName());
        return new URLClassLoader(new URL[] {folder.toUri().toURL()}, HERE);
    }

    @Test
    void a_tool_that_the_class_path_offers_is_found_by_its_name() throws IOException {
        try (var loader = withServices()) {
            assertThat(new JavaTools(List.of(), loader).find("refund"))
                    .hasValueSatisfying(tool -> assertThat(tool).isInstanceOf(Found.class));
        }
    }

    @Test
    void a_tool_that_was_given_goes_before_one_that_was_found() throws IOException {
        var given = new Given("refund", "Given", "{}");

        try (var loader = withServices()) {
            assertThat(new JavaTools(List.of(given), loader).find("refund")).contains(given);
        }
    }

    @Test
    void a_tool_is_found_by_its_class_too_and_a_word_that_nobody_knows_is_none() {
        var tools = new JavaTools(List.of(), HERE);

        assertThat(tools.find(Found.class.getName()))
                .hasValueSatisfying(tool -> assertThat(tool).isInstanceOf(Found.class));
        assertThat(tools.find("refund")).isEmpty();
    }

    @Test
    void two_given_tools_of_one_name_are_refused() {
        var twice = List.<Tool>of(new Given("refund", "One", "{}"), new Given("refund", "Two", "{}"));

        assertThatThrownBy(() -> new JavaTools(twice, HERE)).hasMessage("two tools are named refund");
    }
}
