package io.offhook.telephony;

import io.offhook.call.Handoff;

/// What a human who picked up hears before the caller does: short enough for someone who stands with a phone in the
/// hand.
///
/// @param about    what the call is about, ten seconds of speech at most; empty when nothing is known
/// @param language the language that it is written in; empty when nothing is known
/// @param ask      how to take the call
public record Whisper(String about, String language, Ask ask) {
    public static final Whisper OF_NOTHING = new Whisper("", "", Ask.ENGLISH);

    /// Twelve seconds, for a human who is not kept waiting by the caller's silence.
    private static final int MAX_STORY_WORDS = 28;

    private static final int MAX_STORY_CHARACTERS = 180;

    /// Ten seconds at an unhurried pace.
    private static final int MAX_WORDS = 24;

    private static final int MAX_CHARACTERS = 160;

    /// The sentence that asks for key 1, and the language that it is in.
    public record Ask(String text, String language) {
        public static final Ask ENGLISH = new Ask("Press 1 to take the call.", "en-US");
    }

    /// Reason and summary as one line of plain words, cut between words. Without a summary of the agent's own, who may be
    /// gone, the one that was made of what the caller said.
    public static Whisper of(Handoff handoff, Ask ask) {
        return told(words(handoff), MAX_WORDS, MAX_CHARACTERS, handoff, ask);
    }

    /// Who calls, and the story's summary, cut between words.
    public static Whisper ofStory(Handoff handoff, Ask ask) {
        var story = handoff.story();
        if (story.summary().isBlank()) {
            return of(handoff, ask);
        }
        var who = story.name().map(Whisper::plain).orElse("");
        var text = (who.isEmpty() ? "" : who + ". ") + story.summary();
        return told(text, MAX_STORY_WORDS, MAX_STORY_CHARACTERS, handoff, ask);
    }

    /// The one way from a text to what a human hears.
    private static Whisper told(String text, int most, int mostCharacters, Handoff handoff, Ask ask) {
        var about = new StringBuilder();
        int count = 0;
        for (var word : plain(text).split(" +", -1)) {
            if (++count > most || about.length() + word.length() >= mostCharacters) {
                break;
            }
            about.append(about.isEmpty() ? "" : " ").append(word);
        }
        return new Whisper(about.toString(), handoff.language(), ask);
    }

    private static String words(Handoff handoff) {
        var reason = plain(handoff.reason());
        var own = handoff.summary();
        var summary = plain(own.isBlank() ? handoff.story().summary() : own);
        boolean sentence = reason.isEmpty() || reason.matches(".*[.!?]");
        // A summary often begins by repeating the reason.
        var rest = summary.startsWith(reason) ? summary.substring(reason.length()) : summary;
        return reason + (sentence ? " " : ". ") + rest;
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
