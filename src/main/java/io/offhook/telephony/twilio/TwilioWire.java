package io.offhook.telephony.twilio;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.offhook.call.AudioFrame;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.io.JsonStringEncoder;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Twilio's media stream messages, in and out. Pure: knows JSON, knows no sockets. Any thread may use it.
///
/// Nearly all messages are `media` in one of two exact spellings, or the `mark` that comes back for each piece of the
/// agent's speech, so those are read by `scan`, which takes out what matters without parsing. It says no to anything
/// unusual, which then goes to the JSON parser; both must give the same answer.
final class TwilioWire {
    private static final byte[] HEAD = ascii("{\"event\":\"media\",\"sequenceNumber\":\"");
    private static final byte[] MARK_HEAD = ascii("{\"event\":\"mark\",\"sequenceNumber\":\"");
    private static final byte[] MARK = ascii("\",\"mark\":{\"name\":\"");
    private static final byte[] STREAM = ascii("\",\"streamSid\":\"");
    private static final byte[] MEDIA = ascii("\",\"media\":{\"track\":\"inbound\",\"chunk\":\"");
    private static final byte[] TIMESTAMP = ascii("\",\"timestamp\":\"");
    private static final byte[] PAYLOAD = ascii("\",\"payload\":\"");
    private static final byte[] STREAM_AFTER = ascii("\"},\"streamSid\":\"");
    private static final byte[] END = ascii("\"}");
    private static final byte[] END_NESTED = ascii("\"}}");

    private static final int MAX_DIGITS = 15;
    private static final int MAX_NAME = 256;
    private static final Pattern SID = Pattern.compile("[A-Za-z0-9]{1,64}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1," + MAX_DIGITS + "}");

    /// 1: base64 alphabet; 2: letter or digit (an SID); 4: digit; 8: what our own mark names are made of.
    private static final byte[] KIND = new byte[256];

    static {
        for (int c = 0; c < 128; c++) {
            boolean digit = c >= '0' && c <= '9';
            boolean sid = digit || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
            boolean name = sid || c == ':' || c == '_' || c == '-';
            KIND[c] = (byte)
                    ((sid || c == '+' || c == '/' ? 1 : 0) | (sid ? 2 : 0) | (digit ? 4 : 0) | (name ? 8 : 0));
        }
    }

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxStringLength(512 * 1024)
                            .maxNumberLength(32)
                            .maxNameLength(1_024)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private TwilioWire() {}

    static TwilioMessage decode(byte[] message, int offset, int length) {
        var scanned = scan(message, offset, length);
        return scanned == null ? parse(message, offset, length) : scanned;
    }

    // --- in, the common cases ---

    /// A message in one of its usual spellings; null for everything else.
    static @Nullable TwilioMessage scan(byte[] m, int offset, int length) {
        var media = scanMedia(m, offset, length);
        return media == null ? scanMark(m, offset, length) : media;
    }

    private static TwilioMessage.@Nullable Mark scanMark(byte[] m, int offset, int length) {
        int end = offset + length;
        int at = literal(m, offset, end, MARK_HEAD);
        at = run(m, at, end, 4, MAX_DIGITS);
        at = literal(m, at, end, STREAM);
        at = run(m, at, end, 2, 64);
        int name = literal(m, at, end, MARK);
        int nameEnd = run(m, name, end, 8, MAX_NAME);
        return literal(m, nameEnd, end, END_NESTED) == end
                ? new TwilioMessage.Mark(new String(m, name, nameEnd - name, ISO_8859_1))
                : null;
    }

    private static TwilioMessage.@Nullable Media scanMedia(byte[] m, int offset, int length) {
        int end = offset + length;
        int at = literal(m, offset, end, HEAD);
        at = run(m, at, end, 4, MAX_DIGITS);
        int early = literal(m, at, end, STREAM);
        if (early >= 0) {
            at = run(m, early, end, 2, 64);
        }
        at = literal(m, at, end, MEDIA);
        at = run(m, at, end, 4, MAX_DIGITS);
        int time = literal(m, at, end, TIMESTAMP);
        at = run(m, time, end, 4, MAX_DIGITS);
        int timeEnd = at;
        int payload = literal(m, at, end, PAYLOAD);
        int payloadEnd = base64(m, payload, end);
        if (early >= 0) {
            at = literal(m, payloadEnd, end, END_NESTED);
        } else {
            at = literal(m, payloadEnd, end, STREAM_AFTER);
            at = run(m, at, end, 2, 64);
            at = literal(m, at, end, END);
        }
        if (at != end || end == offset) {
            return null;
        }
        long millis = 0;
        for (int i = time; i < timeEnd; i++) {
            millis = millis * 10 + (m[i] - '0');
        }
        var frame = AudioFrame.ofBase64(Arrays.copyOfRange(m, payload, payloadEnd));
        return new TwilioMessage.Media(frame, millis);
    }

    /// Each step takes the place where the one before it stopped, and answers where it stops itself; -1 is "no", and no
    /// stays no.
    private static int literal(byte[] m, int at, int end, byte[] text) {
        if (at < 0 || end - at < text.length || !Arrays.equals(m, at, at + text.length, text, 0, text.length)) {
            return -1;
        }
        return at + text.length;
    }

    private static int run(byte[] m, int at, int end, int kind, int most) {
        if (at < 0) {
            return -1;
        }
        int i = at;
        while (i < end && (KIND[m[i] & 0xFF] & kind) != 0) {
            i++;
        }
        return i > at && i - at <= most ? i : -1;
    }

