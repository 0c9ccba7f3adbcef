package io.offhook.config;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything the server takes from its environment, and nothing else. Reading is lenient about what is missing and
/// strict about what is there: a command asks with [#requireForServing] for what it can't do without.
public record Settings(
        Twilio twilio,
        OpenAi openAi,
        Optional<URI> publicUrl,
        int port,
        List<Path> agentFiles,
        Path home,
        Secret jdbcUrl,
        Optional<Secret> adminToken,
        Duration handoffLink,
        Duration callbackRetention,
        Drain drain,
        Optional<MailSettings> mail,
        boolean genAiMeters) {

    /// One environment variable: its name and the default as the documentation prints it, `-` for none.
    public record Variable(String name, String defaultText) {}

    /// Every variable that is read, in the order of the documentation.
    public static final List<Variable> VARIABLES = List.of(
            new Variable("TWILIO_ACCOUNT_SID", "-"),
            new Variable("TWILIO_AUTH_TOKEN", "-"),
            new Variable("TWILIO_API_KEY", "-"),
            new Variable("TWILIO_API_SECRET", "-"),
            new Variable("TWILIO_REGION", "-"),
            new Variable("TWILIO_EDGE", "-"),
            new Variable("TWILIO_WORKFLOW_SID", "-"),
            new Variable("OPENAI_API_KEY", "-"),
            new Variable("OPENAI_BASE_URL", "https://api.openai.com/v1"),
            new Variable("OFFHOOK_PUBLIC_URL", "-"),
            new Variable("OFFHOOK_TWILIO_URL", "https://api.twilio.com"),
            new Variable("OFFHOOK_JDBC_URL", "jdbc:sqlite:OFFHOOK_HOME/offhook.db"),
            new Variable("OFFHOOK_AGENT", "agent.yaml"),
            new Variable("OFFHOOK_HOME", "~/.offhook"),
            new Variable("OFFHOOK_ADMIN_TOKEN", "-"),
            new Variable("OFFHOOK_HANDOFF_LINK", "30m"),
            new Variable("OFFHOOK_CALLBACK_RETENTION", "90d"),
            new Variable("OFFHOOK_SMTP_URL", "-"),
            new Variable("OFFHOOK_MAIL_FROM", "-"),
            new Variable("OFFHOOK_LOG", "INFO"),
            new Variable("OFFHOOK_DRAIN_DEADLINE", "15m"),
            new Variable("OFFHOOK_DRAIN_CONVERGE", "10s"),
            new Variable("OTEL_SEMCONV_STABILITY_OPT_IN", "-"),
            new Variable("PORT", "8080"));

    /// Two tokens are accepted while the account rotates them; the first one signs what we send.
    public record Twilio(
            Optional<String> accountSid,
            List<Secret> authTokens,
            Optional<ApiKey> apiKey,
            Optional<Realm> realm,
            Optional<String> workflowSid,
            URI restUrl) {}

    public record ApiKey(String sid, Secret secret) {}

    /// Where Twilio processes the account's data; region and edge only mean something together.
    public record Realm(String region, String edge) {}

    public record OpenAi(Optional<Secret> apiKey, URI baseUrl) {}

    /// How long a stopping server waits: `converge` before it refuses late calls, `deadline` for the live ones.
    public record Drain(Duration deadline, Duration converge) {}

    /// One attempt.
    ///
    /// @param settings without what the mistakes are about
    /// @param mistakes every variable that holds something unusable
    public record Reading(Settings settings, List<Mistake> mistakes) {
        public Reading {
            mistakes = List.copyOf(mistakes);
        }

        /// What serving lacks beside what is wrong: a variable that holds something unusable is not missing, too.
        public List<Mistake> missingForServing(boolean withOpenAi) {
            return settings.missingForServing(withOpenAi).stream()
                    .filter(missing -> mistakes.stream().noneMatch(wrong -> variable(wrong).equals(variable(missing))))
                    .toList();
        }

        private static String variable(Mistake mistake) {
            return mistake.what().split(" ", 2)[0];
        }
    }

    /// Reads the environment as far as it goes, for whoever has more to report.
    public static Reading read(Map<String, String> environment) {
        var mistakes = new ArrayList<Mistake>();
        var settings = new SettingsReader(environment, mistakes).read();
        return new Reading(settings, mistakes);
    }

    /// Reads the environment.
    ///
    /// @throws ConfigException with every variable that holds something unusable
    public static Settings from(Map<String, String> environment) {
        var reading = read(environment);
        if (!reading.mistakes().isEmpty()) {
            throw new ConfigException(reading.mistakes());
        }
        return reading.settings();
    }

    /// What is missing for answering real calls; `withOpenAi` when at least one agent speaks through OpenAI.
    public List<Mistake> missingForServing(boolean withOpenAi) {
        var missing = new ArrayList<Mistake>();
        if (twilio.accountSid().isEmpty()) {
            missing.add(missing(
                    "TWILIO_ACCOUNT_SID",
                    "Set it to the account's SID (AC…; Twilio console, Account > API keys & tokens)."));
        }
        if (twilio.authTokens().isEmpty()) {
            missing.add(
                    missing(
                            "TWILIO_AUTH_TOKEN",
                            "Set it to the account's auth token (Twilio console, Account > API keys & tokens); it proves that a webhook comes from Twilio."));
        }
        if (publicUrl.isEmpty()) {
            missing.add(
                    missing(
                            "OFFHOOK_PUBLIC_URL",
                            "Set it to the https address under which Twilio reaches this server, such as https://voice.example.com."));
        }
        if (withOpenAi && openAi.apiKey().isEmpty()) {
            missing.add(
                    missing(
                            "OPENAI_API_KEY",
                            "Set it to a key of the OpenAI project (platform.openai.com/api-keys), or use engine: demo in agent.yaml."));
        }
        return List.copyOf(missing);
    }

    /// Refuses to go on without what real calls need.
    ///
    /// @throws ConfigException when [#missingForServing] finds something
    public void requireForServing(boolean withOpenAi) {
        var missing = missingForServing(withOpenAi);
        if (!missing.isEmpty()) {
            throw ConfigException.missing(missing);
        }
    }

    private static Mistake missing(String name, String fix) {
        return new Mistake("environment", name + " is missing.", fix);
    }
}
