package io.offhook.agent;

import com.google.i18n.phonenumbers.PhoneNumberUtil;
import io.offhook.call.Destination;
import io.offhook.call.PhoneNumber;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// `callback:` of a destination: `true`, the people who call back, or a map with all of it.
final class CallbackReader {
    static final String PATTERN = "escalate.to.*.callback";
    /// Long enough for a wish of the evening before a long weekend.
    private static final Destination.Callback USUAL =
            new Destination.Callback(List.of(), 3, Duration.ofMinutes(10), Duration.ofDays(5), Set.of());

    private static final String NOBODY = "none";

    /// @param ofRoute whether those call back whom the route has tried before
    record Reading(Destination.Callback callback, boolean ofRoute) {
        static final Reading USUAL = new Reading(CallbackReader.USUAL, true);
    }

    private CallbackReader() {}

    static Optional<Reading> read(Value value) {
        if (value.isMap()) {
            return value.fields(PATTERN).flatMap(CallbackReader::read);
        }
        if (value.isScalar()) {
            var word = value.data();
            if (word.isEmpty() || word.get() instanceof Boolean) {
                return word.flatMap(yes -> agreed(value, yes.equals(true)));
            }
        }
        return humans(value).map(who -> new Reading(USUAL.by(who), false));
    }

    private static Optional<Reading> agreed(Value value, boolean wanted) {
        if (!wanted) {
            value.mistake(value.path() + " can't be false.", "Remove the destination if nobody is to call back.");
        }
        return wanted ? Optional.of(Reading.USUAL) : Optional.empty();
    }

    private static Optional<Reading> read(Fields fields) {
        var who = fields.value("humans");
        var humans = who.map(CallbackReader::humans).orElse(Optional.of(List.of()));
        var attempts = fields.value("attempts").flatMap(value -> value.integer(1, 20));
        var every = fields.value("every").flatMap(value -> value.duration(Duration.ofMinutes(1), Duration.ofDays(1)));
        var within =
                fields.value("within").flatMap(value -> value.duration(Duration.ofHours(1), Duration.ofDays(30)));
        var countries = fields.value("countries").map(CallbackReader::countries);
        return humans.map(them -> new Reading(
                new Destination.Callback(
                        them,
                        attempts.orElse(USUAL.attempts()),
                        every.orElse(USUAL.every()),
                        within.orElse(USUAL.within()),
                        countries.orElse(USUAL.countries())),
                who.isEmpty()));
    }

    private static Optional<List<PhoneNumber>> humans(Value value) {
        if (value.isScalar()) {
            var word = value.data();
            if (word.isEmpty() || word.get().equals(NOBODY)) {
                return word.map(_ -> List.of());
            }
        }
        var numbers = (value.isList() ? value.items() : List.of(value))
                .stream()
                        .flatMap(item -> item.phone().stream())
                        .map(PhoneNumber::new)
                        .distinct()
                        .toList();
        if (value.isList() && (numbers.isEmpty() || numbers.size() > Destination.MOST_AT_ONCE)) {
            value.mistake(
                    value.path() + " takes from 1 to " + Destination.MOST_AT_ONCE + " numbers.",
                    "Name those who call back, or write none.");
            return Optional.empty();
        }
        return numbers.isEmpty() ? Optional.empty() : Optional.of(numbers);
    }

    private static Set<String> countries(Value value) {
        var known = PhoneNumberUtil.getInstance().getSupportedRegions();
        return value.items().stream()
                .flatMap(item -> item.text()
                        .map(text -> text.toUpperCase(Locale.ROOT))
                        .filter(code -> {
                            if (!known.contains(code)) {
                                item.mistake(
                                        "There is no country " + item.quoted() + ".",
                                        "Write codes of two letters, such as [ US, CA ].");
                            }
                            return known.contains(code);
                        })
                        .stream())
                .collect(Collectors.toSet());
    }
}
