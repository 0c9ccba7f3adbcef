package io.offhook.telephony;

import io.offhook.call.Handoff;
import java.util.Optional;

/// What a human who picked up hears before the caller does: short enough for someone who stands with a phone in the
/// hand.
///
/// @param about    what the call is about, ten seconds of speech at most; empty when nothing is known
/// @param language the language that it is written in; empty when nothing is known
public record Whisper(String about, String language) {
    public static final Whisper OF_NOTHING = new Whisper("", "");

    /// Ten seconds at an unhurried pace.
    private static final int MAX_WORDS = 24;

    private static final int MAX_CHARACTERS = 160;

    /// Reason and summary as one line of plain words, cut between words.
    public static Whisper of(Handoff handoff) {
        var about = new StringBuilder();
        int count = 0;
        for (var word : words(handoff)) {
            if (++count > MAX_WORDS || about.length() + word.length() >= MAX_CHARACTERS) {
                break;
            }
            about.append(about.isEmpty() ? "" : " ").append(word);
        }
        return new Whisper(about.toString(), handoff.language());
    }

    /// The same for a call that may have none.
    public static Whisper of(Optional<Handoff> handoff) {
        return handoff.map(Whisper::of).orElse(OF_NOTHING);
    }

    private static String[] words(Handoff handoff) {
        var reason = plain(handoff.reason());
        var summary = plain(handoff.summary());
        boolean sentence = reason.isEmpty() || reason.matches(".*[.!?]");
        // A summary often begins by repeating the reason.
        var rest = summary.startsWith(reason) ? summary.substring(reason.length()) : summary;
        var text = (reason + (sentence ? " " : ". ") + rest).strip();
        return text.isEmpty() ? new String[0] : text.split(" +", -1);
    }

    /// Without what is no speech: control characters, and the signs that markup is made of.
    private static String plain(String text) {
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}\\p{Cs}\\s<>{}\\[\\]\\\\|]+", " ").strip();
    }

    /// Without what the caller said.
    @Override
    public String toString() {
        return "Whisper[" + about.length() + " characters]";
    }
}
