package io.offhook.simulator;

import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/// Say, Play and Pause: sounds of the network itself. A sentence takes as long as a voice needs for it.
final class Prompts {
    private static final int CHARACTERS_A_SECOND = 15;
    private static final int MAX_SAY_BYTES = 4_096;
    private static final int MAX_LOOPS = 1_000;

    private final SimulatedCall call;
    private final Leg leg;

    Prompts(SimulatedCall call, Leg leg) {
        this.call = call;
        this.leg = leg;
    }

    /// Gives false when a key or a word ended it (only where they are collected).
    boolean perform(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        int loop = verb.number("loop", 1);
        int times = loop == 0 ? MAX_LOOPS : loop;
        return switch (verb.name()) {
            case "Pause" -> leg.line().sleepUnlessAnswered(Duration.ofSeconds(verb.number("length", 1)));
            case "Say" -> {
                boolean through = true;
                for (int i = 0; i < times && through; i++) {
                    through = say(verb.text(), verb.or("language", ""));
                }
                yield through;
            }
            default -> {
                boolean through = true;
                for (int i = 0; i < times && through; i++) {
                    through = play(verb, document);
                }
                yield through;
            }
        };
    }

    private boolean say(String text, String language) {
        if (text.isBlank()) {
            call.notice(13520, "Say: invalid text: empty");
            return true;
        }
        if (text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > MAX_SAY_BYTES) {
            call.notice(13520, "Say: invalid text: longer than " + MAX_SAY_BYTES + " bytes");
            return true;
        }
        if (!SayLanguages.speaks(language)) {
            call.notice(12200, "Say: no voice speaks " + language);
            return true;
        }
        return speak(text);
    }

    boolean speak(String text) {
        boolean toCaller = leg.role() != Leg.Role.CALLEE;
        var to = leg.parameters().get().getOrDefault("To", "");
        call.step(at -> toCaller ? new CallStep.Said(at, text) : new CallStep.Whispered(at, to, text));
        return hear(toCaller, Heard.Source.SAY, text, Duration.ofMillis(1_000L * text.length() / CHARACTERS_A_SECOND));
    }

    private boolean play(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        if (!verb.or("digits", "").isEmpty()) {
            return leg.line()
                    .sleepUnlessAnswered(
                            Duration.ofMillis(500L * verb.or("digits", "").length()));
        }
        var url = document.resolve(verb.text());
        var result = leg.line().await(call.carrier().webhooks().send("GET", url, Map.of(), Webhooks.Signing.RIGHT));
        if (!(result instanceof Webhooks.Result.Got got) || !got.ok()) {
            call.notice(11200, "HTTP retrieval failure: " + url);
            return true;
        }
        var clip = sound(url, got);
        call.step(at -> new CallStep.Played(at, url, clip.length()));
        return hear(leg.role() != Leg.Role.CALLEE, Heard.Source.PLAY, url, clip);
    }

    private Clip sound(String url, Webhooks.Result.Got got) {
        var type = got.contentType().toLowerCase(Locale.ROOT);
        var bytes = got.body().getBytes();
        try {
            if (bytes.length > 4 && bytes[0] == 'R' && bytes[1] == 'I') {
                return WavFile.read(bytes).toClip();
            }
            if (type.startsWith("audio/basic") || type.startsWith("audio/ulaw") || type.startsWith("audio/x-mulaw")) {
                return Clip.of(bytes);
            }
            if (type.startsWith("audio/mp3") || type.startsWith("audio/mpeg")) {
                // 128 kbit/s; what is in it stays unheard.
                return Clip.silence(Duration.ofMillis(bytes.length / 16));
            }
            call.notice(12300, "Play: invalid Content-Type " + got.contentType() + " of " + url);
        } catch (IOException e) {
            call.notice(12300, "Play: " + e.getMessage());
        }
        return Clip.silence(Duration.ZERO);
    }

    private boolean hear(boolean toCaller, Heard.Source source, String words, Clip clip) {
        var from = call.sinceRing();
        boolean through = true;
        try {
            call.sound();
            through = leg.line().sleepUnlessAnswered(clip.length());
            return through;
        } finally {
            var heard = shorter(call.sinceRing().minus(from), clip.length());
            if (toCaller) {
                int size = (int) SimulatedCall.position(heard);
                call.heard(source, from, heard, words, java.util.Arrays.copyOf(clip.muLaw(), size));
            }
        }
    }

    private boolean hear(boolean toCaller, Heard.Source source, String text, Duration length) {
        var from = call.sinceRing();
        try {
            if (toCaller) {
                call.sound();
            }
            return leg.line().sleepUnlessAnswered(length);
        } finally {
            var heard = shorter(call.sinceRing().minus(from), length);
            if (toCaller) {
                int characters = (int) Math.min(text.length(), heard.toMillis() * CHARACTERS_A_SECOND / 1_000 + 1);
                call.heard(source, from, heard, text.substring(0, characters), new byte[0]);
            }
        }
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
