package io.offhook.call;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What the engine has written about a conversation, beside it. A model's words: bounded by whoever read them, and
/// believed only as far as [Story#with(Digest, List, List)] finds them in the conversation.
///
/// @param summary one paragraph; never blank
/// @param topics  names, perhaps of the operator's topics
/// @param facts   by name, in the order in which they were written
public record Digest(String summary, List<String> topics, Map<String, String> facts) {
    public Digest {
        topics = List.copyOf(topics);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
    }

    /// Without a word of it.
    @Override
    public String toString() {
        return "Digest[" + summary.length() + " characters, " + topics.size() + " topics, " + facts.size() + " facts]";
    }
}
