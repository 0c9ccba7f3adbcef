package io.offhook.tool;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.offhook.tool.Tool.Invocation;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/// A tool that is one HTTP request, such as `GET https://api.acme.example/orders/{order_number}?expand={what}`.
///
/// Arguments only ever become a path segment, a query value or a JSON value: scheme, host, port and the shape of the
/// path are the template's. Redirects are answers like any other, so that nobody else can choose the host either.
///
/// A 404 is no failure of the tool: a look-up says so as its answer, and anything else was refused.
public final class HttpTool implements ToolWork {
    private static final Set<String> METHODS = Set.of("GET", "POST", "PUT", "PATCH", "DELETE");
    private static final int RESPONSE_BYTES = 64 << 10;
    private static final int NOT_FOUND = 404;

    private final ToolJson json = new ToolJson();
    private final String name;
    private final String method;
    private final String origin;
    private final List<Template> path;
    private final Map<String, Template> query;
    private final Map<String, Template> headers;
    private final Optional<Object> body;
    private final Duration limit;
    private final HttpClient client;

    /// @param name    for messages
    /// @param request method and URL template, such as `GET https://host/path/{param}?q={param}`
    /// @param headers may name facts of the call (`{call.id}`), never arguments
    /// @param body    JSON object to send, with `{param}` in its texts: a key whose whole value is an argument that was
    ///     left away is not sent. By default the arguments not used in the URL
    /// @param limit   how long the answer may take
    /// @param client  must not follow redirects; `client()` makes one
    /// @throws IllegalArgumentException when the template lets an argument choose more than it may
    public HttpTool(
            String name,
            String request,
            Map<String, String> headers,
            Optional<Map<String, Object>> body,
            Duration limit,
            HttpClient client) {
        if (client.followRedirects() != HttpClient.Redirect.NEVER) {
            throw new IllegalArgumentException("the HTTP client of a tool must not follow redirects");
        }
        this.name = name;
        this.body = body.map(HttpTool::compiled);
        this.limit = limit;
        this.client = client;
        var words = request.strip().split("\\s+", -1);
        if (words.length != 2 || !METHODS.contains(words[0])) {
            throw bad("is written as METHOD URL, with one of "
                    + String.join(", ", METHODS.stream().sorted().toList()));
        }
        this.method = words[0];
        int authority = words[1].indexOf("://") + 3;
        int end = firstOf(words[1], authority);
        this.origin = checkedOrigin(words[1].substring(0, end));
        var rest = words[1].substring(end);
        int question = rest.indexOf('?');
        this.path = segments(question < 0 ? rest : rest.substring(0, question));
        this.query = question < 0 ? Map.of() : pairs(rest.substring(question + 1));
        this.headers = new LinkedHashMap<>();
        headers.forEach((key, value) -> this.headers.put(key, header(key, value)));
    }

    /// A client fit for tools: no redirects, no cookies, HTTP/1.1, two seconds to connect.
    public static HttpClient client() {
        return HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(Duration.ofSeconds(2))
                .executor(Executors.newVirtualThreadPerTaskExecutor())
                .build();
    }

    @Override
    public Object run(Invocation invocation) throws ToolFailure, InterruptedException {
        try {
            var response = client.send(request(invocation), BodyHandlers.ofInputStream());
            try (var stream = response.body()) {
                return answer(response.statusCode(), stream);
            }
        } catch (HttpConnectTimeoutException e) {
            throw unreachable();
        } catch (HttpTimeoutException e) {
            throw new ToolFailure(ToolFailure.TIMEOUT, "the system did not answer in time; say so and offer help");
        } catch (IOException e) {
            if (Thread.interrupted() || e.getCause() instanceof InterruptedException) {
                throw new InterruptedException("stopped at its time limit");
            }
            throw unreachable();
        }
    }

    private static ToolFailure unreachable() {
        return new ToolFailure("unreachable", "the system could not be reached; say that you cannot see that now");
    }

