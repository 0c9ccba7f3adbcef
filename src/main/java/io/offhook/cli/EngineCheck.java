package io.offhook.cli;

import io.offhook.AgentPlans;
import io.offhook.agent.AgentProfile;
import io.offhook.agent.EngineChoice;
import io.offhook.call.EngineFault;
import io.offhook.config.Settings;
import io.offhook.engine.Brief;
import io.offhook.engine.openai.SessionTrial;
import io.offhook.engine.openai.SessionTrial.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What `offhook check` finds out from the engine: whether it opens a session for each agent, with all that the agent
/// says about itself, as it must for each call.
final class EngineCheck {
    private static final String KEY = "OPENAI_API_KEY";
    private static final String LIMITS = "Look at the limits and the credit of the OpenAI project.";

    private final AgentProfile agent;
    private final String model;
    private final String whose;

    private EngineCheck(AgentProfile agent, boolean oneOfSeveral) {
        this.agent = agent;
        this.model = agent.engine().model();
        this.whose = oneOfSeveral ? ", agent " + agent.name() : "";
    }

    /// Empty when no agent speaks through OpenAI, or none of them can be made ready. What is wrong for all of them is
    /// said once.
    ///
    /// @param patience for each of them
    static List<Finding> of(Settings.OpenAi settings, List<AgentProfile> agents, Duration patience)
            throws InterruptedException {
        var key = settings.apiKey();
        var speaking = agents.stream()
                .filter(agent -> agent.engine().kind() == EngineChoice.Kind.OPENAI)
                .toList();
        var findings = new ArrayList<Finding>();
        if (key.isEmpty() || speaking.isEmpty()) {
            return findings;
        }
        try (var trial = new SessionTrial(settings.baseUrl(), key.get().reveal())) {
            for (var agent : speaking) {
                var brief = AgentPlans.brief(agent);
                if (brief.isPresent()) {
                    var outcome = trial.of(brief.get(), patience);
                    findings.add(new EngineCheck(agent, speaking.size() > 1).finding(outcome, brief.get()));
                    if (ofAll(outcome)) {
                        break;
                    }
                }
            }
        }
        return findings;
    }

    /// Whether another agent would find the same.
    private static boolean ofAll(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Opened _ -> false;
            case Outcome.Answered(var status) -> status == 401 || status == 429 || status >= 500;
            case Outcome.Refused(var code, _, _) -> code.equals("invalid_api_key");
            case Outcome.Failed _ -> true;
        };
    }

    private Finding finding(Outcome outcome, Brief brief) {
        return switch (outcome) {
            case Outcome.Opened(var took) ->
                Finding.ok(KEY, "realtime session opened in " + took.toMillis() + " ms (" + model + ")" + whose);
            case Outcome.Answered(var status) -> answered(status);
            case Outcome.Refused(var code, var setting, var message) -> refused(code, setting, message, brief);
            case Outcome.Failed(var fault) -> failed(fault);
        };
    }

    private Finding answered(int status) {
        var text = "HTTP " + status + " instead of a session (" + model + ")" + whose;
        return switch (status) {
            case 401, 403 ->
                Finding.error(
                        OffhookCommand.CREDENTIALS,
                        KEY,
                        "refused with " + text,
                        "Check the key, and that its project may use " + model + ".");
            case 429 -> Finding.error(OffhookCommand.FOUND_ERRORS, KEY, text, LIMITS);
            default ->
                Finding.error(
                        OffhookCommand.FOUND_ERRORS,
                        KEY,
                        text,
                        status >= 500
                                ? "Try again in a minute; status.openai.com says whether it is known."
                                : "Check OPENAI_BASE_URL, and engine in agent.yaml.");
        };
    }

    private Finding refused(String code, String setting, String message, Brief brief) {
        var said = message.isEmpty() ? code : message;
        return switch (code) {
            case "invalid_api_key" ->
                Finding.error(OffhookCommand.CREDENTIALS, KEY, "refused by the engine" + whose, "Check the key.");
            case "rate_limit_exceeded", "insufficient_quota" ->
                Finding.error(OffhookCommand.FOUND_ERRORS, KEY, "no session: " + said, LIMITS);
            case "server_error" ->
                Finding.error(OffhookCommand.FOUND_ERRORS, KEY, "no session: " + said, "Try again in a minute.");
            default -> {
                var key = code.equals("model_not_found") ? "engine" : key(setting);
                yield Finding.error(
                        OffhookCommand.USAGE,
                        key.isEmpty() ? agent.name() : agent.name() + ": " + key,
                        "the engine refuses " + (key.isEmpty() ? "the session" : value(key, brief)) + ": " + said,
                        key.isEmpty()
                                ? "Look for what it names in agent.yaml; every call of this agent would fail."
                                : "Correct " + key + " in agent.yaml; every call of this agent would fail.");
            }
        };
    }

    /// Where agent.yaml has what the session's configuration calls this; empty for what is not from there.
    private String key(String setting) {
        var language = "languages." + agent.defaultLanguage().code();
        return switch (setting.replaceFirst("^session\\.", "").replaceFirst("\\[.*", "")) {
            case "model" -> "engine";
            case "audio.output.voice" -> language + ".voice";
            case "audio.output.speed" -> "engine.speed";
            case "audio.input.transcription.language" -> language;
            case "audio.input.transcription.model", "audio.input.transcription" -> "engine.transcription";
            case "instructions" -> "instructions";
            case "tools" -> "tools";
            case String noise when noise.startsWith("audio.input.noise_reduction") -> "engine.noise_reduction";
            case String turns when turns.startsWith("audio.input.turn_detection") -> "engine.vad";
            case String effort when effort.startsWith("reasoning") -> "engine.reasoning";
            default -> "";
        };
    }

    private String value(String key, Brief brief) {
        return switch (key) {
            case "engine" -> "the model \"" + model + "\"";
            case "engine.transcription" -> "\"" + agent.engine().transcription() + "\"";
            case String voice when voice.endsWith(".voice") -> "the voice \"" + brief.voice() + "\"";
            default -> key;
        };
    }

    private Finding failed(EngineFault fault) {
        return switch (fault.kind()) {
            case UNREACHABLE, TIMEOUT, TLS ->
                Finding.error(
                        OffhookCommand.UNREACHABLE,
                        KEY,
                        "can't be tried: the engine can't be reached (" + fault.slug() + ")",
                        "Check that this machine reaches the internet, and that OPENAI_BASE_URL is right.");
            default ->
                Finding.error(
                        OffhookCommand.FOUND_ERRORS,
                        KEY,
                        "the session was over before it began (" + fault.slug() + ")" + whose,
                        "Check that OPENAI_BASE_URL leads to a Realtime API.");
        };
    }
}
