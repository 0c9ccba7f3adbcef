package io.offhook.agent;

import io.offhook.call.ToolRequest;
import io.offhook.config.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// `tools:` to [ToolProfile]s.
final class ToolReader {
    private static final String PATTERN = "tools.*";
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_-]{0,63}");
    private static final Set<String> RESERVED = Set.of(ToolRequest.END_CALL, ToolRequest.ESCALATE);
    private static final List<String> KINDS = List.of("http", "sql", "java");
    private static final Pattern REQUEST = Pattern.compile("(?<method>GET|POST|PUT|PATCH|DELETE)\\s+(?<url>\\S+)");
    private static final Pattern JAVA = Pattern.compile(
            "[\\p{Alpha}_$][\\p{Alnum}_$-]*(\\.[\\p{Alpha}_$][\\p{Alnum}_$]*)*(#[\\p{Alpha}_$][\\p{Alnum}_$]*)?");
    private static final Pattern HEADER = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]+");
    private static final String REQUEST_FORM = "Write it like: GET https://api.example.com/orders/{order_number}";
    static final Duration TIMEOUT_MIN = Duration.ofMillis(100);
    static final Duration TIMEOUT_MAX = Duration.ofMinutes(1);

    private final Duration usualTimeout;

    ToolReader(Duration usualTimeout) {
        this.usualTimeout = usualTimeout;
    }

    record Request(String method, String url) {
        Set<String> placeholders() {
            return Placeholders.in(url);
        }

        boolean hasBody() {
            return !method.equals("GET") && !method.equals("DELETE");
        }
    }

    List<ToolProfile> read(Value tools) {
        return tools.names().stream()
                .flatMap(names -> names.all().entrySet().stream()
                        .flatMap(entry -> entry
                                .getValue()
                                .unlessMistaken(() -> tool(names, entry.getKey(), entry.getValue()))
                                .stream()))
                .toList();
    }

    private Optional<ToolProfile> tool(Fields names, String name, Value value) {
        if (RESERVED.contains(name)) {
            names.mistake(name, "The tool " + name + " is built in.", "Give this tool another name.");
        } else if (!NAME.matcher(name).matches()) {
            names.mistake(
                    name,
                    "A tool can't have the name \"" + name + "\".",
                    "Use letters, digits, _ and -, beginning with a letter, at most 64.");
        }
        return tool(name, value);
    }

    private Optional<ToolProfile> tool(String name, Value value) {
        if (value.isScalar()) {
            return value.text().flatMap(text -> request(value, text)).map(request -> {
                var parameters = ToolParameters.derived(own(request.placeholders()));
                known(value, "{%s}", request.placeholders(), parameters, "Names of parameters have no dot.");
                return new ToolProfile(
                        name,
                        Optional.empty(),
                        Optional.of(parameters.schema()),
                        new ToolAction.Http(request.method(), request.url(), Map.of(), Optional.empty()),
                        Optional.empty(),
                        false,
                        usualTimeout);
            });
        }
        return value.fields(PATTERN).flatMap(fields -> {
            var about = fields.value("about").flatMap(Value::prose);
            var say = fields.value("say").flatMap(Value::prose);
            var confirm = fields.value("confirm").flatMap(Value::flag).orElse(false);
            var timeout = fields.value("timeout")
                    .flatMap(v -> v.duration(TIMEOUT_MIN, TIMEOUT_MAX))
                    .orElse(usualTimeout);
            var parameters = fields.value("params").flatMap(ToolParameters::read);
            return kind(name, fields)
                    .flatMap(kind -> switch (kind) {
                        case "http" -> http(fields, parameters);
                        case "sql" -> sql(fields, parameters.orElse(ToolParameters.NONE));
                        default -> java(fields, parameters);
                    })
                    .map(made -> new ToolProfile(name, about, made.parameters(), made.action(), say, confirm, timeout));
        });
    }

    private record Made(ToolAction action, Optional<String> parameters) {}

    private static Optional<String> kind(String name, Fields fields) {
        var kinds = KINDS.stream().filter(fields::mentions).toList();
        if (kinds.isEmpty() && !fields.mentions("mcp")) {
            fields.mistake("The tool " + name + " does nothing.", "Give it one of: " + String.join(", ", KINDS) + ".");
        }
        if (kinds.size() > 1) {
            fields.mistake(
                    kinds.get(1),
                    "The tool " + name + " has both " + kinds.get(0) + " and " + kinds.get(1) + ".",
                    "Keep one of them, and make a second tool for the other.");
            return Optional.empty();
        }
        for (var key : List.of("headers", "body")) {
            if (fields.mentions(key) && !kinds.equals(List.of("http"))) {
                fields.mistake(key, "Only an http tool has " + key + ".", "Remove it.");
            }
        }
        return kinds.stream().findFirst();
    }

    // --- http

    private Optional<Made> http(Fields fields, Optional<ToolParameters> given) {
        var value = fields.value("http").orElseThrow();
        return value.text().flatMap(text -> request(value, text)).map(request -> {
            var headers = headers(fields);
            var template = fields.value("body").flatMap(body -> bodyTemplate(body, request));
            var inBody = new LinkedHashSet<String>();
            template.ifPresent(body -> collect(body, inBody));
            var used = new LinkedHashSet<>(request.placeholders());
            used.addAll(inBody);
            var parameters = given.orElseGet(() -> ToolParameters.derived(own(used)));
            if (known(fields, request, inBody, parameters) && (template.isPresent() || !request.hasBody())) {
                allUsed("{%s}", used, parameters);
            }
            Placeholders.in(request.url().split("\\?", 2)[0]).stream()
                    .filter(parameters::isOptional)
                    .forEach(name -> value.mistake(
                            "{" + name + "} is part of the path, but the parameter is optional.",
                            "Make it required, or move it into the query: ?" + name + "={" + name + "}"));
            return new Made(
                    new ToolAction.Http(request.method(), request.url(), headers, template),
                    Optional.of(parameters.schema()));
        });
    }

    private static boolean known(Fields fields, Request request, Set<String> inBody, ToolParameters parameters) {
        var known = known(
                fields.value("http").orElseThrow(),
                "{%s}",
                request.placeholders(),
                parameters,
                "Declare it under params.");
        return fields.value("body")
                        .map(body -> known(
                                body,
                                "{%s}",
                                inBody,
                                parameters,
                                "Declare it under params; braces of the body's own need a space inside: { id }."))
                        .orElse(true)
                && known;
    }

    static Optional<Request> request(Value value, String text) {
        var form = REQUEST.matcher(text.strip());
        if (!form.matches()) {
            value.mistake(value.path() + ": " + value.quoted() + " is not METHOD URL.", REQUEST_FORM);
            return Optional.empty();
        }
        var url = form.group("url");
        var problem = urlProblem(url);
        if (problem.isPresent()) {
            value.mistake("The URL of " + value.path() + " " + problem.get() + ".", REQUEST_FORM);
            return Optional.empty();
        }
        return Optional.of(new Request(form.group("method"), url));
    }

    /// Scheme and host are the operator's own words; a model or a caller fills path segments and query values only.
    private static Optional<String> urlProblem(String url) {
        var rest = url.startsWith("https://") ? url.substring(8) : url.startsWith("http://") ? url.substring(7) : "";
        if (rest.isEmpty()) {
            return Optional.of("must begin with https:// or http://");
        }
        var authority = rest.split("[/?#]", 2)[0];
        if (authority.contains("{") || authority.contains("@")) {
            return Optional.of("has a placeholder or a password in its host");
        }
        var filled = url;
        for (var name : Placeholders.in(url)) {
            filled = filled.replace("{" + name + "}", "x");
        }
        if (filled.contains("{") || filled.contains("}")) {
            return Optional.of("has a brace that is not part of a {name}");
        }
        try {
            var uri = new URI(filled);
            if (uri.getHost() == null) {
                return Optional.of("has no valid host");
            }
            return uri.getRawFragment() == null
                    ? Optional.empty()
                    : Optional.of("has a fragment (#), which is never sent");
        } catch (URISyntaxException _) {
            return Optional.of("is not a valid URL");
        }
    }

    static Map<String, Secret> headers(Fields fields) {
        var headers = new LinkedHashMap<String, Secret>();
        fields.value("headers")
                .flatMap(Value::names)
                .ifPresent(names -> names.all().forEach((name, value) -> {
                    if (!HEADER.matcher(name).matches()) {
                        names.mistake(
                                name, "\"" + name + "\" is not a header name.", "Use letters, digits and dashes.");
                    }
                    value.raw().ifPresent(text -> {
                        if (text.chars().anyMatch(Character::isISOControl)) {
                            value.mistake("The header " + name + " has a line break in it.", "Write it in one line.");
                        }
                        if (!Placeholders.in(text).stream().allMatch(Placeholders::isFact)) {
                            // Not quoted: it may be a part of the secret.
                            value.mistake(
                                    "The header " + name + " has a placeholder that headers can't take.",
                                    "Models fill path segments, query values and bodies; headers take {caller.x} only.");
                        }
                        headers.put(name, new Secret(text));
                    });
                }));
        return headers;
    }

    @SuppressWarnings("unchecked") // data() of a map gives string keys
    static Optional<Map<String, Object>> bodyTemplate(Value body, Request request) {
        if (!request.hasBody()) {
            body.mistake("A " + request.method() + " request has no body.", "Use POST, PUT or PATCH, or remove it.");
        }
        if (!body.isMap()) {
            body.mistake(body.path() + " must be a map of keys.", "Write it like { reason: \"{reason}\" }.");
            return Optional.empty();
        }
        return body.data().map(data -> (Map<String, Object>) data);
    }

    static void collect(Object data, Set<String> into) {
        switch (data) {
            case Map<?, ?> map -> map.values().forEach(inner -> collect(inner, into));
            case List<?> list -> list.forEach(inner -> collect(inner, into));
            case String text -> into.addAll(Placeholders.in(text));
            default -> {}
        }
    }

    // --- sql, java

    private static Optional<Made> sql(Fields fields, ToolParameters parameters) {
        var value = fields.value("sql").orElseThrow();
        return value.prose().flatMap(query -> {
            var sql = SqlText.of(query);
            if (sql.problem().isPresent()) {
                value.mistake(
                        "The query of " + value.path() + " " + sql.problem().get() + ".",
                        "Write one query with bound names: select status from orders where id = :id");
                return Optional.empty();
            }
            if (known(value, ":%s", sql.names(), parameters, "Declare it under params.")) {
                allUsed(":%s", sql.names(), parameters);
            }
            return Optional.of(new Made(new ToolAction.Sql(query), Optional.of(parameters.schema())));
        });
    }

    private static Optional<Made> java(Fields fields, Optional<ToolParameters> parameters) {
        return fields.value("java")
                .orElseThrow()
                .matching(JAVA, "Use com.acme.tools.Refunds#refund, a class name, or the name of a registered tool.")
                .map(reference -> new Made(new ToolAction.Java(reference), parameters.map(ToolParameters::schema)));
    }

    // --- names

    /// Files a mistake for each name that is neither a parameter nor a fact of the call.
    private static boolean known(Value at, String form, Set<String> used, ToolParameters parameters, String fix) {
        var known = true;
        for (var name : used) {
            if (!Placeholders.isFact(name) && !parameters.names().contains(name)) {
                known = false;
                at.mistake(
                        form.formatted(name) + " is neither a parameter of this tool nor caller.something."
                                + Value.didYouMean(name, parameters.names()),
                        fix);
            }
        }
        return known;
    }

    private static void allUsed(String form, Set<String> used, ToolParameters parameters) {
        for (var name : parameters.names()) {
            if (!used.contains(name)) {
                parameters.mistake(
                        name,
                        "The parameter " + name + " is never used.",
                        "Use it as " + form.formatted(name) + ", or remove it.");
            }
        }
    }

    private static Set<String> own(Set<String> placeholders) {
        return placeholders.stream()
                .filter(name -> !name.contains("."))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }
}
