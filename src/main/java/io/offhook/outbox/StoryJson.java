package io.offhook.outbox;

import io.offhook.call.Story;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/// A call's story as programs get it, by webhook and by `GET /api/calls/{CallSid}`; described in docs/webhooks.md. What is
/// not known is absent. Pure.
public final class StoryJson {
    private StoryJson() {}

    /// @param redaction what is done to each text that a caller, a model or a tool has a part in
    public static Map<String, Object> of(Story story, UnaryOperator<String> redaction) {
        var map = new LinkedHashMap<String, Object>();
        map.put("summary", redaction.apply(story.summary()));
        map.put("by", story.source().name().toLowerCase(Locale.ROOT));
        if (story.mood() != Story.Mood.UNKNOWN) {
            map.put("mood", story.mood().name().toLowerCase(Locale.ROOT));
        }
        story.name().ifPresent(name -> map.put("name", redaction.apply(name)));
        put(map, "customer", story.customer(), redaction);
        put(map, "topics", story.topics(), redaction);
        put(map, "facts", story.facts(), redaction);
        put(map, "mentioned", story.mentioned(), redaction);
        put(map, "done", story.done(), redaction);
        put(map, "promised", story.promised(), redaction);
        put(map, "do_not_ask", story.doNotAsk(), redaction);
        if (!story.opening().isBlank()) {
            map.put("opening", redaction.apply(story.opening()));
        }
        return map;
    }

    private static void put(
            Map<String, Object> into, String key, List<String> texts, UnaryOperator<String> redaction) {
        if (!texts.isEmpty()) {
            into.put(key, texts.stream().map(redaction).toList());
        }
    }

    private static void put(
            Map<String, Object> into, String key, Map<String, String> texts, UnaryOperator<String> redaction) {
        if (!texts.isEmpty()) {
            var redacted = new LinkedHashMap<String, String>();
            texts.forEach((name, text) -> redacted.put(name, redaction.apply(text)));
            into.put(key, redacted);
        }
    }
}
