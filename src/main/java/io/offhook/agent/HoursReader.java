package io.offhook.agent;

import biweekly.Biweekly;
import biweekly.component.VEvent;
import biweekly.util.ICalDate;
import io.offhook.call.OpeningHours;
import io.offhook.call.OpeningHours.Span;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TimeZone;
import java.util.regex.Pattern;

/// `hours:` to [OpeningHours]. Holidays are the all-day events of an iCalendar file, repeated ones included, for the
/// next years; a reload of agent.yaml counts them anew.
final class HoursReader {
    private static final Pattern OPEN =
            Pattern.compile("(?<days>[A-Za-z]{3,9}([-,][A-Za-z]{3})*) +(?<from>\\d{1,2}:\\d\\d)-(?<to>\\d{1,2}:\\d\\d)");
    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d\\d-\\d\\d");
    private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");
    private static final String FORM = "Write it like \"Mon-Fri 09:00-18:00\", \"Sat,Sun 10:00-14:00\" or \"daily"
            + " 00:00-24:00\".";
    private static final int YEARS = 5;
    private static final int MOST_DAYS = 5_000;

    private final Clock clock;

    HoursReader(Clock clock) {
        this.clock = clock;
    }

    Optional<OpeningHours> read(Value value) {
        return value.fields("hours").flatMap(fields -> {
            var zone = fields.required("zone", "Name a time zone, such as zone: America/New_York.")
                    .flatMap(HoursReader::zone);
            var spans = fields.required("open", FORM)
                    .map(open -> (open.isList() ? open.items() : List.of(open))
                            .stream().flatMap(item -> spans(item).stream()).toList());
            var closed = fields.value("closed_on").map(this::closed).orElse(Set.of());
            return zone.flatMap(z -> spans.filter(s -> !s.isEmpty()).map(s -> new OpeningHours(z, s, closed)));
        });
    }

    private static Optional<ZoneId> zone(Value value) {
        return value.text().flatMap(name -> {
            try {
                return Optional.of(ZoneId.of(name));
            } catch (DateTimeException _) {
                value.mistake(
                        "There is no time zone " + value.quoted() + "."
                                + Value.didYouMean(name, ZoneId.getAvailableZoneIds()),
                        "Use a name such as America/New_York or Europe/Madrid.");
                return Optional.empty();
            }
        });
    }

    private static List<Span> spans(Value item) {
        return item.text()
                .map(text -> {
                    var match = OPEN.matcher(text.strip());
                    if (!match.matches()) {
                        item.mistake(item.quoted() + " is not a span of opening hours.", FORM);
                        return List.<Span>of();
                    }
                    var from = time(match.group("from"));
                    var to = time(match.group("to"));
                    var days = days(match.group("days").toLowerCase(Locale.ROOT));
                    if (from.isEmpty() || to.isEmpty() || days.isEmpty()) {
                        item.mistake(item.quoted() + " has a day or an hour that there isn't.", FORM);
                        return List.<Span>of();
                    }
                    return days.stream()
                            .map(day -> new Span(day, from.get(), to.get()))
                            .toList();
                })
                .orElse(List.of());
    }

    private static Optional<LocalTime> time(String text) {
        var parts = text.split(":");
        int hour = Integer.parseInt(parts[0]);
        int minute = Integer.parseInt(parts[1]);
        if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) {
            return Optional.empty();
        }
        return Optional.of(LocalTime.of(hour % 24, minute));
    }

    /// No days if one of them makes no sense.
    private static List<DayOfWeek> days(String text) {
        if (text.equals("daily")) {
            return List.of(DayOfWeek.values());
        }
        var days = new ArrayList<DayOfWeek>();
        for (var part : text.split(",")) {
            var ends = part.split("-");
            int first = DAYS.indexOf(ends[0]);
            int last = DAYS.indexOf(ends[ends.length - 1]);
            if (first < 0 || last < 0 || ends.length > 2) {
                return List.of();
            }
            for (int i = 0; i <= Math.floorMod(last - first, 7); i++) {
                days.add(DayOfWeek.of(Math.floorMod(first + i, 7) + 1));
            }
        }
        return days;
    }

    // --- holidays

    private Set<LocalDate> closed(Value value) {
        var days = new HashSet<LocalDate>();
        if (value.isList()) {
            value.items().forEach(item -> item.matching(DAY, "Write days like 2026-12-25.")
                    .flatMap(text -> day(item, text))
                    .ifPresent(days::add));
        } else {
            value.prose().ifPresent(text -> days.addAll(calendar(value, text)));
        }
        return days;
    }

    private static Optional<LocalDate> day(Value item, String text) {
        try {
            return Optional.of(LocalDate.parse(text));
        } catch (DateTimeException _) {
            item.mistake("There is no day " + text + ".", "Write days like 2026-12-25.");
            return Optional.empty();
        }
    }

    private Set<LocalDate> calendar(Value value, String text) {
        var calendars = text.contains("BEGIN:VCALENDAR") ? Biweekly.parse(text).all() : List.<biweekly.ICalendar>of();
        if (calendars.isEmpty()) {
            value.mistake(
                    "hours.closed_on is not an iCalendar file.",
                    "Name one, such as closed_on: file:holidays.ics, or list days: [ 2026-12-25 ].");
            return Set.of();
        }
        var days = new HashSet<LocalDate>();
        for (var calendar : calendars) {
            calendar.getEvents().forEach(event -> add(event, days));
        }
        return days;
    }

    private void add(VEvent event, Set<LocalDate> days) {
        if (event.getDateStart() == null || event.getDateStart().getValue() == null) {
            return;
        }
        ICalDate start = event.getDateStart().getValue();
        if (start.hasTime()) {
            // A meeting is not a holiday.
            return;
        }
        long length = length(event, start);
        var from = LocalDate.now(clock).minusYears(1);
        var until = from.plusYears(1L + YEARS);
        var dates = event.getDateIterator(TimeZone.getDefault());
        // The library reads a day as its midnight in the machine's own zone.
        while (dates.hasNext() && days.size() < MOST_DAYS) {
            var date = dates.next();
            var first = local(date);
            if (first.isAfter(until)) {
                return;
            }
            for (long i = 0; i < length && !first.plusDays(i).isBefore(from); i++) {
                days.add(first.plusDays(i));
            }
        }
    }

    private static LocalDate local(Date date) {
        return date.toInstant().atZone(ZoneId.systemDefault()).toLocalDate();
    }

    /// Days from the first to the last; the end of an all-day event is the day after it (RFC 5545 section 3.6.1).
    private static long length(VEvent event, ICalDate start) {
        if (event.getDateEnd() == null || event.getDateEnd().getValue() == null) {
            return 1;
        }
        var days = Duration.between(start.toInstant(), event.getDateEnd().getValue().toInstant()).plusHours(2).toDays();
        return Math.clamp(days, 1, 366);
    }
}
