package io.offhook.call;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// When the company's people are at work.
///
/// @param spans  of each week; never empty
/// @param closed days on which no span begins
public record OpeningHours(ZoneId zone, List<Span> spans, Set<LocalDate> closed) {
    private static final int LOOK_AHEAD_DAYS = 31;

    public OpeningHours {
        spans = List.copyOf(spans);
        closed = Set.copyOf(closed);
        if (spans.isEmpty()) {
            throw new IllegalArgumentException("opening hours that never open are a mistake");
        }
    }

    /// From a time of one weekday to a later one, at most a day after: a `to` that is not after `from` is on the next
    /// day, so that 00:00 to 00:00 is the whole day.
    public record Span(DayOfWeek day, LocalTime from, LocalTime to) {
        private boolean overnight() {
            return !to.isAfter(from);
        }
    }

    public boolean open(Instant at) {
        var local = at.atZone(zone);
        var today = local.toLocalDate();
        var time = local.toLocalTime();
        return spans.stream().anyMatch(span -> began(span, today, time) || goesOn(span, today, time));
    }

    /// When a span begins next; empty if none does for a month.
    public Optional<Instant> nextOpening(Instant after) {
        var today = after.atZone(zone).toLocalDate();
        return today.datesUntil(today.plusDays(LOOK_AHEAD_DAYS))
                .flatMap(day -> spans.stream()
                        .filter(span -> opens(span, day))
                        .map(span -> day.atTime(span.from()).atZone(zone).toInstant()))
                .filter(opening -> opening.isAfter(after))
                .min(Comparator.naturalOrder());
    }

    private boolean began(Span span, LocalDate today, LocalTime time) {
        return opens(span, today) && !time.isBefore(span.from()) && (span.overnight() || time.isBefore(span.to()));
    }

    private boolean goesOn(Span span, LocalDate today, LocalTime time) {
        return span.overnight() && opens(span, today.minusDays(1)) && time.isBefore(span.to());
    }

    private boolean opens(Span span, LocalDate day) {
        return span.day() == day.getDayOfWeek() && !closed.contains(day);
    }
}
