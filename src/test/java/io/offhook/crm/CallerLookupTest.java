package io.offhook.crm;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class CallerLookupTest {
    private static final Instant NOON = Instant.parse("2026-03-20T12:00:00Z");
    private static final PhoneNumber NUMBER = new PhoneNumber("+14155550123");
    private static final Caller DANA = Caller.of("C-17", "Dana", "Ruiz", Map.of());
    private static final Duration LONG = Duration.ofSeconds(20);

    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> remarks = new CopyOnWriteArrayList<>();
    private final AtomicLong nanos = new AtomicLong(-5);
    private final AtomicInteger asked = new AtomicInteger();
    private final CountDownLatch end = new CountDownLatch(1);

    private interface Answer {
        Optional<Caller> to(PhoneNumber number) throws CrmFailure, InterruptedException;
    }

    @AfterEach
    void ends() {
        end.countDown();
        workers.shutdownNow();
    }

    private CallerLookup lookup(Answer answer, Duration deadline, Duration patience) {
        var crm = new Crm() {
            @Override
            public Optional<Caller> find(PhoneNumber number) throws CrmFailure, InterruptedException {
                asked.incrementAndGet();
                return answer.to(number);
            }

            @Override
            public Optional<String> open(Interaction interaction) {
                return Optional.empty();
            }

            @Override
            public void note(String interaction, String text) {}
        };
        return new CallerLookup(crm, deadline, patience, workers, nanos::get);
    }

    private CallerLookup lookup(Answer answer) {
        return lookup(answer, LONG, LONG);
    }

    private CompletableFuture<Optional<Caller>> start(CallerLookup lookup) {
        return lookup.start(Optional.of(NUMBER), StirVerdict.NONE, remarks::add);
    }

    private Optional<Caller> result(CallerLookup lookup) throws Exception {
        return start(lookup).get(60, SECONDS);
    }

    @Test
    void a_caller_in_the_records_is_found() throws Exception {
        assertThat(result(lookup(_ -> Optional.of(DANA)))).contains(DANA);
        assertThat(remarks).isEmpty();
    }

    @Test
    void starting_waits_for_nothing() {
        var lookup = lookup(_ -> {
            end.await();
            return Optional.of(DANA);
        });

        var found = start(lookup);

        assertThat(found.getNow(Optional.empty())).isEmpty();
        assertThat(found).isNotDone();
    }

    @Test
    void a_late_answer_is_remarked_on_and_still_comes() throws Exception {
        var lookup = lookup(
                _ -> {
                    end.await();
                    return Optional.of(DANA);
                },
                Duration.ofMillis(50),
                LONG);

        var found = start(lookup);
        await().until(() -> !remarks.isEmpty());
        assertThat(found).isNotDone();
        end.countDown();

        assertThat(found.get(10, SECONDS)).contains(DANA);
        assertThat(remarks).containsExactly(CallerLookup.TIMEOUT);
        assertThat(result(lookup)).contains(DANA);
        assertThat(asked).as("it is remembered like one in time").hasValue(1);
    }

    @Test
    void an_answer_that_never_comes_is_cut_off_in_the_end() throws Exception {
        var cutOff = new CountDownLatch(1);
        var lookup = lookup(
                _ -> {
                    try {
                        end.await();
                    } catch (InterruptedException e) {
                        cutOff.countDown();
                        throw e;
                    }
                    return Optional.of(DANA);
                },
                Duration.ofMillis(20),
                Duration.ofMillis(100));

        assertThat(result(lookup)).isEmpty();

        assertThat(remarks).containsExactly(CallerLookup.TIMEOUT, CallerLookup.FAILED);
        assertThat(cutOff.await(60, SECONDS)).isTrue();
    }

    @Test
    void a_crm_that_is_slow_but_answers_is_not_left_alone() throws Exception {
        var pause = new CountDownLatch(1);
        var lookup = lookup(
                _ -> {
                    if (asked.get() <= 5) {
                        pause.await();
                    }
                    return Optional.of(DANA);
                },
                Duration.ofMillis(1),
                LONG);
        for (int i = 0; i < 5; i++) {
            var _ = lookup.start(
                    Optional.of(new PhoneNumber("+1415555" + (1000 + i))), StirVerdict.NONE, remarks::add);
        }
        await().until(() -> remarks.size() == 5);
        assertThat(result(lookup)).as("five were late").isEmpty();

        pause.countDown();

        await().untilAsserted(() -> assertThat(result(lookup)).contains(DANA));
    }

    @Test
    void a_failing_crm_has_found_nobody() throws Exception {
        assertThat(result(lookup(_ -> {
                    throw new CrmFailure("http_status", "no");
                })))
                .isEmpty();
        assertThat(result(lookup(_ -> {
                    throw new IllegalStateException("a bug");
                })))
                .isEmpty();

        assertThat(remarks).containsExactly(CallerLookup.FAILED, CallerLookup.FAILED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+266696687", "+7378742833", "+86282452253"})
    void withheld_numbers_are_not_looked_up(String keypad) {
        var lookup = lookup(_ -> Optional.of(DANA));

        var spelt = lookup.start(Optional.of(new PhoneNumber(keypad)), StirVerdict.NONE, remarks::add);
        var none = lookup.start(Optional.empty(), StirVerdict.NONE, remarks::add);

        assertThat(spelt).isCompletedWithValue(Optional.empty());
        assertThat(none).isCompletedWithValue(Optional.empty());
        assertThat(asked).hasValue(0);
        assertThat(remarks).isEmpty();
    }

    @Test
    void a_number_that_failed_the_networks_check_is_not_looked_up() {
        var found =
                lookup(_ -> Optional.of(DANA)).start(Optional.of(NUMBER), StirVerdict.FAILED, remarks::add);

        assertThat(found).isCompletedWithValue(Optional.empty());
        assertThat(asked).hasValue(0);
        assertThat(remarks).containsExactly(CallerLookup.NUMBER_FAILED);
    }

    @Test
    void the_same_number_is_asked_for_once_in_half_a_minute() throws Exception {
        var lookup = lookup(_ -> Optional.of(DANA));

        assertThat(result(lookup)).isEqualTo(result(lookup));
        assertThat(asked).hasValue(1);

        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
        result(lookup);
        assertThat(asked).hasValue(2);
    }

    @Test
    void a_failure_is_not_remembered() throws Exception {
        var lookup = lookup(_ -> {
            if (asked.get() == 1) {
                throw new CrmFailure("http_status", "no");
            }
            return Optional.of(DANA);
        });

        assertThat(result(lookup)).isEmpty();
        assertThat(result(lookup)).contains(DANA);
    }

    @Test
    void after_five_failures_nobody_asks_for_ten_seconds_then_one_tries() throws Exception {
        var lookup = lookup(_ -> {
            throw new CrmFailure("http_status", "no");
        });
        for (int i = 0; i < 5; i++) {
            result(lookup);
        }

        result(lookup);
        assertThat(remarks).last().isEqualTo(CallerLookup.PAUSED);
        assertThat(asked).hasValue(5);

        nanos.addAndGet(Duration.ofSeconds(10).toNanos());
        result(lookup);
        result(lookup);
        assertThat(asked).hasValue(6);
    }

    @Test
    void a_crm_that_answers_again_is_asked_again() throws Exception {
        var works = new AtomicInteger();
        var lookup = lookup(_ -> {
            if (works.get() == 0) {
                throw new CrmFailure("http_status", "no");
            }
            return Optional.of(DANA);
        });
        for (int i = 0; i < 5; i++) {
            result(lookup);
        }
        works.set(1);
        nanos.addAndGet(Duration.ofSeconds(10).toNanos());

        assertThat(result(lookup)).contains(DANA);
        nanos.addAndGet(Duration.ofSeconds(31).toNanos());
        assertThat(result(lookup)).contains(DANA);
    }

    @Test
    void threads_that_hang_are_bounded() {
        var lookup = lookup(_ -> {
            end.await();
            return Optional.empty();
        });

        for (int i = 0; i < 150; i++) {
            var _ = lookup.start(
                    Optional.of(new PhoneNumber("+1415555" + (1000 + i))), StirVerdict.NONE, remarks::add);
        }

        assertThat(remarks).hasSize(50).containsOnly(CallerLookup.FAILED);
        await().untilAsserted(() -> assertThat(asked).hasValue(100));
    }

    @Test
    void a_server_that_goes_down_finds_nobody() {
        var lookup = lookup(_ -> Optional.of(DANA));
        workers.shutdownNow();

        assertThat(start(lookup)).isCompletedWithValue(Optional.empty());
    }

    @Test
    void texts_of_an_interaction_are_cut_and_on_one_line() {
        var interaction = Interaction.begun(new CallId("CA1"), Optional.of(NUMBER), Optional.of(" \n"), NOON)
                .closed("a\nb" + "x".repeat(500), "resolved", "\u0000".repeat(9) + "s".repeat(9_000), NOON);

        assertThat(interaction.topic()).startsWith("a b").hasSize(120);
        assertThat(interaction.summary()).hasSize(2_000);
        assertThat(interaction.caller()).isEmpty();
        assertThat(interaction.toString()).isEqualTo("Interaction[CA1, resolved]");
    }
}
