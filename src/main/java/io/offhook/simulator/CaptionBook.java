package io.offhook.simulator;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;

/// Knows the words of clips by their exact bytes. There is no speech recognition in it: a caller's audio passes through
/// the telephone side and Offhook unchanged, so a window of bytes from the middle of a clip finds it again, whatever
/// silence or padding surrounds it. Immutable.
public final class CaptionBook {
    private static final int WINDOW = 160;
    private static final int HASHED = 32;
    private static final long PRIME = 1_099_511_628_211L;
    private static final long OLDEST = power(HASHED - 1);

    /// Where a clip is recognised.
    private static final class Mark {
        private final byte[] clip;
        private final int at;
        private final String caption;

        Mark(byte[] clip, int at, String caption) {
            this.clip = clip;
            this.at = at;
            this.caption = caption;
        }

        boolean isAt(byte[] audio, int from) {
            int length = Math.min(WINDOW, clip.length - at);
            return from + length <= audio.length
                    && Arrays.equals(clip, at, at + length, audio, from, from + length);
        }
    }

    private final Map<Long, List<Mark>> marks = new HashMap<>();

    private CaptionBook(Map<String, byte[]> clips) {
        clips.forEach((caption, clip) -> {
            int at = mostVariedWindow(clip);
            marks.computeIfAbsent(hash(clip, at), _ -> new ArrayList<>()).add(new Mark(clip, at, caption));
        });
    }

    /// @param clips mu-law audio by its words
    public static CaptionBook of(Map<String, byte[]> clips) {
        return new CaptionBook(clips);
    }

    public static CaptionBook empty() {
        return new CaptionBook(Map.of());
    }

    /// The clips that come with Offhook: `clips/<name>.ulaw` with their words in `clips/clips.properties`. Empty when
    /// there are none.
    public static CaptionBook fromResources() {
        var clips = new LinkedHashMap<String, byte[]>();
        captions().forEach((name, caption) -> clip(name).ifPresent(audio -> clips.put(caption, audio)));
        return new CaptionBook(clips);
    }

    /// The words of each clip that comes with Offhook, by name.
    public static Map<String, String> captions() {
        try (var in = CaptionBook.class.getResourceAsStream("clips/clips.properties")) {
            if (in == null) {
                return Map.of();
            }
            var properties = new Properties();
            properties.load(new InputStreamReader(in, StandardCharsets.UTF_8));
            var captions = new LinkedHashMap<String, String>();
            properties.stringPropertyNames().stream()
                    .sorted()
                    .forEach(name -> captions.put(name, properties.getProperty(name, "")));
            return captions;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The audio of a clip that comes with Offhook.
    public static Optional<byte[]> clip(String name) {
        try (var in = CaptionBook.class.getResourceAsStream("clips/" + name + ".ulaw")) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The words in a piece of audio, several clips in the order in which they are heard; empty when none is known.
    public Optional<String> captionOf(byte[] audio) {
        if (audio.length < WINDOW || marks.isEmpty()) {
            return Optional.empty();
        }
        var heard = new ArrayList<String>();
        long hash = hash(audio, 0);
        for (int at = 0; ; at++) {
            for (var mark : marks.getOrDefault(hash, List.of())) {
                if (mark.isAt(audio, at)) {
                    heard.add(mark.caption);
                }
            }
            if (at + HASHED >= audio.length) {
                break;
            }
            hash = (hash - audio[at] * OLDEST) * PRIME + audio[at + HASHED];
        }
        return heard.isEmpty() ? Optional.empty() : Optional.of(String.join(" ", heard));
    }

    /// Near the middle, so that a cut at either end does no harm, and where the sound changes most, so that no other
    /// clip has the same bytes.
    private static int mostVariedWindow(byte[] clip) {
        if (clip.length < 3 * WINDOW) {
            throw new IllegalArgumentException("a clip must be at least 60 ms long");
        }
        int best = clip.length / 2 - WINDOW / 2;
        int most = 0;
        for (int at = clip.length * 2 / 5; at + WINDOW < clip.length * 3 / 5; at += WINDOW / 2) {
            var seen = new boolean[256];
            int different = 0;
            for (int i = 0; i < WINDOW; i++) {
                int code = clip[at + i] & 0xFF;
                different += seen[code] ? 0 : 1;
                seen[code] = true;
            }
            if (different > most) {
                most = different;
                best = at;
            }
        }
        return best;
    }

    private static long hash(byte[] audio, int from) {
        long hash = 0;
        for (int i = from; i < from + HASHED; i++) {
            hash = hash * PRIME + audio[i];
        }
        return hash;
    }

    private static long power(int exponent) {
        long result = 1;
        for (int i = 0; i < exponent; i++) {
            result *= PRIME;
        }
        return result;
    }
}
