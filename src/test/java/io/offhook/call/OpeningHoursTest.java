package io.offhook.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.OpeningHours.Span;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpeningHoursTest {
    /// Friday 9 to 18, and from Saturday 22:00 to Sunday 06:00; Friday 25 December 2026 is closed.
    private static final OpeningHours HOURS = new OpeningHours(
            ZoneId.of("America/New_York"),
            List.of(
                    new Span(DayOfWeek.FRIDAY, LocalTime.of(9, 0), LocalTime.of(18, 0)),
                    new Span(DayOfWeek.SATURDAY, LocalTime.of(22, 0), LocalTime.of(6, 0))),
            Set.of(LocalDate.of(2026, 12, 25)));

    @ParameterizedTest
    @CsvSource({
        "2026-11-27T13:59:59Z, false", // a second to nine, winter time
        "2026-11-27T14:00:00Z, true",
        "2026-11-27T22:59:59Z, true",
        "2026-11-27T23:00:00Z, false",
        "2026-07-03T13:00:00Z, true", // nine o'clock, summer time
        "2026-11-29T02:59:59Z, false", // Saturday, a second to ten in the evening
        "2026-11-29T03:00:00Z, true",
        "2026-11-29T10:59:59Z, true", // Sunday, a second to six
        "2026-11-29T11:00:00Z, false",
        "2026-12-25T15:00:00Z, false", // a holiday
        "2026-11-23T15:00:00Z, false" // a Monday
    })
    void people_are_there_when_a_span_of_their_own_time_zone_says_so(Instant at, boolean open) {
        assertThat(HOURS.open(at)).isEqualTo(open);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-27T13:59:59Z, 2026-11-27T14:00:00Z",
        "2026-11-27T14:00:00Z, 2026-11-29T03:00:00Z", // open: the next span counts
        "2026-11-23T15:00:00Z, 2026-11-27T14:00:00Z",
        "2026-12-21T15:00:00Z, 2026-12-27T03:00:00Z" // not on the holiday
    })
    void the_next_opening_is_when_a_span_begins(Instant after, Instant opening) {
        assertThat(HOURS.nextOpening(after)).contains(opening);
    }

    @ParameterizedTest
    @CsvSource({"2026-11-27T05:00:00Z, true", "2026-11-28T04:59:59Z, true", "2026-11-28T05:00:00Z, false"})
    void a_span_from_midnight_to_midnight_is_the_whole_day(Instant at, boolean open) {
        var friday = new OpeningHours(
                ZoneId.of("America/New_York"),
                List.of(new Span(DayOfWeek.FRIDAY, LocalTime.MIDNIGHT, LocalTime.MIDNIGHT)),
                Set.of());

        assertThat(friday.open(at)).isEqualTo(open);
    }
}
