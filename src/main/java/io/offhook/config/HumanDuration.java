package io.offhook.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Durations as people write them: `400ms`, `10s`, `1h30m`, `7d`. Units go from large to small, each at most once.
public final class HumanDuration {
    private static final Pattern FORM = Pattern.compile(
            "(?:(?<d>\\d{1,6})d)?(?:(?<h>\\d{1,6})h)?(?:(?<m>\\d{1,6})m)?(?:(?<s>\\d{1,6})s)?(?:(?<ms>\\d{1,9})ms)?");

    private HumanDuration() {}

    public static Optional<Duration> parse(String text) {
        var form = FORM.matcher(text);
        if (text.isEmpty() || !form.matches()) {
            return Optional.empty();
        }
        return Optional.of(Duration.ofDays(amount(form.group("d")))
                .plusHours(amount(form.group("h")))
                .plusMinutes(amount(form.group("m")))
                .plusSeconds(amount(form.group("s")))
                .plusMillis(amount(form.group("ms"))));
    }

    /// The shortest text that [#parse] reads back as the same duration; `0s` for zero.
    public static String print(Duration duration) {
        var text = new StringBuilder();
        append(text, duration.toDaysPart(), "d");
        append(text, duration.toHoursPart(), "h");
        append(text, duration.toMinutesPart(), "m");
        append(text, duration.toSecondsPart(), "s");
        append(text, duration.toMillisPart(), "ms");
        return text.isEmpty() ? "0s" : text.toString();
    }

    private static long amount(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    private static void append(StringBuilder text, long amount, String unit) {
        if (amount != 0) {
            text.append(amount).append(unit);
        }
    }
}
