package io.offhook.agent;

import io.offhook.config.Secret;
import java.net.URI;
import java.util.List;
import java.util.Set;

/// A system that is told what happens in an agent's calls.
///
/// @param name    unique within the agent
/// @param secrets one, or two while they are being rotated; the first is the new one
/// @param events  names such as `call.ended`; never empty
public record WebhookProfile(String name, URI url, List<Secret> secrets, Set<String> events) {
    /// Everything that can be told.
    public static final List<String> EVENTS = List.of("call.ended", "handoff.created", "voicemail.left");

    public WebhookProfile {
        secrets = List.copyOf(secrets);
        events = Set.copyOf(events);
    }

    /// Without the path, which some receivers use as a password.
    @Override
    public String toString() {
        return "WebhookProfile[" + name + ", " + url.getHost() + ", " + events.size() + " events]";
    }
}
