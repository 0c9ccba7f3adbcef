package io.offhook.config;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Reads the environment once. A variable that is set to nothing counts as not set: compose files and CI systems pass
/// unset variables on as empty ones. Values that may be secret are never part of a mistake's text.
final class SettingsReader {
    private static final String PLACE = "environment";
    private static final Pattern PLAIN_PATH = Pattern.compile("(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*");
    private static final Pattern REALM_NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,30}");
    private static final int ADMIN_TOKEN_MIN = 16;
    private static final Set<String> LOG_LEVELS = Set.of("ERROR", "WARN", "INFO", "DEBUG");

    private final Map<String, String> environment;
    private final List<Mistake> mistakes;

    SettingsReader(Map<String, String> environment, List<Mistake> mistakes) {
        this.environment = environment;
        this.mistakes = mistakes;
    }

    Settings read() {
        var home = home();
        checkLogLevel();
        return new Settings(
                twilio(),
                openAi(),
                url("OFFHOOK_PUBLIC_URL", Set.of("https"), Set.of("http")),
                port(),
                agentFiles(),
                home,
                jdbcUrl(home),
                adminToken(),
                duration("OFFHOOK_HANDOFF_LINK", Duration.ofMinutes(30)),
                duration("OFFHOOK_CALLBACK_RETENTION", Duration.ofDays(90)),
                new Settings.Drain(
                        duration("OFFHOOK_DRAIN_DEADLINE", Duration.ofMinutes(15)),
                        duration("OFFHOOK_DRAIN_CONVERGE", Duration.ofSeconds(10))),
                MailSettings.read(environment, mistakes),
                genAiMeters());
    }

    /// Other words in it are for other programs: the variable belongs to OpenTelemetry.
    private boolean genAiMeters() {
        return text("OTEL_SEMCONV_STABILITY_OPT_IN").stream()
                .flatMap(value -> Arrays.stream(value.split(",")))
                .map(String::strip)
                .anyMatch("gen_ai_latest_experimental"::equals);
    }

    private Settings.Twilio twilio() {
        var realm = pair("TWILIO_REGION", "TWILIO_EDGE", "together they name Twilio's host")
                .filter(both -> {
                    var region = realmName("TWILIO_REGION", both.get(0));
                    var edge = realmName("TWILIO_EDGE", both.get(1));
                    return region && edge;
                })
                .map(both -> new Settings.Realm(both.get(0), both.get(1)));
        var usual = realm.map(in -> "https://api." + in.edge() + "." + in.region() + ".twilio.com")
                .orElse("https://api.twilio.com");
        return new Settings.Twilio(
                sid("TWILIO_ACCOUNT_SID", TwilioSid.ACCOUNT),
                authTokens(),
                pair("TWILIO_API_KEY", "TWILIO_API_SECRET", "a key is of no use without its secret")
                        .filter(both -> looksLike("TWILIO_API_KEY", TwilioSid.API_KEY, both.get(0)))
                        .map(both -> new Settings.ApiKey(both.get(0), new Secret(both.get(1)))),
                realm,
                sid("TWILIO_WORKFLOW_SID", TwilioSid.WORKFLOW),
                url("OFFHOOK_TWILIO_URL", Set.of("https"), Set.of("http")).orElse(URI.create(usual)));
    }

    private Settings.OpenAi openAi() {
        return new Settings.OpenAi(
                secret("OPENAI_API_KEY"),
                url("OPENAI_BASE_URL", Set.of("https", "wss"), Set.of("http", "ws"))
                        .orElse(URI.create("https://api.openai.com/v1")));
    }

    private List<Secret> authTokens() {
        var tokens = text("TWILIO_AUTH_TOKEN").stream()
                .flatMap(value -> Arrays.stream(value.split(",", -1)))
                .map(String::strip)
                .toList();
        if (tokens.size() > 2 || tokens.stream().anyMatch(token -> token.isEmpty() || hasGap(token))) {
            wrong(
                    "TWILIO_AUTH_TOKEN must hold one token, or two separated by a comma while they are rotated.",
                    "Copy the token from the Twilio console without spaces or line breaks.");
            return List.of();
        }
        return tokens.stream().map(Secret::new).toList();
    }

    private Optional<Secret> adminToken() {
        var token = secret("OFFHOOK_ADMIN_TOKEN");
        if (token.isPresent() && token.get().reveal().length() < ADMIN_TOKEN_MIN) {
            wrong(
                    "OFFHOOK_ADMIN_TOKEN is shorter than " + ADMIN_TOKEN_MIN + " characters.",
                    "Use a random one, such as the output of: openssl rand -hex 24");
            return Optional.empty();
        }
        return token;
    }

    private Optional<Secret> secret(String name) {
        return text(name)
                .filter(value -> {
                    if (hasGap(value)) {
                        wrong(name + " has a space or a line break in it.", "Copy it again, in one piece.");
                        return false;
                    }
                    return true;
                })
                .map(Secret::new);
    }

    private Optional<String> sid(String name, TwilioSid kind) {
        return text(name).filter(value -> looksLike(name, kind, value));
    }

    private boolean looksLike(String name, TwilioSid kind, String value) {
        var right = kind.is(value);
        if (!right) {
            // The value isn't shown: people put the token where the SID belongs.
            wrong(
                    name + " must be " + kind.form() + ".",
                    "Copy the SID from the Twilio console; tokens and secrets have variables of their own.");
        }
        return right;
    }

    private boolean realmName(String name, String value) {
        var right = REALM_NAME.matcher(value).matches();
        if (!right) {
            wrong(
                    name + " must be a name of lower-case letters, digits and dashes.",
                    "Use names from Twilio's documentation, such as ie1 and dublin.");
        }
        return right;
    }

    /// The logger reads it by itself, and takes a word that it does not know for `DEBUG`.
    private void checkLogLevel() {
        text("OFFHOOK_LOG")
                .filter(level -> !LOG_LEVELS.contains(level.toUpperCase(Locale.ROOT)))
                .ifPresent(level ->
                        wrong("OFFHOOK_LOG is \"" + level + "\".", "Use ERROR, WARN, INFO or DEBUG."));
    }

    private Optional<List<String>> pair(String first, String second, String why) {
        var one = text(first);
        var two = text(second);
        if (one.isPresent() != two.isPresent()) {
            var there = one.isPresent() ? first : second;
            var gone = one.isPresent() ? second : first;
            wrong(there + " is set but " + gone + " is not.", "Set both or neither: " + why + ".");
            return Optional.empty();
        }
        return one.map(value -> List.of(value, two.orElseThrow()));
    }

    /// Whatever is unusual in a path (dots, doubled slashes, escapes) is refused: Twilio signs the public address, and
    /// a signature must not depend on who normalises it.
    private Optional<URI> url(String name, Set<String> anywhere, Set<String> onLoopback) {
        return text(name).flatMap(value -> url(name, value, anywhere, onLoopback));
    }

    private Optional<URI> url(String name, String value, Set<String> anywhere, Set<String> onLoopback) {
        URI url;
        try {
            url = new URI(value.endsWith("/") ? value.substring(0, value.length() - 1) : value);
        } catch (URISyntaxException _) {
            return notUsable(name, "is not a URL", anywhere);
        }
        if (url.getScheme() == null || url.getHost() == null) {
            return notUsable(name, "is not a complete URL", anywhere);
        }
        var scheme = url.getScheme().toLowerCase(Locale.ROOT);
        if (onLoopback.contains(scheme) && !Loopback.is(url)) {
            return notUsable(name, "uses " + scheme + ", which is accepted for this machine only", anywhere);
        }
        if (!onLoopback.contains(scheme) && !anywhere.contains(scheme)) {
            return notUsable(name, "has the scheme " + scheme, anywhere);
        }
        if (url.getRawUserInfo() != null) {
            return notUsable(name, "holds a user name or password", anywhere);
        }
        if (url.getRawQuery() != null || url.getRawFragment() != null) {
            return notUsable(name, "has a query or a fragment", anywhere);
        }
        if (!PLAIN_PATH.matcher(url.getRawPath()).matches()) {
            return notUsable(name, "has an unusual path", anywhere);
        }
        return Optional.of(url);
    }

    private Optional<URI> notUsable(String name, String why, Set<String> anywhere) {
        wrong(
                name + " " + why + ".",
                "Use " + String.join(" or ", anywhere.stream().sorted().toList())
                        + "://host[:port][/plain/path]; http and ws are for localhost and 127.0.0.1.");
        return Optional.empty();
    }

    private int port() {
        return text("PORT")
                .flatMap(value -> {
                    if (value.matches("\\d{1,5}") && Integer.parseInt(value) <= 65535) {
                        return Optional.of(Integer.parseInt(value));
                    }
                    wrong("PORT is \"" + value + "\".", "Use a number from 0 (any free port) to 65535.");
                    return Optional.empty();
                })
                .orElse(8080);
    }

    private Duration duration(String name, Duration usual) {
        return text(name)
                .flatMap(value -> {
                    var parsed = HumanDuration.parse(value);
                    if (parsed.isEmpty()) {
                        wrong(
                                name + " is \"" + value + "\", which is no duration.",
                                "Write it like 15m, 10s or 1h30m.");
                    }
                    return parsed;
                })
                .orElse(usual);
    }

    private List<Path> agentFiles() {
        var files = new ArrayList<Path>();
        for (var name : text("OFFHOOK_AGENT").orElse("agent.yaml").split(",", -1)) {
            if (!name.isBlank()) {
                path("OFFHOOK_AGENT", name.strip()).ifPresent(files::add);
            }
        }
        return List.copyOf(files);
    }

    private Path home() {
        return text("OFFHOOK_HOME")
                .flatMap(value -> path("OFFHOOK_HOME", value))
                .or(() -> userHome().map(user -> user.resolve(".offhook")))
                .orElse(Path.of(".offhook"));
    }

    private Optional<Path> userHome() {
        return text("HOME").or(() -> text("USERPROFILE")).flatMap(value -> path("HOME", value));
    }

    private Optional<Path> path(String name, String value) {
        try {
            // Shells expand the tilde; compose files and service units hand it on as it is.
            if (value.startsWith("~/") && !name.equals("HOME")) {
                return userHome().map(user -> user.resolve(value.substring(2)));
            }
            return Optional.of(Path.of(value));
        } catch (InvalidPathException bad) {
            wrong(name + " is not a path: " + bad.getReason() + ".", "Use the path of a file or folder.");
            return Optional.empty();
        }
    }

    private Secret jdbcUrl(Path home) {
        var usual = new Secret("jdbc:sqlite:" + home.resolve("offhook.db"));
        return text("OFFHOOK_JDBC_URL")
                .flatMap(value -> {
                    if (value.startsWith("jdbc:sqlite:") || value.startsWith("jdbc:postgresql:")) {
                        return Optional.of(new Secret(value));
                    }
                    wrong(
                            "OFFHOOK_JDBC_URL is for a database that Offhook does not know.",
                            "Use jdbc:sqlite:/path/to/file.db or jdbc:postgresql://host/database.");
                    return Optional.empty();
                })
                .orElse(usual);
    }

    private Optional<String> text(String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private static boolean hasGap(String value) {
        return value.chars().anyMatch(c -> Character.isWhitespace(c) || Character.isISOControl(c));
    }

    private void wrong(String what, String fix) {
        mistakes.add(new Mistake(PLACE, what, fix));
    }
}
