package io.offhook.cli;

import io.offhook.AgentPlans;
import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentProfile;
import io.offhook.agent.CostLimit;
import io.offhook.agent.EngineWords;
import io.offhook.call.Destination.Mailbox;
import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import io.offhook.config.Settings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a command finds around it: settings, agents, and all that is wrong or missing there, so that it can be said at
/// once.
///
/// @param agents   if all of them can be read
/// @param drafts   every agent as far as it can be read
/// @param mistakes what is wrong with settings and files
/// @param missing  settings that serving these agents needs
record Surroundings(
        Settings settings,
        Optional<AgentDirectory> agents,
        List<AgentProfile> drafts,
        List<Mistake> mistakes,
        List<Mistake> missing) {

    /// How the way out is told by whoever finds it.
    static final String ANY_NAME = "Set it to an https address. For offhook call any name does, such as"
            + " https://voice.example.com: it dials the server's own port.";

    /// @param files instead of those that the environment names; empty for those
    static Surroundings of(List<Path> files, Map<String, String> environment) {
        var reading = Settings.read(environment);
        var mistakes = new ArrayList<>(reading.mistakes());
        var opening = AgentDirectory.attempt(files.isEmpty() ? reading.settings().agentFiles() : files, environment);
        mistakes.addAll(opening.mistakes());
        return new Surroundings(
                reading.settings(),
                opening.agents(),
                opening.drafts(),
                List.copyOf(mistakes),
                reading.missingForServing(opening.useOpenAi()));
    }

    /// What keeps the tools of these agents from being made, as far as their files can be read.
    List<Mistake> toolMistakes() {
        return AgentPlans.mistakes(drafts);
    }

    /// What may well be right, or can be done without, but hardly is what anybody wants.
    List<Mistake> warnings() {
        var warnings = new ArrayList<Mistake>();
        settings.publicUrl()
                .filter(url -> "http".equalsIgnoreCase(url.getScheme()))
                .ifPresent(url -> warnings.add(new Mistake(
                        "OFFHOOK_PUBLIC_URL",
                        url + " carries no call: streams need https (error 31922).",
                        ANY_NAME)));
        for (var agent : drafts) {
            warnings.addAll(EngineWords.doubts(agent));
            warnings.addAll(CostLimit.doubts(agent));
            if (settings.mail().isEmpty()) {
                agent.escalation().mailboxes().values().stream()
                        .sorted(Comparator.comparing(Mailbox::name))
                        .map(mailbox -> unserved(agent, mailbox))
                        .forEach(warnings::add);
            }
        }
        return warnings;
    }

    private static Mistake unserved(AgentProfile agent, Mailbox mailbox) {
        return new Mistake(
                agent.name() + ": " + mailbox.name(),
                "Nobody writes to " + mailbox.address() + " about messages: OFFHOOK_SMTP_URL is not set.",
                "Set OFFHOOK_SMTP_URL and OFFHOOK_MAIL_FROM; until then a webhook can tell of voicemail.left.");
    }

    /// @throws ConfigException with everything that is wrong or missing, the tools included
    AgentDirectory agentsToServe() {
        if (mistakes.isEmpty() && missing.isEmpty()) {
            return agents.orElseThrow();
        }
        var all = new ArrayList<>(mistakes);
        all.addAll(toolMistakes());
        boolean onlyMissing = all.isEmpty();
        all.addAll(missing);
        throw onlyMissing ? ConfigException.missing(all) : new ConfigException(all);
    }
}
