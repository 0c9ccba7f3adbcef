package io.offhook.desk;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import io.offhook.call.Handoff;
import io.offhook.call.Identity;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Story;
import io.offhook.call.Turn;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the page about a handoff shows, in the order in which it is read. Texts only; the template escapes them.
///
/// @param who       the caller's name, or the number when there is none
/// @param number    empty when it is the heading already, or withheld
/// @param borrowed  whether the network says that the number is not the caller's
/// @param summaryBy who wrote the summary
public record ScreenPop(
        String call,
        String who,
        String number,
        String verified,
        String attestation,
        boolean borrowed,
        String language,
        String mood,
        boolean upset,
        String urgency,
        boolean urgent,
        String route,
        String ago,
        String at,
        String reason,
        String summary,
        String summaryBy,
        String opening,
        List<String> done,
        List<String> promised,
        List<String> doNotAsk,
        List<Fact> facts,
        List<Fact> mentioned,
        List<Line> transcript) {
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);

    public record Fact(String name, String value) {}

    /// @param when since the first turn, such as `1:05`
    public record Line(String who, String kind, String when, String text, boolean cut) {}

    static ScreenPop of(Handoff handoff, Instant now) {
        var story = handoff.story();
        var number = handoff.caller().map(ScreenPop::readable).orElse("");
        var name = story.name().or(() -> customer(story));
        var urgency = handoff.urgency();
        return new ScreenPop(
                handoff.call().value(),
                visible(name.orElse(number.isEmpty() ? "Unknown caller" : number)),
                name.isPresent() ? number : "",
                handoff.identity().verified() ? "verified" : "not verified",
                attestation(handoff.identity().attestation()),
                handoff.identity().attestation().equals(Identity.FAILED),
                language(handoff.language()),
                story.mood() == Story.Mood.UNKNOWN ? "" : story.mood().name().toLowerCase(Locale.ROOT),
                story.mood() == Story.Mood.UPSET,
                urgency.name().toLowerCase(Locale.ROOT) + " urgency",
                urgency == Handoff.Urgency.HIGH,
                visible(handoff.to()),
                ago(Duration.between(handoff.at(), now)),
                CLOCK.format(handoff.at()),
                visible(handoff.reason()),
                visible(story.summary().isBlank() ? handoff.summary() : story.summary()),
                switch (story.source()) {
                    case AGENT -> "written by the agent";
                    case ENGINE -> "written by the engine";
                    case RULE -> "put together by rule";
                },
                visible(story.opening()),
                visible(story.done()),
                visible(story.promised()),
                visible(story.doNotAsk()),
                Stream.concat(
                                story.customer().entrySet().stream().map(ScreenPop::recorded),
                                story.facts().entrySet().stream().map(ScreenPop::fact))
                        .toList(),
                story.mentioned().entrySet().stream().map(ScreenPop::fact).toList(),
                handoff.transcript().stream()
                        .map(turn -> line(turn, handoff.transcript().getFirst().at()))
                        .toList());
    }

    private static String attestation(String word) {
        return switch (word) {
            case "" -> "number not attested";
            case Identity.FAILED -> "number failed the carrier's check";
            default -> "number attested " + visible(word) + " by the carrier";
        };
    }

    /// Whose number it is, if the caller gave no name.
    private static Optional<String> customer(Story story) {
        return Optional.of(Stream.of("first_name", "last_name")
                        .map(name -> story.customer().getOrDefault(name, ""))
                        .filter(name -> !name.isEmpty())
                        .collect(Collectors.joining(" ")))
                .filter(name -> !name.isEmpty());
    }

    private static Fact recorded(Map.Entry<String, String> fact) {
        return new Fact("customer " + visible(fact.getKey()).replace('_', ' '), visible(fact.getValue()));
    }

    private static Fact fact(Map.Entry<String, String> fact) {
        return new Fact(visible(fact.getKey()), visible(fact.getValue()));
    }

    private static Line line(Turn turn, Instant start) {
        var kind = turn.speaker().name().toLowerCase(Locale.ROOT);
        return new Line(
                kind.substring(0, 1).toUpperCase(Locale.ROOT) + kind.substring(1),
                kind,
                clock(Duration.between(start, turn.at())),
                visible(turn.text()),
                turn.cut());
    }

    private static List<String> visible(List<String> texts) {
        return texts.stream().map(ScreenPop::visible).toList();
    }

    /// HTML has no place for most control characters, so their signs stand for them; half a pair shows as such.
    static String visible(String text) {
        var result = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (c < 0x20 && c != '\n' && c != '\t') {
                result.appendCodePoint(0x2400 + c);
            } else if ((c >= 0x7F && c <= 0x9F) || (c >= 0xD800 && c <= 0xDFFF)) {
                result.append('\uFFFD');
            } else {
                result.appendCodePoint(c);
            }
        });
        return result.toString();
    }

    private static String readable(PhoneNumber number) {
        var numbers = PhoneNumberUtil.getInstance();
        try {
            return numbers.format(numbers.parse(number.e164(), null), PhoneNumberFormat.INTERNATIONAL);
        } catch (NumberParseException _) {
            return number.e164();
        }
    }

    private static String language(String tag) {
        var name = Locale.forLanguageTag(tag).getDisplayLanguage(Locale.ENGLISH);
        return name.isEmpty() ? visible(tag) : name;
    }

    private static String clock(Duration time) {
        var shown = time.isNegative() ? Duration.ZERO : time;
        return shown.toMinutes() + ":" + "%02d".formatted(shown.toSecondsPart());
    }

    private static String ago(Duration time) {
        if (time.compareTo(Duration.ofHours(1)) >= 0) {
            return "more than an hour ago";
        }
        return clock(time) + " ago";
    }
}
