package io.offhook.call;

import java.util.Map;

/// What is known of a call besides what is said in it.
///
/// @param language the language of the call, such as `es`
/// @param open     whether the company's people are at work
/// @param caller   what the records say about the caller, such as `tier` = `gold`; empty for a stranger
public record Circumstances(String language, boolean open, Map<String, String> caller) {
    public Circumstances {
        caller = Map.copyOf(caller);
    }

    @Override
    public String toString() {
        return "Circumstances[" + language + ", " + (open ? "open" : "closed") + ", " + caller.size() + " attributes]";
    }
}
