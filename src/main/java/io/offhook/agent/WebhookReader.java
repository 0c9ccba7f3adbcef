package io.offhook.agent;

import io.offhook.config.Loopback;
import io.offhook.config.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// `webhooks:` to [WebhookProfile]s.
final class WebhookReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9._-]{0,99}");
    private static final int SECRET_MIN = 16;
    private static final int SECRETS_MAX = 2;
    private static final String FORM =
            "Write it like: - { url: https://hooks.acme.example/offhook, secret: \"${WEBHOOK_SECRET}\" }";

    private final Set<String> names = new HashSet<>();

    List<WebhookProfile> read(Value webhooks) {
        if (!webhooks.isList()) {
            webhooks.mistake("webhooks must be a list.", FORM);
            return List.of();
        }
        return webhooks.items().stream().flatMap(item -> webhook(item).stream()).toList();
    }

    private Optional<WebhookProfile> webhook(Value item) {
        if (!item.isMap()) {
            item.mistake("A webhook is a map of url, secret and more.", FORM);
            return Optional.empty();
        }
        return item.fields("webhooks").flatMap(fields -> {
            var url = fields.required("url", FORM).flatMap(WebhookReader::url);
            var secrets = fields.required("secret", FORM).flatMap(WebhookReader::secrets);
            var events = fields.value("events").map(WebhookReader::events).orElse(Set.copyOf(WebhookProfile.EVENTS));
            var given = fields.value("name")
                    .flatMap(value -> value.matching(NAME, "Use lower-case letters, digits, ., _ and -."));
            var name = given.or(() -> url.map(URI::getHost));
            name.filter(taken -> !names.add(taken))
                    .ifPresent(taken -> item.mistake(
                            given.isPresent()
                                    ? "Two webhooks have the name \"" + taken + "\"."
                                    : "Two webhooks have the name of their host.",
                            "Give each a name of its own, such as name: crm."));
            return url.flatMap(where ->
                    secrets.flatMap(known -> name.map(called -> new WebhookProfile(called, where, known, events))));
        });
    }

    /// The place is the operator's own; it may be private, but what is sent holds words of callers, so it is encrypted.
    private static Optional<URI> url(Value value) {
        return value.text().flatMap(text -> {
            var problem = problem(text);
            problem.ifPresent(what -> value.mistake(
                    value.path() + ": " + value.quoted() + " " + what + ".",
                    "Write it like https://hooks.acme.example/offhook; http:// is for this machine only."));
            return problem.isPresent() ? Optional.empty() : Optional.of(URI.create(text));
        });
    }

    private static Optional<String> problem(String text) {
        try {
            var url = new URI(text);
            if (url.getHost() == null || url.getScheme() == null) {
                return Optional.of("is not a complete URL");
            }
            boolean plain = url.getScheme().equalsIgnoreCase("http");
            if (!plain && !url.getScheme().equalsIgnoreCase("https")) {
                return Optional.of("does not begin with https://");
            }
            if (plain && !Loopback.is(url)) {
                return Optional.of("is not encrypted");
            }
            if (url.getRawUserInfo() != null) {
                return Optional.of("holds a user name or password");
            }
            return url.getRawFragment() == null ? Optional.empty() : Optional.of("has a fragment");
        } catch (URISyntaxException _) {
            return Optional.of("is not a URL");
        }
    }

    /// Messages never quote it.
    private static Optional<List<Secret>> secrets(Value value) {
        var items = value.isList() ? value.items() : List.of(value);
        var secrets = new ArrayList<Secret>();
        for (var item : items) {
            item.text()
                    .filter(text -> {
                        if (text.length() < SECRET_MIN) {
                            item.mistake(
                                    "The secret of a webhook is shorter than " + SECRET_MIN + " characters.",
                                    "Use a random one, such as the output of: openssl rand -hex 24");
                        }
                        return text.length() >= SECRET_MIN;
                    })
                    .map(Secret::new)
                    .ifPresent(secrets::add);
        }
        if (items.isEmpty() || items.size() > SECRETS_MAX) {
            value.mistake("A webhook has one secret, or two while they are rotated.", "List the new one first.");
        }
        return secrets.size() == items.size() && !secrets.isEmpty() ? Optional.of(secrets) : Optional.empty();
    }

    private static Set<String> events(Value value) {
        var events = new LinkedHashSet<String>();
        if (value.isList()) {
            value.items().forEach(item -> item.oneOf(WebhookProfile.EVENTS).ifPresent(events::add));
        } else {
            value.oneOf(WebhookProfile.EVENTS).ifPresent(events::add);
        }
        if (value.isList() && value.items().isEmpty()) {
            value.mistake("A webhook without events hears nothing.", "Leave events away to send all of them.");
        }
        return events;
    }
}
