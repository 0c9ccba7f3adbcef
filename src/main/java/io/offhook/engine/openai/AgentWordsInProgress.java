package io.offhook.engine.openai;

import io.offhook.call.ContentId;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The agent's words as they come in pieces, for when the engine ends before it has said them all. Bounded in contents
/// and in length. One per session.
final class AgentWordsInProgress {
    static final int MAX_CONTENTS = 64;
    static final int MAX_CHARACTERS = 64 << 10;

    private final Map<ContentId, StringBuilder> words = new LinkedHashMap<>();

    /// Whether there was room; words too long are cut.
    boolean add(ContentId content, String piece) {
        if (words.size() == MAX_CONTENTS && !words.containsKey(content)) {
            return false;
        }
        var all = words.computeIfAbsent(content, _ -> new StringBuilder());
        all.append(piece, 0, Math.min(piece.length(), MAX_CHARACTERS - all.length()));
        return true;
    }

    /// The engine gave all words of this content at once.
    void completed(ContentId content) {
        words.remove(content);
    }

    /// Takes out what there is of one reply, or of all, in its order.
    Map<ContentId, String> take(Optional<String> reply) {
        var taken = new LinkedHashMap<ContentId, String>();
        words.forEach((content, text) -> {
            if (reply.isEmpty() || reply.get().equals(content.reply())) {
                taken.put(content, text.toString());
            }
        });
        words.keySet().removeAll(taken.keySet());
        return taken;
    }

    void clear() {
        words.clear();
    }
}
