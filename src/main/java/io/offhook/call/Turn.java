package io.offhook.call;

import java.time.Instant;

/// One party's stretch of speech as it was really heard: for the agent, only the words that the caller heard.
///
/// @param item the engine's id for it, or one of ours (`greeting`)
/// @param text what was said and heard; never logged
/// @param cut  whether the caller cut it short
public record Turn(Speaker speaker, String item, String text, boolean cut, Instant at) implements Memory {

    /// Who spoke. `NOTE` is a remark of ours for the model, spoken by nobody.
    public enum Speaker {
        CALLER,
        AGENT,
        NOTE
    }

    @Override
    public String toString() {
        return "Turn[" + speaker + " " + item + ", " + text.length() + " characters]";
    }
}