    HttpRequest request(Invocation invocation) throws ToolFailure {
        var request = HttpRequest.newBuilder(uri(invocation)).timeout(limit);
        headers.forEach((name, value) ->
                value.filled(invocation, HttpTool::headerText).ifPresent(text -> request.setHeader(name, text)));
        if (method.equals("GET") || method.equals("DELETE")) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.setHeader("Content-Type", "application/json");
            request.method(method, BodyPublishers.ofString(json.write(content(invocation))));
        }
        if (!method.equals("GET")) {
            request.setHeader("Idempotency-Key", headerText(invocation.id()));
        }
        return request.build();
    }

    private Object answer(int status, InputStream stream) throws ToolFailure, IOException {
        if (status == NOT_FOUND && !method.equals("GET")) {
            throw new ToolFailure(ToolFailure.NOT_FOUND, "nothing was found, and nothing done", Map.of("status", status));
        }
        if (status / 100 != 2 && status != NOT_FOUND) {
            throw new ToolFailure(
                    "http_status",
                    "the system answered with an error; say that you cannot see that now",
                    Map.of("status", status));
        }
        var bytes = stream.readNBytes(RESPONSE_BYTES + 1);
        var text = new String(bytes, 0, Math.min(bytes.length, RESPONSE_BYTES), UTF_8);
        if (status == NOT_FOUND) {
            // Words that are no JSON are those of a server in between, or a page for people.
            return json.parsed(text) instanceof JsonNode said && said.isContainer() && !said.isEmpty()
                    ? said
                    : Map.of("found", false);
        }
        if (bytes.length > RESPONSE_BYTES) {
            return new ToolJson.Shortened(text);
        }
        return text.isBlank() ? Map.of("done", true, "status", status) : json.parsed(text);
    }

    /// Where the request goes.
    URI uri(Invocation invocation) throws ToolFailure {
        var url = new StringBuilder(origin);
        for (var segment : path) {
            var plain = segment.filled(invocation, value -> value)
                    .orElseThrow(
                            () -> new ToolFailure(ToolFailure.BAD_ARGUMENTS, "an argument that the address needs is missing"));
            if (!segment.names().isEmpty()) {
                refuseWays(plain);
            }
            url.append('/').append(segment.filled(invocation, HttpTool::encoded).orElseThrow());
        }
        char separator = '?';
        for (var pair : query.entrySet()) {
            var value = pair.getValue().filled(invocation, HttpTool::encoded);
            if (value.isPresent()) {
                url.append(separator).append(pair.getKey()).append('=').append(value.get());
                separator = '&';
            }
        }
        return URI.create(url.toString());
    }

    /// An encoded `..` or `/` is still one segment to us, but some servers decode before they look for dots.
    private static void refuseWays(String segment) throws ToolFailure {
        boolean dots = false;
        for (var part : segment.split("[/\\\\]", -1)) {
            dots |= part.equals(".") || part.equals("..");
        }
        if (segment.isEmpty() || dots || segment.chars().anyMatch(Character::isISOControl)) {
            throw new ToolFailure(ToolFailure.BAD_ARGUMENTS, "an argument of the address is empty or not plain text");
        }
    }

    private Object content(Invocation invocation) {
        if (body.isPresent()) {
            return filled(body.get(), invocation).orElseThrow();
        }
        var left = new LinkedHashMap<>(invocation.arguments());
        path.forEach(segment -> left.keySet().removeAll(segment.names()));
        query.values().forEach(value -> left.keySet().removeAll(value.names()));
        return left;
    }

    /// The same data with a template for each text.
    private static Object compiled(Object value) {
        return switch (value) {
            case String text -> new Template(text);
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<Object, Object>();
                map.forEach((key, item) -> copy.put(key, compiled(item)));
                yield copy;
            }
            case List<?> list -> list.stream().map(HttpTool::compiled).toList();
            default -> value;
        };
    }

    private static Optional<Object> filled(Object value, Invocation invocation) {
        return switch (value) {
            case Template template -> template.whole(invocation);
            case Map<?, ?> map -> {
                var copy = new LinkedHashMap<Object, Object>();
                map.forEach((key, item) -> filled(item, invocation).ifPresent(there -> copy.put(key, there)));
                yield Optional.of(copy);
            }
            case List<?> list ->
                Optional.of(list.stream()
                        .flatMap(item -> filled(item, invocation).stream())
                        .toList());
            default -> Optional.of(value);
        };
    }

    private static String encoded(String value) {
        return URLEncoder.encode(value, UTF_8).replace("+", "%20").replace("*", "%2A");
    }

    private static String headerText(String value) {
        return value.replaceAll("[^\\x20-\\x7E]", "");
    }

    // --- reading the template ---

    private static int firstOf(String url, int from) {
        int end = url.length();
        for (char c : new char[] {'/', '?', '#'}) {
            int at = url.indexOf(c, from);
            end = at >= 0 ? Math.min(end, at) : end;
        }
        return end;
    }

    private String checkedOrigin(String text) {
        try {
            var uri = new URI(text);
            var scheme = String.valueOf(uri.getScheme());
            if (!(scheme.equals("https") || scheme.equals("http"))
                    || uri.getHost() == null
                    || uri.getUserInfo() != null) {
                throw bad("needs a URL with http or https and a host, without user or password");
            }
            return text;
        } catch (URISyntaxException e) {
            throw bad("may have parameters in its path and query only, not in scheme, host or port");
        }
    }

    private List<Template> segments(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        if (text.contains("#")) {
            throw bad("must not have a fragment");
        }
        var found = new ArrayList<Template>();
        for (var segment : text.substring(1).split("/", -1)) {
            found.add(literal(segment));
        }
        return List.copyOf(found);
    }

    private Map<String, Template> pairs(String text) {
        if (text.contains("#")) {
            throw bad("must not have a fragment");
        }
        var found = new LinkedHashMap<String, Template>();
        for (var pair : text.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 1 || pair.substring(0, equals).contains("{")) {
                throw bad("writes its query as name=value or name={param}");
            }
            found.put(pair.substring(0, equals), literal(pair.substring(equals + 1)));
        }
        return found;
    }

    private Template literal(String text) {
        var template = new Template(text);
        try {
            var unused = new URI("http://host/" + template.sample());
        } catch (URISyntaxException e) {
            throw bad("has characters in its URL that must be written as %XX");
        }
        return template;
    }

    private Template header(String key, String value) {
        var template = new Template(value);
        if (!template.names().stream().allMatch(Template::isFact)) {
            throw bad("may use facts of the call in the header " + key + ", but no arguments");
        }
        try {
            var unused = HttpRequest.newBuilder(URI.create(origin)).header(key, "x");
        } catch (IllegalArgumentException e) {
            throw bad("cannot set the header " + key);
        }
        return template;
    }

    private IllegalArgumentException bad(String what) {
        return new IllegalArgumentException("the HTTP request of the tool " + name + " " + what);
    }
}
