package io.offhook.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CircuitTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @Test
    void four_failures_in_a_row_change_nothing() {
        var circuit = failing(4);

        assertThat(circuit.room(3, NOON)).isEqualTo(3);
    }

    @Test
    void the_fifth_brings_a_rest_and_then_one_message_at_a_time() {
        var circuit = failing(5);

        assertThat(circuit.room(3, NOON.plusSeconds(4))).isZero();
        assertThat(circuit.room(3, NOON.plusSeconds(5))).isEqualTo(1);
        assertThat(circuit.succeeded().room(3, NOON)).isEqualTo(3);
    }

    @Test
    void a_failure_that_was_on_the_way_when_the_rest_began_does_not_prolong_it() {
        var circuit = failing(5);

        assertThat(circuit.failed(NOON.plusSeconds(1), Optional.empty())).isEqualTo(circuit);
    }

    @Test
    void a_receiver_that_names_a_time_gets_it() {
        var circuit = Circuit.CLOSED.failed(NOON, Optional.of(Duration.ofMinutes(9)));

        assertThat(circuit.room(3, NOON.plus(Duration.ofMinutes(9)).minusMillis(1))).isZero();
        assertThat(circuit.room(3, NOON.plus(Duration.ofMinutes(9)))).isEqualTo(3);
    }

    @Test
    void a_receiver_never_rests_longer_than_five_minutes_by_itself() {
        var circuit = Circuit.CLOSED;
        var now = NOON;
        for (int i = 0; i < 200; i++) {
            circuit = circuit.failed(now, Optional.empty());
            var rest = circuit.restUntil();

            assertThat(Duration.between(now, rest)).isBetween(Duration.ZERO, Duration.ofMinutes(5));

            now = rest;
        }
    }

    @Test
    void a_message_waits_between_half_a_second_and_an_hour() {
        for (int attempts = 1; attempts <= 10_000; attempts++) {
            var wait = Backoff.USUAL.after(attempts, new Random(attempts));

            assertThat(wait).isBetween(Duration.ofMillis(500), Duration.ofHours(1));
            if (attempts > 12) {
                assertThat(wait).isGreaterThanOrEqualTo(Duration.ofMinutes(30));
            }
        }
    }

    private static Circuit failing(int times) {
        var circuit = Circuit.CLOSED;
        for (int i = 0; i < times; i++) {
            circuit = circuit.failed(NOON, Optional.empty());
        }
        return circuit;
    }
}