    private static int base64(byte[] m, int at, int end) {
        if (at < 0) {
            return -1;
        }
        int i = at;
        while (i < end && (KIND[m[i] & 0xFF] & 1) != 0) {
            i++;
        }
        int padded = i;
        while (padded < end && padded < i + 2 && m[padded] == '=') {
            padded++;
        }
        return i > at && (padded - at) % 4 == 0 ? padded : -1;
    }

    // --- in, everything ---

    /// The same by the book, for any message.
    static TwilioMessage parse(byte[] message, int offset, int length) {
        JsonNode root;
        try {
            root = JSON.readTree(message, offset, length);
        } catch (JacksonException _) {
            return new TwilioMessage.Malformed();
        }
        var event = root.path("event");
        if (!event.isString()) {
            return new TwilioMessage.Malformed();
        }
        return switch (event.stringValue()) {
            case "connected" -> new TwilioMessage.Connected();
            case "start" -> start(root);
            case "media" -> media(root.path("media"));
            case "dtmf" -> digit(text(root.path("dtmf").path("digit")));
            case "mark" -> mark(root.path("mark").path("name"));
            case "stop" -> new TwilioMessage.Stop();
            default -> new TwilioMessage.Unknown();
        };
    }

    private static TwilioMessage start(JsonNode root) {
        var start = root.path("start");
        var streamSid = text(start.path("streamSid"));
        streamSid = streamSid.isEmpty() ? text(root.path("streamSid")) : streamSid;
        // The SID is written into every message that we send, so it must be harmless there.
        if (!SID.matcher(streamSid).matches()) {
            return new TwilioMessage.Malformed();
        }
        var parameters = new HashMap<String, String>();
        start.path("customParameters").properties().forEach(p -> {
            if (p.getValue().isString()) {
                parameters.put(p.getKey(), p.getValue().stringValue());
            }
        });
        var format = start.path("mediaFormat");
        return new TwilioMessage.Start(
                text(start.path("accountSid")),
                streamSid,
                text(start.path("callSid")),
                Map.copyOf(parameters),
                text(format.path("encoding")),
                text(format.path("sampleRate")),
                text(format.path("channels")));
    }

    private static TwilioMessage media(JsonNode media) {
        var track = media.path("track");
        if (!track.isMissingNode() && !text(track).equals("inbound")) {
            return new TwilioMessage.Unknown();
        }
        var time = text(media.path("timestamp"));
        var payload = media.path("payload");
        if (!payload.isString() || !NUMBER.matcher(time).matches()) {
            return new TwilioMessage.Malformed();
        }
        // Latin-1 turns what is beyond it into '?', which is not in the alphabet.
        var base64 = payload.stringValue().getBytes(ISO_8859_1);
        return base64(base64, 0, base64.length) == base64.length && base64.length > 0
                ? new TwilioMessage.Media(AudioFrame.ofBase64(base64), Long.parseLong(time))
                : new TwilioMessage.Malformed();
    }

    private static TwilioMessage digit(String digit) {
        return digit.length() == 1 && "0123456789*#ABCD".contains(digit)
                ? new TwilioMessage.Digit(digit.charAt(0))
                : new TwilioMessage.Malformed();
    }

    private static TwilioMessage mark(JsonNode name) {
        return name.isString() && name.stringValue().length() <= MAX_NAME
                ? new TwilioMessage.Mark(name.stringValue())
                : new TwilioMessage.Malformed();
    }

    /// Twilio writes numbers as strings in some places and as numbers in others.
    private static String text(JsonNode node) {
        return node.isString() ? node.stringValue() : node.isIntegralNumber() ? node.asString() : "";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(ISO_8859_1);
    }

    // --- out ---

    /// The messages to one stream. Twilio drops those with any field too many or too few (error 31951).
    static final class Outgoing {
        private final byte[] mediaStart;
        private final byte[] markStart;
        private final byte[] clear;

        Outgoing(String streamSid) {
            this.mediaStart =
                    ascii("{\"event\":\"media\",\"streamSid\":\"" + streamSid + "\",\"media\":{\"payload\":\"");
            this.markStart = ascii("{\"event\":\"mark\",\"streamSid\":\"" + streamSid + "\",\"mark\":{\"name\":\"");
            this.clear = ascii("{\"event\":\"clear\",\"streamSid\":\"" + streamSid + "\"}");
        }

        /// What comes before the base64 text of a `media` message; not a copy.
        byte[] mediaStart() {
            return mediaStart;
        }

        /// What comes after it; not a copy.
        byte[] mediaEnd() {
            return END_NESTED;
        }

        byte[] mark(String name) {
            int at = markStart.length;
            var text = Arrays.copyOf(markStart, at + name.length() + END_NESTED.length);
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                if (c >= KIND.length || (KIND[c] & 8) == 0) {
                    return escapedMark(name);
                }
                text[at++] = (byte) c;
            }
            System.arraycopy(END_NESTED, 0, text, at, END_NESTED.length);
            return text;
        }

        private byte[] escapedMark(String name) {
            var text = new StringBuilder(new String(markStart, ISO_8859_1));
            JsonStringEncoder.getInstance().quoteAsString(name, text);
            return text.append("\"}}").toString().getBytes(UTF_8);
        }

        /// Not a copy.
        byte[] clear() {
            return clear;
        }
    }
}
