package io.offhook.call;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/// What is known of a call at one moment besides what is said in it.
///
/// @param language the language in which the agent answers, such as `es`; what the caller speaks is a signal
/// @param open     whether the company's people are at work
/// @param caller   what the records say about the caller, such as `tier` = `gold`; empty for a stranger
/// @param urgency  how soon a person is needed; empty as long as none is
public record Circumstances(
        String language, boolean open, Map<String, String> caller, Optional<Handoff.Urgency> urgency) {
    /// Whether the company's people are at work at a time of the call's clock. Pure.
    @FunctionalInterface
    public interface Office {
        Office ALWAYS_OPEN = _ -> true;

        boolean open(Instant at);
    }

    public Circumstances {
        caller = Map.copyOf(caller);
    }

    /// Of a caller who needs nobody yet.
    public Circumstances(String language, boolean open, Map<String, String> caller) {
        this(language, open, caller, Optional.empty());
    }

    /// The same for a caller who needs a person this soon.
    public Circumstances needing(Handoff.Urgency how) {
        return new Circumstances(language, open, caller, Optional.of(how));
    }

    @Override
    public String toString() {
        return "Circumstances[" + language + ", " + (open ? "open" : "closed") + ", " + caller.size() + " attributes]";
    }
}
