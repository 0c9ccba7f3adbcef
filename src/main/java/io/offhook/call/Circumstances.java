package io.offhook.call;

import java.time.Instant;
import java.util.Map;

/// What is known of a call at one moment besides what is said in it.
///
/// @param language    the language in which the agent answers, such as `es`; what the caller speaks is a signal
/// @param open        whether the company's people are at work
/// @param caller      what the records say about the caller, such as `tier` = `gold`; empty for a stranger
/// @param attestation the network's word on the caller's number, see [Identity]
public record Circumstances(String language, boolean open, Map<String, String> caller, String attestation) {
    /// Whether the company's people are at work at a time of the call's clock. Pure.
    @FunctionalInterface
    public interface Office {
        Office ALWAYS_OPEN = _ -> true;

        boolean open(Instant at);
    }

    public Circumstances {
        caller = Map.copyOf(caller);
    }

    /// Of a call of whose number the network says nothing.
    public Circumstances(String language, boolean open, Map<String, String> caller) {
        this(language, open, caller, "");
    }

    @Override
    public String toString() {
        return "Circumstances[" + language + ", " + (open ? "open" : "closed") + ", " + caller.size() + " attributes]";
    }
}
