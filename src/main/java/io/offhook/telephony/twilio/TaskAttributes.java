package io.offhook.telephony.twilio;

import io.offhook.call.Handoff;
import io.offhook.call.Story;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import tools.jackson.databind.json.JsonMapper;

/// What a TaskRouter task says about a caller before a human takes it, as JSON of bounded size. What is too much is
/// given up in this order: the tail of a long summary, the facts and the customer's record, what not to ask again, the
/// rest of the summary. The page behind `case_url` has all of it.
///
/// @param caseUrl where the human reads more; empty when there is no such page
record TaskAttributes(Handoff handoff, Optional<String> caseUrl) {
    /// Task attributes are sent on to everything that handles the task; their limit over TwiML isn't documented.
    static final int MAX_BYTES = 4_000;

    private static final int MAX_REASON = 200;
    private static final int MAX_SUMMARY = 3_000;
    private static final int DEAR_SUMMARY = 500;
    private static final int MAX_LANGUAGE = 35;
    private static final int MAX_ATTESTATION = 20;
    private static final JsonMapper JSON = new JsonMapper();

    /// The task of a call of which nothing is known.
    static String ofNothing() {
        return json(Map.of("urgency", Handoff.Urgency.NORMAL.name().toLowerCase(Locale.ROOT)));
    }

    String json() {
        var story = handoff.story();
        int facts = story.facts().size() + records();
        int given = story.doNotAsk().size();
        int length = Math.min(MAX_SUMMARY, summary().codePointCount(0, summary().length()));
        int dear = Math.min(length, DEAR_SUMMARY);
        int fits = most(length, most -> write(most, facts, given));
        if (fits >= dear) {
            return write(fits, facts, given);
        }
        fits = most(facts, most -> write(dear, most, given));
        if (fits >= 0) {
            return write(dear, fits, given);
        }
        fits = most(given, most -> write(dear, 0, most));
        if (fits >= 0) {
            return write(dear, 0, fits);
        }
        return write(Math.max(0, most(dear, most -> write(most, 0, 0))), 0, 0);
    }

    /// The largest number, up to this one, for which the text fits; -1 when none does.
    private static int most(int largest, IntFunction<String> text) {
        int fits = -1;
        int tooLong = largest + 1;
        while (tooLong - fits > 1) {
            int middle = (fits + tooLong) >>> 1;
            if (text.apply(middle).getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES) {
                fits = middle;
            } else {
                tooLong = middle;
            }
        }
        return fits;
    }

    /// The customer's record goes as one, as the last of the facts.
    private int records() {
        return handoff.story().customer().isEmpty() ? 0 : 1;
    }

    private String summary() {
        return handoff.story().summary().isBlank() ? handoff.summary() : handoff.story().summary();
    }

    private String write(int summaryLength, int facts, int given) {
        var story = handoff.story();
        var result = new LinkedHashMap<String, Object>();
        result.put("call_sid", handoff.call().value());
        result.put("cause", handoff.cause().slug());
        result.put("urgency", handoff.urgency().name().toLowerCase(Locale.ROOT));
        result.put("language", firstCodePoints(handoff.language(), MAX_LANGUAGE));
        handoff.caller().ifPresent(caller -> result.put("caller", caller.e164()));
        result.put("verified", handoff.identity().verified());
        if (!handoff.identity().attestation().isEmpty()) {
            result.put("attestation", firstCodePoints(handoff.identity().attestation(), MAX_ATTESTATION));
        }
        if (facts > 0 && records() > 0) {
            result.put("customer", story.customer());
        }
        if (story.mood() != Story.Mood.UNKNOWN) {
            result.put("mood", story.mood().name().toLowerCase(Locale.ROOT));
        }
        result.put("turns", handoff.transcript().size());
        caseUrl.ifPresent(url -> result.put("case_url", url));
        result.put("reason", firstCodePoints(handoff.reason(), MAX_REASON));
        result.put("summary", firstCodePoints(summary(), summaryLength));
        if (!story.summary().isBlank()) {
            result.put("summary_by", story.source().name().toLowerCase(Locale.ROOT));
        }
        if (facts > records()) {
            var told = new LinkedHashMap<String, String>();
            story.facts().entrySet().stream()
                    .limit(facts - records())
                    .forEach(fact -> told.put(fact.getKey(), fact.getValue()));
            result.put("facts", told);
        }
        if (given > 0) {
            result.put("do_not_ask", List.copyOf(story.doNotAsk().subList(0, given)));
        }
        return json(result);
    }

    /// JSON whose every character may stand in XML. What may not is written as an escape, so that nothing is lost.
    private static String json(Map<String, ?> attributes) {
        var json = JSON.writeValueAsString(attributes);
        var result = new StringBuilder(json.length());
        // Jackson escapes control characters itself; what is left is above ASCII, so it stands inside a string.
        json.codePoints().forEach(c -> {
            if (TwimlWriter.allowed(c)) {
                result.appendCodePoint(c);
            } else {
                result.append("\\u%04x".formatted(c));
            }
        });
        return result.toString();
    }

    static String firstCodePoints(String text, int most) {
        return text.codePointCount(0, text.length()) <= most
                ? text
                : text.substring(0, text.offsetByCodePoints(0, most));
    }
}
