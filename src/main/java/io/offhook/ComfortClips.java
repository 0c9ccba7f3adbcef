package io.offhook;

import io.offhook.call.AudioFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// What callers hear who wait for the engine: "one moment, please" in the languages that were recorded, and two soft
/// tones in all others, so that nobody takes the silence for a dead line. Any thread.
final class ComfortClips {
    private static final Map<String, List<AudioFrame>> WORDS = Map.of(
            "en", clip("one-moment"),
            "es", clip("one-moment-es"),
            "de", clip("one-moment-de"),
            "fr", clip("one-moment-fr"),
            "pt", clip("one-moment-pt"));
    private static final List<AudioFrame> TONES = clip("two-tones");

    private ComfortClips() {}

    /// @param language such as `es` or `es-MX`
    static List<AudioFrame> in(String language) {
        return WORDS.getOrDefault(Locale.forLanguageTag(language).getLanguage(), TONES);
    }

    private static List<AudioFrame> clip(String name) {
        try (var clip = ComfortClips.class.getResourceAsStream("/io/offhook/live/" + name + ".ulaw")) {
            if (clip == null) {
                throw new IllegalStateException("the program brings the clip " + name);
            }
            return AudioFrame.frames(clip.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
