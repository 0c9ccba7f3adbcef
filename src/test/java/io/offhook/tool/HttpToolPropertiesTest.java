package io.offhook.tool;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/// Whatever the model puts into an argument, the request goes to the same host and the same path.
class HttpToolPropertiesTest {
    private final HttpTool tool = new HttpTool(
            "t",
            "GET https://api.acme.example:8443/orders/{a}/x-{b}?q={c}&fixed=1",
            Map.of(),
            Optional.empty(),
            Duration.ofSeconds(1),
            HttpTool.client());

    @Property(tries = 2_000)
    void an_argument_changes_neither_host_nor_the_shape_of_path_and_query(
            @ForAll("values") String a, @ForAll("values") String b, @ForAll("values") String c) {
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

    @Provide
    Arbitrary<String> values() {
        var pieces = Arbitraries.of(
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
        return Arbitraries.oneOf(
                Arbitraries.strings().all().ofMaxLength(20),
                pieces.list().ofMaxSize(6).map(list -> String.join("", list)));
    }
}
