package io.offhook.tool;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.Samples;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Whatever the model puts into an argument, the request goes to the same host and the same path.
class HttpToolPropertiesTest {
    private final HttpTool tool = new HttpTool(
            "t",
            "GET https://api.acme.example:8443/orders/{a}/x-{b}?q={c}&fixed=1",
            Map.of(),
            Optional.empty(),
            Duration.ofSeconds(1),
            HttpTool.client());

    @Test
    void an_argument_changes_neither_host_nor_the_shape_of_path_and_query() {
        Samples.forAll(2_000, some -> stays(value(some), value(some), value(some)));
    }

    private void stays(String a, String b, String c) {
        URI uri;
        try {
            uri = tool.uri(new Tool.Invocation("i", "CA1", Map.of("a", a, "b", b, "c", c), Map.of()));
        } catch (ToolFailure e) {
            return; // refused outright
        }

        assertThat(uri.getScheme()).isEqualTo("https");
        assertThat(uri.getRawAuthority()).isEqualTo("api.acme.example:8443");
        assertThat(uri.getRawFragment()).isNull();
        assertThat(uri.normalize().getRawPath()).isEqualTo(uri.getRawPath());
        assertThat(uri.getRawPath()).matches("/orders/[A-Za-z0-9%._-]+/x-[A-Za-z0-9%._-]*");
        assertThat(uri.getRawQuery()).matches("q=[A-Za-z0-9%._-]*&fixed=1");
        assertThat(uri.getPath().split("[/\\\\]")).doesNotContain("..");
        if (StandardCharsets.UTF_8.newEncoder().canEncode(c)) {
            var sent = uri.getRawQuery().substring(2, uri.getRawQuery().indexOf('&'));
            assertThat(URLDecoder.decode(sent, StandardCharsets.UTF_8)).isEqualTo(c);
        }
    }

    private static String value(Samples some) {
        return some.yes() ? some.text(20) : String.join("", some.list(6, () -> piece(some)));
    }

    private static String piece(Samples some) {
        return some.of(
                "..",
                ".",
                "/",
                "\\",
                "//evil.example",
                "?",
                "&",
                "#",
                "@",
                ":",
                ";",
                "%2e%2e",
                "%2F",
                "%",
                "\r\n",
                "\0",
                " ",
                "+",
                "{a}",
                "\u2025",
                "\uFF0F",
                "\uD800",
                "AB7492",
                "\u00e9",
                "\uD83D\uDE00");
    }
}
