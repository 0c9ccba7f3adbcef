package io.offhook.outbox;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An event as a mail for a human: who called, when, about what, and where the message is. Callers and models have a part in
/// its text, so the subject is always a single line without control characters.
record Letter(String subject, String text) {
    private static final int SUBJECT_MAX = 120;
    private static final int TEXT_MAX = 4_000;
    private static final DateTimeFormatter WHEN =
            DateTimeFormatter.ofPattern("d MMMM yyyy, HH:mm 'UTC'", Locale.ENGLISH).withZone(ZoneOffset.UTC);

    Letter {
        subject = line(subject, SUBJECT_MAX);
    }

    /// @param body an event, see docs/webhooks.md
    static Letter of(String body) {
        var event = JsonMapper.shared().readTree(body);
        var call = event.path("call");
        var from = text(call, "from").orElse("unknown number");
        var handoff = event.path("handoff");
        var voicemail = event.path("voicemail");
        boolean message = voicemail.isObject();
        var lines = new ArrayList<String>();
        lines.add(message ? "A caller left a message." : "There is news of a call.");
        lines.add("");
        row(lines, "From", Optional.of(from));
        row(lines, "When", text(event, "at").map(at -> WHEN.format(Instant.parse(at))));
        row(lines, "Length", length(voicemail));
        row(lines, "Urgency", text(handoff, "urgency"));
        row(lines, "Reason", text(handoff, "reason"));
        summary(lines, handoff);
        lines.add("");
        row(lines, "Recording", text(voicemail, "recording"));
        // No address of ours: whoever opens it is asked for what only the operator has.
        row(lines, "", text(voicemail, "recording").map(_ -> "(at Twilio, which asks for the account's login)"));
        var about = (message ? "Voicemail from " : "Call from ") + from
                + length(voicemail).map(length -> " (" + length + ")").orElse("")
                + text(handoff, "reason").map(reason -> ": " + reason).orElse("");
        return new Letter(about, lines.stream().collect(Collectors.joining("\r\n", "", "\r\n")));
    }

    /// The story has one in any case, also when the agent wrote none. None of them is a human's.
    private static void summary(List<String> lines, JsonNode handoff) {
        var story = handoff.path("story");
        row(lines, "Summary", text(story, "summary").or(() -> text(handoff, "summary")));
        row(lines, "Source", text(story, "summary").map(_ -> "machine-made, " + switch (text(story, "by").orElse("")) {
            case "agent" -> "written by the agent";
            case "engine" -> "written by the engine";
            default -> "put together by rule";
        }));
    }

    private static void row(List<String> lines, String label, Optional<String> value) {
        value.ifPresent(text -> lines.add(String.format(Locale.ROOT, "%-10s%s", label, line(text, TEXT_MAX))));
    }

    private static Optional<String> length(JsonNode voicemail) {
        return Optional.of(voicemail.path("seconds"))
                .filter(JsonNode::isNumber)
                .map(seconds -> String.format(Locale.ROOT, "%d:%02d", seconds.asInt() / 60, seconds.asInt() % 60));
    }

    private static Optional<String> text(JsonNode node, String key) {
        return Optional.of(node.path(key))
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .filter(text -> !text.isBlank());
    }

    /// One line: whatever breaks lines, controls a terminal or turns the direction of writing becomes a blank.
    private static String line(String text, int longest) {
        var plain = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Zl}\\p{Zp}]+", " ").strip();
        if (plain.codePointCount(0, plain.length()) <= longest) {
            return plain;
        }
        return plain.substring(0, plain.offsetByCodePoints(0, longest - 1)) + "\u2026";
    }
}
