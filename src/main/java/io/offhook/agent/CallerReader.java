package io.offhook.agent;

import io.offhook.agent.CallerProfile.Filing;
import io.offhook.agent.CallerProfile.Lookup;
import io.offhook.agent.CallerProfile.Request;
import io.offhook.config.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// `caller:` to a [CallerProfile].
final class CallerReader {
    static final Duration TIMEOUT = Duration.ofMillis(400);
    static final String INTERACTION_ID = "/id";

    private static final Set<String> OF_THE_NUMBER =
            Set.of("caller.number", "caller.national_number", "caller.digits");
    private static final List<String> OF_AN_INTERACTION =
            List.of("topic", "outcome", "summary", "opened_at", "closed_at");
    private static final List<String> OF_A_NOTE = List.of("interaction", "text");
    private static final Pattern NAME = Pattern.compile("[a-z_][a-z0-9_]{0,39}");
    private static final Pattern POINTER = Pattern.compile("(/([^~/]|~[01])*)+");

    /// The requests seen so far: the headers go to all of their hosts.
    private final Map<String, Value> hosts = new LinkedHashMap<>();

    Optional<CallerProfile> read(Value value) {
        return value.fields("caller").map(fields -> {
            var lookup = fields.value("lookup").flatMap(this::lookup);
            var interaction = fields.value("interaction").flatMap(this::filing);
            var note = fields.value("note").flatMap(this::note);
            var headers = ToolReader.headers(fields);
            oneHost(headers);
            if (fields.mentions("note") && !fields.mentions("interaction")) {
                fields.mistake("note", "A note needs an interaction to be added to.", "Add interaction:, or remove it.");
            }
            for (var key : List.of("headers", "interaction")) {
                if (fields.mentions(key) && !fields.mentions("lookup")) {
                    fields.mistake(
                            key,
                            "caller." + key + " needs a CRM, and there is no lookup.",
                            "Add lookup: GET https://crm.acme.example/customers?phone={caller.number}, or remove it.");
                }
            }
            if (fields.all().isEmpty()) {
                fields.mistake(
                        "caller says nothing.", "Write it like { greeting: \"Welcome back, {caller.first_name}!\" }.");
            }
            return new CallerProfile(
                    lookup,
                    headers,
                    fields.value("timeout")
                            .flatMap(v -> v.duration(Duration.ofMillis(50), Duration.ofSeconds(5)))
                            .orElse(TIMEOUT),
                    fields.value("greeting").flatMap(CallerReader::greeting),
                    interaction,
                    note);
        });
    }

    private static Optional<String> greeting(Value value) {
        return value.prose().filter(text -> {
            for (var name : Placeholders.in(text)) {
                if (!Placeholders.isFact(name)) {
                    value.mistake(
                            "A greeting can't take {" + name + "}.",
                            "Use {caller.first_name} and the like, or plain words.");
                }
            }
            return true;
        });
    }

    private Optional<Lookup> lookup(Value value) {
        if (value.isScalar()) {
            return value.text()
                    .flatMap(text -> request(value, text, Optional.empty(), OF_THE_NUMBER::contains, List.of()))
                    .map(request -> new Lookup(request, Map.of()));
        }
        return value.fields("caller.lookup").flatMap(fields -> {
            var map = fields.value("map").map(CallerReader::map).orElse(Map.of());
            return request(fields, OF_THE_NUMBER::contains, List.of()).map(request -> new Lookup(request, map));
        });
    }

    private Optional<Filing> filing(Value value) {
        return value.fields("caller.interaction").flatMap(fields -> {
            var id = fields.value("id").flatMap(CallerReader::pointer).orElse(INTERACTION_ID);
            return request(
                            fields,
                            name -> OF_THE_NUMBER.contains(name) || Set.of("caller.id", "call.id").contains(name),
                            OF_AN_INTERACTION)
                    .map(request -> new Filing(request, id));
        });
    }

    private Optional<Request> note(Value value) {
        return value.fields("caller.note").flatMap(fields -> request(fields, _ -> false, OF_A_NOTE));
    }

    private static Map<String, String> map(Value value) {
        var map = new LinkedHashMap<String, String>();
        value.names().ifPresent(names -> names.all().forEach((name, place) -> {
            if (!NAME.matcher(name).matches()) {
                names.mistake(
                        name,
                        "A caller can't have \"" + name + "\".",
                        "Use lower-case letters, digits and _: first_name, tier.");
            }
            pointer(place).ifPresent(text -> map.put(name, text));
        }));
        return map;
    }

    private static Optional<String> pointer(Value value) {
        return value.matching(POINTER, "Write a JSON pointer, such as /results/0/id.");
    }

    // --- requests

    private interface Known {
        boolean has(String fact);
    }

    private Optional<Request> request(Fields fields, Known facts, List<String> own) {
        return fields.required("http", "Give it a request: http: GET https://crm.acme.example/customers?phone={caller.number}")
                .flatMap(value -> value.text()
                        .flatMap(text -> request(value, text, fields.value("body"), facts, own)));
    }

    private Optional<Request> request(
            Value value, String text, Optional<Value> body, Known facts, List<String> own) {
        return ToolReader.request(value, text).map(request -> {
            hosts.putIfAbsent(host(request.url()), value);
            var data = body.flatMap(given -> ToolReader.bodyTemplate(given, request));
            var used = new LinkedHashSet<>(request.placeholders());
            check(value, used, facts, own);
            data.ifPresent(map -> {
                var inBody = new LinkedHashSet<String>();
                ToolReader.collect(map, inBody);
                check(body.orElseThrow(), inBody, facts, own);
            });
            return new Request(request.method(), request.url(), data);
        });
    }

    private static void check(Value value, Set<String> used, Known facts, List<String> own) {
        for (var name : used) {
            // Any other brace in a body is a brace: bodies hold GraphQL and the like.
            boolean known = facts.has(name) || own.contains(name);
            if (!known && (Placeholders.isFact(name) || value.isScalar())) {
                var words = new ArrayList<>(own);
                words.add("caller.number");
                value.mistake(
                        value.path() + " can't take {" + name + "}." + Value.didYouMean(name, words),
                        own.isEmpty()
                                ? "Use {caller.number}, {caller.national_number} or {caller.digits}."
                                : "Use {" + String.join("}, {", own) + "}.");
            }
        }
    }

    private void oneHost(Map<String, Secret> headers) {
        if (hosts.size() > 1 && !headers.isEmpty()) {
            hosts.values().stream()
                    .skip(1)
                    .forEach(value -> value.mistake(
                            value.path() + " goes to another host than the request before it, and so would the headers.",
                            "Use one host for all requests of caller:, since each gets caller.headers."));
        }
    }

    private static String host(String url) {
        return URI.create(url.replaceFirst("(?<=[^:/])[/?#].*", "")).toString();
    }
}
