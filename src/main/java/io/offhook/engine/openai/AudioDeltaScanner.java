package io.offhook.engine.openai;

import io.offhook.call.ContentId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// Reads the one event that comes fifty times a second, `response.output_audio.delta`, without building a tree. Takes
/// its fields in any order, but nothing unusual: no escapes, no bytes outside ASCII, no field twice, none that it does
/// not know. Whatever it does not take, the JSON parser gets. One per session, because it keeps the last ids.
final class AudioDeltaScanner {
    private static final byte[] EMPTY = {};
    private static final byte[] DELTA = ascii("response.output_audio.delta");
    private static final byte[][] FIELDS = {
        ascii("type"),
        ascii("event_id"),
        ascii("response_id"),
        ascii("item_id"),
        ascii("output_index"),
        ascii("content_index"),
        ascii("delta")
    };
    private static final int TYPE = 0;
    private static final int EVENT_ID = 1;
    private static final int RESPONSE_ID = 2;
    private static final int ITEM_ID = 3;
    private static final int CONTENT_INDEX = 5;
    private static final int AUDIO = 6;
    private static final int NEEDED = 1 << TYPE | 1 << RESPONSE_ID | 1 << ITEM_ID | 1 << CONTENT_INDEX | 1 << AUDIO;
    private static final int MAX_DIGITS = 6;
    private static final boolean[] PLAIN = new boolean[256];
    private static final boolean[] BASE64 = new boolean[256];

    static {
        Arrays.fill(PLAIN, ' ', 0x7F, true);
        PLAIN['"'] = false;
        PLAIN['\\'] = false;
        for (byte digit : ascii("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")) {
            BASE64[digit] = true;
        }
    }

    private byte[] bytes = EMPTY;
    private int at;
    private int end;
    /// Where the last value lies.
    private int from;

    private int to;

    private byte[] lastReply = EMPTY;
    private byte[] lastItem = EMPTY;
    private ContentId last = new ContentId("", "", 0);

    /// The audio in an event; empty when it is another event, or not plain enough.
    Optional<OpenAiEvent.Audio> scan(byte[] source, int offset, int length) {
        bytes = source;
        at = offset;
        end = offset + length;
        try {
            return event();
        } finally {
            // The array belongs to the socket.
            bytes = EMPTY;
        }
    }

    private Optional<OpenAiEvent.Audio> event() {
        int seen = 0;
        int part = 0;
        int replyFrom = 0;
        int replyTo = 0;
        int itemFrom = 0;
        int itemTo = 0;
        int audioFrom = 0;
        int audioTo = 0;
        if (!next('{')) {
            return Optional.empty();
        }
        do {
            int field = field();
            if (field < 0 || (seen & 1 << field) != 0 || !next(':')) {
                return Optional.empty();
            }
            seen |= 1 << field;
            skipSpace();
            boolean taken = switch (field) {
                case TYPE -> text() && Arrays.equals(bytes, from, to, DELTA, 0, DELTA.length);
                case EVENT_ID -> text();
                case RESPONSE_ID, ITEM_ID -> text() && to > from;
                case AUDIO -> base64();
                default -> number();
            };
            if (!taken) {
                return Optional.empty();
            }
            switch (field) {
                case RESPONSE_ID -> {
                    replyFrom = from;
                    replyTo = to;
                }
                case ITEM_ID -> {
                    itemFrom = from;
                    itemTo = to;
                }
                case AUDIO -> {
                    audioFrom = from;
                    audioTo = to;
                }
                case CONTENT_INDEX -> part = value();
                default -> {}
            }
        } while (next(','));
        if (!next('}') || (seen & NEEDED) != NEEDED) {
            return Optional.empty();
        }
        skipSpace();
        return at == end
                ? Optional.of(new OpenAiEvent.Audio(
                        content(replyFrom, replyTo, itemFrom, itemTo, part),
                        Arrays.copyOfRange(bytes, audioFrom, audioTo)))
                : Optional.empty();
    }

    /// The audio of one reply comes in a row, so its name is made once.
    private ContentId content(int replyFrom, int replyTo, int itemFrom, int itemTo, int part) {
        if (part != last.part()
                || !Arrays.equals(bytes, itemFrom, itemTo, lastItem, 0, lastItem.length)
                || !Arrays.equals(bytes, replyFrom, replyTo, lastReply, 0, lastReply.length)) {
            lastReply = Arrays.copyOfRange(bytes, replyFrom, replyTo);
            lastItem = Arrays.copyOfRange(bytes, itemFrom, itemTo);
            last = new ContentId(
                    new String(lastReply, StandardCharsets.US_ASCII),
                    new String(lastItem, StandardCharsets.US_ASCII),
                    part);
        }
        return last;
    }

    private int field() {
        skipSpace();
        if (!text()) {
            return -1;
        }
        for (int field = 0; field < FIELDS.length; field++) {
            byte[] name = FIELDS[field];
            if (to - from == name.length && Arrays.equals(bytes, from, to, name, 0, name.length)) {
                return field;
            }
        }
        return -1;
    }

    private boolean text() {
        return string(PLAIN);
    }

    /// A string of base64, padded, and not empty.
    private boolean base64() {
        if (!opened()) {
            return false;
        }
        skip(BASE64);
        int digits = at;
        while (at < end && bytes[at] == '=') {
            at++;
        }
        to = at;
        return to > from && (to - from) % 4 == 0 && to - digits <= 2 && closed();
    }

    private boolean string(boolean[] allowed) {
        if (!opened()) {
            return false;
        }
        skip(allowed);
        to = at;
        return closed();
    }

    /// In locals, since the fields would be written for each byte.
    private void skip(boolean[] allowed) {
        byte[] source = bytes;
        int stop = end;
        int i = at;
        while (i < stop && allowed[source[i] & 0xFF]) {
            i++;
        }
        at = i;
    }

    private boolean opened() {
        if (at >= end || bytes[at] != '"') {
            return false;
        }
        from = ++at;
        return true;
    }

    private boolean closed() {
        return at < end && bytes[at++] == '"';
    }

    /// A small whole number.
    private boolean number() {
        from = at;
        while (at < end && bytes[at] >= '0' && bytes[at] <= '9') {
            at++;
        }
        to = at;
        int digits = to - from;
        return digits > 0 && digits <= MAX_DIGITS && (digits == 1 || bytes[from] != '0');
    }

    private int value() {
        int value = 0;
        for (int i = from; i < to; i++) {
            value = 10 * value + bytes[i] - '0';
        }
        return value;
    }

    private boolean next(char sign) {
        skipSpace();
        if (at < end && bytes[at] == sign) {
            at++;
            return true;
        }
        return false;
    }

    private void skipSpace() {
        while (at < end && (bytes[at] == ' ' || bytes[at] == '\n' || bytes[at] == '\r' || bytes[at] == '\t')) {
            at++;
        }
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
