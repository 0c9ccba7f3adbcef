package io.offhook.engine.openai;

import io.offhook.call.AudioFrame;
import io.offhook.call.ContentId;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// Reads `response.output_audio.delta` without a JSON parser: a flat object whose values are plain strings (no escapes)
/// or whole numbers. Anything else is left to the parser. One per session; not for several threads.
final class DeltaScanner {
    private static final byte[] TYPE = "response.output_audio.delta".getBytes(StandardCharsets.US_ASCII);
    private static final boolean[] BASE64 = new boolean[256];

    static {
        for (char c = 0; c < 128; c++) {
            BASE64[c] = Character.isLetterOrDigit(c) || c == '+' || c == '/' || c == '=';
        }
    }

    private byte[] text = new byte[0];
    private int at;
    private int end;
    private int valueStart;
    private int valueEnd;

    private int replyStart;
    private int replyEnd;
    private int itemStart;
    private int itemEnd;
    private int deltaStart;
    private int deltaEnd;
    private int number;
    private int part;

    private ContentId last = new ContentId("", "", 0);
    private byte[] lastReply = new byte[0];
    private byte[] lastItem = new byte[0];

    /// The event, or empty when the text is something else or unusual in any way.
    Optional<OpenAiEvent.Audio> scan(byte[] bytes, int offset, int length) {
        text = bytes;
        at = offset;
        end = offset + length;
        if (!flatObject()) {
            return Optional.empty();
        }
        var base64 = Arrays.copyOfRange(text, deltaStart, deltaEnd);
        return Optional.of(new OpenAiEvent.Audio(content(), AudioFrame.ofBase64(base64)));
    }

    private boolean flatObject() {
        boolean typed = false;
        boolean reply = false;
        boolean item = false;
        boolean delta = false;
        boolean index = false;
        if (!take('{')) {
            return false;
        }
        while (true) {
            if (!string()) {
                return false;
            }
            int keyStart = valueStart;
            int keyLength = valueEnd - valueStart;
            if (!take(':')) {
                return false;
            }
            boolean isString = at < end && text[at] == '"';
            if (isString ? !string() : !number()) {
                return false;
            }
            if (isString && is(keyStart, keyLength, "type")) {
                typed = valueEnd - valueStart == TYPE.length
                        && Arrays.equals(text, valueStart, valueEnd, TYPE, 0, TYPE.length);
                if (!typed) {
                    return false;
                }
            } else if (isString && is(keyStart, keyLength, "delta")) {
                deltaStart = valueStart;
                deltaEnd = valueEnd;
                delta = isBase64();
                if (!delta) {
                    return false;
                }
            } else if (isString && is(keyStart, keyLength, "response_id")) {
                replyStart = valueStart;
                replyEnd = valueEnd;
                reply = true;
            } else if (isString && is(keyStart, keyLength, "item_id")) {
                itemStart = valueStart;
                itemEnd = valueEnd;
                item = true;
            } else if (!isString && is(keyStart, keyLength, "content_index")) {
                index = true;
                part = number;
            }
            if (at >= end) {
                return false;
            }
            if (text[at] == '}') {
                at++;
                return at == end && typed && reply && item && delta && index;
            }
            if (!take(',')) {
                return false;
            }
        }
    }

    private boolean take(char c) {
        if (at < end && text[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    /// A string of printable ASCII without escapes.
    private boolean string() {
        if (!take('"')) {
            return false;
        }
        valueStart = at;
        while (at < end) {
            byte b = text[at];
            if (b == '"') {
                valueEnd = at++;
                return true;
            }
            if (b == '\\' || b < 0x20) {
                return false;
            }
            at++;
        }
        return false;
    }

    /// A whole number of at most six digits.
    private boolean number() {
        int start = at;
        int value = 0;
        while (at < end && text[at] >= '0' && text[at] <= '9' && at - start < 7) {
            value = value * 10 + text[at] - '0';
            at++;
        }
        number = value;
        int digits = at - start;
        return digits > 0 && digits < 7 && (digits == 1 || text[start] != '0');
    }

    private boolean is(int start, int length, String name) {
        if (length != name.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (text[start + i] != name.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private boolean isBase64() {
        int length = deltaEnd - deltaStart;
        if (length == 0 || length % 4 != 0) {
            return false;
        }
        for (int i = deltaStart; i < deltaEnd; i++) {
            byte b = text[i];
            if (b < 0 || !BASE64[b] || (b == '=' && i < deltaEnd - 2)) {
                return false;
            }
        }
        return text[deltaEnd - 2] != '=' || text[deltaEnd - 1] == '=';
    }

    /// The ids are the same for a whole answer: one object serves all its deltas.
    private ContentId content() {
        boolean same = part == last.part()
                && Arrays.equals(text, replyStart, replyEnd, lastReply, 0, lastReply.length)
                && Arrays.equals(text, itemStart, itemEnd, lastItem, 0, lastItem.length);
        if (!same) {
            lastReply = Arrays.copyOfRange(text, replyStart, replyEnd);
            lastItem = Arrays.copyOfRange(text, itemStart, itemEnd);
            last = new ContentId(
                    new String(lastReply, StandardCharsets.UTF_8),
                    new String(lastItem, StandardCharsets.UTF_8),
                    part);
        }
        return last;
    }
}
