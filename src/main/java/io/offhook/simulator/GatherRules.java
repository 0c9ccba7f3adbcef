package io.offhook.simulator;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// Which values the attributes of Gather may have. With others Twilio writes a warning, and what it does then is not
/// promised: here nothing is gathered.
final class GatherRules {
    private static final int SCHEMA = 12200;
    private static final int SPEECH_TIMEOUT = 13327;
    private static final int HINTS = 13330;
    private static final int LANGUAGE = 13331;
    private static final int MOST_HINTS = 500;
    private static final int LONGEST_HINT = 100;

    private static final Set<String> INPUTS = Set.of("dtmf", "speech", "dtmf speech", "speech dtmf");
    private static final Pattern POSITIVE = Pattern.compile("[1-9]\\d{0,3}");
    private static final Pattern TAG = Pattern.compile("[a-z]{2,3}-[A-Z]{2}");
    private static final Pattern HINT = Pattern.compile("\\$?[\\p{L}\\p{M}\\p{N}'_-]+( [\\p{L}\\p{M}\\p{N}'_-]+)*");
    /// Other languages are taken as they come.
    private static final Map<String, Set<String>> REGIONS = Map.of(
            "en",
            Set.of("AU", "CA", "GB", "GH", "HK", "IE", "IN", "KE", "NG", "NZ", "PH", "PK", "SG", "TZ", "US", "ZA"),
            "es",
            Set.of(
                    "AR", "BO", "CL", "CO", "CR", "DO", "EC", "ES", "GT", "HN", "MX", "NI", "PA", "PE", "PR", "PY",
                    "SV", "US", "UY", "VE"),
            "de",
            Set.of("AT", "CH", "DE"),
            "fr",
            Set.of("BE", "CA", "CH", "FR"),
            "pt",
            Set.of("BR", "PT"));

    private GatherRules() {}

    /// @param kind `dtmf` or `speech`
    static boolean takes(TwimlVerb verb, String kind) {
        return List.of(verb.or("input", "dtmf").split(" ")).contains(kind);
    }

    /// Sentences by Twilio's code; empty when all is well.
    static Map<Integer, String> mistakes(TwimlVerb verb) {
        var mistakes = new LinkedHashMap<Integer, String>();
        verb.attribute("input").filter(input -> !INPUTS.contains(input)).ifPresent(input ->
                mistakes.put(SCHEMA, "Gather: invalid input: " + input));
        for (var name : List.of("bargeIn", "actionOnEmptyResult", "profanityFilter", "enhanced")) {
            verb.attribute(name).filter(value -> !value.equals("true") && !value.equals("false")).ifPresent(value ->
                    mistakes.put(SCHEMA, "Gather: " + name + " is neither true nor false: " + value));
        }
        verb.attribute("speechTimeout")
                .filter(value -> !value.equals("auto") && !POSITIVE.matcher(value).matches())
                .ifPresent(value -> mistakes.put(SPEECH_TIMEOUT, "Gather: invalid speechTimeout: " + value));
        verb.attribute("language").filter(value -> !spoken(value)).ifPresent(value ->
                mistakes.put(LANGUAGE, "Gather: invalid language: " + value));
        verb.filled("hints").filter(value -> !hints(value)).ifPresent(_ ->
                mistakes.put(HINTS, "Gather: invalid hints: up to 500 phrases of up to 100 characters, with commas"));
        return mistakes;
    }

    private static boolean spoken(String tag) {
        if (!TAG.matcher(tag).matches()) {
            return false;
        }
        var parts = tag.split("-");
        return !REGIONS.containsKey(parts[0]) || REGIONS.get(parts[0]).contains(parts[1]);
    }

    private static boolean hints(String text) {
        var phrases = Arrays.stream(text.split(",", -1)).map(String::strip).toList();
        return phrases.size() <= MOST_HINTS
                && phrases.stream().allMatch(each ->
                        each.length() <= LONGEST_HINT && HINT.matcher(each).matches());
    }
}
