package io.offhook.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Route;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store of attempts promises.
public abstract class AttemptsContract {
    private static final CallId CALL = new CallId("CA1");
    private static final Attempt FRESH = Attempt.fresh(CALL, 3, Instant.parse("2026-11-23T12:00:00.123Z"), 1);

    private Attempts attempts;

    /// An empty store.
    protected abstract Attempts open() throws Exception;

    @BeforeEach
    void opens() throws Exception {
        attempts = open();
    }

    @Test
    void an_attempt_is_kept_as_it_is_with_all_that_becomes_of_it() {
        attempts.begin(FRESH);
        UnaryOperator<Attempt> all = is -> is.on("CA2")
                .joined("CA1")
                .joined("CA2")
                .legOver(Route.Result.BUSY)
                .recall();

        var change = attempts.change(CALL, 3, all);

        assertThat(change).contains(new Attempts.Change(FRESH, all.apply(FRESH)));
        assertThat(attempts.of(List.of(CALL))).containsExactly(all.apply(FRESH));
    }

    @Test
    void of_one_number_there_is_one_attempt() {
        assertThat(attempts.begin(FRESH)).isTrue();
        attempts.change(CALL, 3, Attempt::taken);

        assertThat(attempts.begin(FRESH)).isFalse();
        assertThat(attempts.of(List.of(CALL))).containsExactly(FRESH.taken());
    }

    @Test
    void what_was_never_begun_does_not_change() {
        attempts.begin(FRESH);

        assertThat(attempts.change(CALL, 4, Attempt::taken)).isEmpty();
        assertThat(attempts.change(new CallId("CA9"), 3, Attempt::taken)).isEmpty();
        assertThat(attempts.of(List.of(CALL))).containsExactly(FRESH);
    }

    @Test
    void those_of_several_calls_are_found_at_once() {
        var other = Attempt.fresh(new CallId("CA2"), 0, Instant.EPOCH, 0);
        var third = Attempt.fresh(new CallId("CA3"), 0, Instant.EPOCH, 0);
        var later = Attempt.fresh(CALL, 10, Instant.EPOCH, 0);
        List.of(later, other, third, FRESH).forEach(attempts::begin);

        assertThat(attempts.of(List.of(CALL, other.call()))).containsExactly(FRESH, later, other);
        assertThat(attempts.of(List.of())).isEmpty();
    }

    @Test
    void of_many_at_once_each_sees_what_the_others_have_made_of_it() throws Exception {
        attempts.begin(FRESH);
        Callable<Optional<Attempts.Change>> take = () -> attempts.change(CALL, 3, Attempt::taken);
        Callable<Optional<Attempts.Change>> decline = () -> attempts.change(CALL, 3, Attempt::declined);
        var all = new ArrayList<>(Collections.nCopies(8, take));
        all.addAll(Collections.nCopies(8, decline));
        Collections.shuffle(all);

        try (var threads = Executors.newFixedThreadPool(all.size())) {
            var news = threads.invokeAll(all).stream()
                    .flatMap(future -> future.resultNow().stream())
                    .filter(change -> !change.before().equals(change.after()))
                    .toList();

            assertThat(news).hasSize(1);
            assertThat(attempts.of(List.of(CALL))).containsExactly(news.getFirst().after());
        }
    }
}
