package io.offhook.telephony.twilio;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The body of a form post, read strictly: valid UTF-8, valid escapes, at most 200 parameters. Keeps every value, since
/// the signature covers them all; readers get the first.
final class TwilioForm {
    static final int MAX_PARAMETERS = 200;

    private final Map<String, List<String>> values;

    private TwilioForm(Map<String, List<String>> values) {
        this.values = values;
    }

    /// The form in `body`, or empty when it isn't one.
    static Optional<TwilioForm> parse(byte[] body) {
        var values = new LinkedHashMap<String, List<String>>();
        int count = 0;
        try {
            for (int start = 0; start < body.length; ) {
                int end = indexOf(body, '&', start, body.length);
                if (end > start) {
                    if (++count > MAX_PARAMETERS) {
                        return Optional.empty();
                    }
                    int equals = indexOf(body, '=', start, end);
                    var value = equals == end ? "" : decode(body, equals + 1, end);
                    values.computeIfAbsent(decode(body, start, equals), _ -> new ArrayList<>(1))
                            .add(value);
                }
                start = end + 1;
            }
        } catch (CharacterCodingException _) {
            return Optional.empty();
        }
        return Optional.of(new TwilioForm(values));
    }

    /// The first value of the parameter; empty text when there is none.
    String first(String name) {
        return values.getOrDefault(name, List.of("")).getFirst();
    }

    boolean has(String name) {
        return values.containsKey(name);
    }

    Map<String, List<String>> values() {
        return values;
    }

    private static int indexOf(byte[] body, char wanted, int from, int to) {
        int at = from;
        while (at < to && body[at] != wanted) {
            at++;
        }
        return at;
    }

    private static String decode(byte[] body, int from, int to) throws CharacterCodingException {
        var plain = ByteBuffer.allocate(to - from);
        for (int i = from; i < to; i++) {
            switch (body[i]) {
                case '+' -> plain.put((byte) ' ');
                case '%' -> {
                    int high = i + 2 < to ? Character.digit(body[i + 1], 16) : -1;
                    int low = i + 2 < to ? Character.digit(body[i + 2], 16) : -1;
                    if (high < 0 || low < 0) {
                        throw new CharacterCodingException();
                    }
                    plain.put((byte) (high << 4 | low));
                    i += 2;
                }
                default -> plain.put(body[i]);
            }
        }
        return StandardCharsets.UTF_8.newDecoder().decode(plain.flip()).toString();
    }
}
