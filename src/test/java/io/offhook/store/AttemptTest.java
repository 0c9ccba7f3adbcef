package io.offhook.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Route.Result;
import io.offhook.store.Attempt.State;
import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What may become of an attempt to bring a human to a caller.
class AttemptTest {
    private static final String CALLER = "CA1";
    private static final String HUMAN = "CA2";
    private static final Attempt RINGING = Attempt.fresh(new CallId(CALLER), 0, Instant.EPOCH, 0).on(HUMAN);
    private static final Attempt TAKEN = RINGING.taken();
    private static final Attempt MET = TAKEN.joined(CALLER).joined(HUMAN);

    @Test
    void a_human_takes_the_call_and_meets_the_caller_whoever_comes_first() {
        assertThat(TAKEN.state()).isEqualTo(State.ACCEPTED);
        assertThat(TAKEN.joined(CALLER).state()).isEqualTo(State.ACCEPTED);
        assertThat(MET.state()).isEqualTo(State.MET);
        assertThat(TAKEN.joined(HUMAN).joined(CALLER).state()).isEqualTo(State.MET);
    }

    @Test
    void two_who_were_there_one_after_the_other_have_not_met() {
        assertThat(TAKEN.joined(HUMAN).left(HUMAN).joined(CALLER).state()).isEqualTo(State.ACCEPTED);
        assertThat(TAKEN.joined(CALLER).joined("CA9").state()).isEqualTo(State.ACCEPTED);
    }

    @ParameterizedTest
    @EnumSource(
            value = Result.class,
            names = {"BUSY", "NO_ANSWER", "FAILED"})
    void a_leg_that_ends_before_anybody_took_the_call_says_why(Result how) {
        assertThat(RINGING.legOver(how).result()).contains(how);
    }

    @Test
    void whoever_picked_up_and_pressed_nothing_pressed_no_key_and_whoever_took_the_call_is_gone() {
        assertThat(RINGING.legOver(Result.ACCEPTED).result()).contains(Result.NO_KEY);
        assertThat(TAKEN.legOver(Result.ACCEPTED).result()).contains(Result.HUMAN_GONE);
        assertThat(MET.legOver(Result.ACCEPTED)).isEqualTo(MET);
    }

    @Test
    void the_first_word_counts() {
        var declined = RINGING.declined();

        assertThat(declined.result()).contains(Result.DECLINED);
        assertThat(declined.taken()).isEqualTo(declined);
        assertThat(TAKEN.declined()).isEqualTo(TAKEN);
        assertThat(declined.legOver(Result.ACCEPTED)).isEqualTo(declined);
        assertThat(declined.end(Optional.of(Result.NO_ANSWER))).isEqualTo(declined);
    }

    @Test
    void a_human_who_has_taken_the_call_waits_on_when_the_agent_of_the_caller_is_gone() {
        assertThat(RINGING.agentGone().state()).isEqualTo(State.OVER);
        assertThat(TAKEN.agentGone()).isEqualTo(TAKEN);
    }

    @Test
    void a_caller_is_called_out_of_a_room_only_when_nobody_comes() {
        assertThat(TAKEN.recall().recalled()).isFalse();
        assertThat(MET.recall().recalled()).isFalse();
        assertThat(RINGING.declined().recall().recalled()).isTrue();
    }

    static Stream<UnaryOperator<Attempt>> rules() {
        return Stream.of(
                Attempt::taken,
                Attempt::declined,
                Attempt::agentGone,
                Attempt::callerGone,
                Attempt::recall,
                is -> is.on(HUMAN),
                is -> is.joined(CALLER),
                is -> is.joined(HUMAN),
                is -> is.left(HUMAN),
                is -> is.legOver(Result.ACCEPTED),
                is -> is.end(Optional.of(Result.CALLER_GONE)));
    }

    @ParameterizedTest
    @MethodSource("rules")
    void said_twice_is_said_once(UnaryOperator<Attempt> rule) {
        assertThat(Stream.of(RINGING, TAKEN, TAKEN.joined(CALLER), MET, RINGING.declined()))
                .allSatisfy(is -> assertThat(rule.apply(rule.apply(is))).isEqualTo(rule.apply(is)));
    }

    @Test
    void of_two_who_know_the_same_attempt_the_one_counts_who_knows_more() {
        var gone = TAKEN.legOver(Result.ACCEPTED);

        assertThat(RINGING.with(gone)).isEqualTo(gone);
        assertThat(gone.with(RINGING)).isEqualTo(gone);
        assertThat(RINGING.with(TAKEN)).isEqualTo(TAKEN);
        assertThat(MET.with(gone).state()).isEqualTo(State.MET);
    }
}
