package io.offhook.tool;

import java.io.IOException;
import java.io.StringWriter;
import java.io.Writer;
import java.util.Map;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// JSON to and from tools, bounded both ways. Any thread.
final class ToolJson {
    /// What the model is given of one answer.
    static final int ANSWER_BYTES = 16 << 10;

    private static final int ARGUMENT_CHARACTERS = 16 << 10;
    private static final int DEPTH = 32;
    private static final TypeReference<Map<String, Object>> MAP = new TypeReference<>() {};

    private final JsonMapper mapper = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(DEPTH)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /// @throws ToolFailure when the text is no JSON object, too long or too deep
    JsonNode arguments(String text) throws ToolFailure {
        if (text.length() > ARGUMENT_CHARACTERS) {
            throw new ToolFailure(ToolFailure.BAD_ARGUMENTS, "the arguments are too long");
        }
        try {
            var node = mapper.readTree(text.isBlank() ? "{}" : text);
            if (node.isObject()) {
                return node;
            }
        } catch (JacksonException e) {
            throw new ToolFailure(ToolFailure.BAD_ARGUMENTS, "the arguments are not JSON");
        }
        throw new ToolFailure(ToolFailure.BAD_ARGUMENTS, "the arguments are not a JSON object");
    }

    Map<String, Object> map(JsonNode object) {
        return mapper.convertValue(object, MAP);
    }

    <T> T convert(Object value, Class<T> type) {
        return mapper.convertValue(value, type);
    }

    /// The text as JSON when it is JSON, otherwise the text itself.
    Object parsed(String text) {
        try {
            return mapper.readTree(text);
        } catch (JacksonException e) {
            return text;
        }
    }

    String write(Object value) {
        return mapper.writeValueAsString(value);
    }

    /// A result for the model: always valid JSON and never above `ANSWER_BYTES` in UTF-8.
    Answer answer(Object result) {
        if (result instanceof Shortened(var text)) {
            return new Answer(shortened(text), true);
        }
        var written = new Bounded(ANSWER_BYTES);
        try {
            mapper.writeValue(written, result);
        } catch (JacksonException e) {
            if (!written.full) {
                throw e;
            }
        }
        var text = written.toString();
        return written.full || cost(text, false) > ANSWER_BYTES
                ? new Answer(shortened(text), true)
                : new Answer(text, false);
    }

    private String shortened(String text) {
        int budget = ANSWER_BYTES - 64;
        int end = 0;
        int used = 0;
        while (end < text.length()) {
            int point = text.codePointAt(end);
            used += cost(point, true);
            if (used > budget) {
                break;
            }
            end += Character.charCount(point);
        }
        var wrapped = new java.util.LinkedHashMap<String, Object>();
        wrapped.put("result_shortened", true);
        wrapped.put("text", text.substring(0, end));
        return mapper.writeValueAsString(wrapped);
    }

    private static long cost(String text, boolean quoted) {
        return text.codePoints().mapToLong(point -> cost(point, quoted)).sum();
    }

    /// Bytes that a character takes in UTF-8, at most; `quoted` when it is yet to be escaped.
    private static int cost(int point, boolean quoted) {
        if (point < 0x80) {
            return quoted && point < 0x20 ? 6 : quoted && (point == '"' || point == '\\') ? 2 : 1;
        }
        return point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    }

    record Answer(String text, boolean shortened) {}

    /// The beginning of a result whose rest was never read.
    record Shortened(String text) {}

    /// Stops whoever writes once it is full, so that a huge result is never built.
    private static final class Bounded extends Writer {
        private final StringWriter text = new StringWriter();
        private final int limit;
        private boolean full;

        Bounded(int limit) {
            this.limit = limit;
        }

        @Override
        public void write(char[] characters, int offset, int length) throws IOException {
            int room = limit - text.getBuffer().length();
            text.write(characters, offset, Math.min(room, length));
            if (length > room) {
                full = true;
                throw new IOException("full");
            }
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
