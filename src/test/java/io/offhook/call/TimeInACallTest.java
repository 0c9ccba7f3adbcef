package io.offhook.call;

import static io.offhook.call.Calls.PHRASES;
import static io.offhook.call.Calls.aConversation;
import static io.offhook.call.Calls.heard;
import static io.offhook.call.Calls.sent;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEvent.CallerAudio;
import io.offhook.call.Phase.SayingGoodbye;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeInACallTest {
    private static final CallEffect STILL_THERE = new Say(PHRASES.stillThere());

    private static CallerAudio media(long atMillis) {
        return new CallerAudio(AudioFrame.silence(20), atMillis);
    }

    @Test
    void ten_quiet_seconds_make_the_agent_ask_and_ten_more_end_the_call() {
        var call = aConversation().after(10_000);
        var asked = List.copyOf(call.orders());

        call.says("a", "Are you still there?", 500).after(500).everythingIsHeard().after(12_000);

        assertThat(asked).containsExactly(STILL_THERE);
        assertThat(call.orders()).contains(new Say(PHRASES.goodbyeAfterSilence()));
        assertThat(call.phase()).isInstanceOfSatisfying(
                SayingGoodbye.class, goodbye -> assertThat(goodbye.reason()).isEqualTo("silence"));
    }

    @Test
    void a_caller_who_answers_is_asked_anew_the_next_time() {
        var call = aConversation().after(10_000).says("a", "Are you still there?", 500).after(3_000);

        call.callerSays("c", "yes").says("b", "Fine.", 100).after(200).forget().after(11_500);

        assertThat(call.orders()).containsExactly(STILL_THERE);
    }

    @Test
    void silence_is_counted_from_the_end_of_the_agents_words() {
        var call = aConversation().after(1_000).callerSays("c", "tell me").says("a", "a long answer", 9_000);

        call.forget().after(9_000).everythingIsHeard().after(9_900);
        var early = List.copyOf(call.orders());
        call.after(200);

        assertThat(early).isEmpty();
        assertThat(call.orders()).containsExactly(STILL_THERE);
    }

    @Test
    void a_key_is_a_sign_of_life() {
        var call = aConversation().after(9_000);

        call.key('5').after(9_000);

        assertThat(call.orders()).isEmpty();
    }

    @Test
    void the_caller_is_warned_a_minute_before_the_call_grows_too_long() {
        var call = aConversation(limitedTo(Duration.ofMinutes(10)));

        call.after(Duration.ofMinutes(9));

        assertThat(call.orders()).containsExactly(new Say(PHRASES.oneMinuteLeft()));
    }

    @Test
    void a_call_that_grew_too_long_goes_to_a_human_who_is_announced() {
        var call = aConversation(limitedTo(Duration.ofMinutes(1)));

        call.after(Duration.ofMinutes(1));

        assertThat(call.all(Say.class)).containsExactly(new Say(Calls.ANNOUNCEMENT));
        assertThat(call.all(FileHandoff.class).getFirst().handoff().cause()).isEqualTo(new HandoffCause.CallTooLong());
    }

    @Test
    void a_reply_still_running_at_the_limit_is_not_taken_for_the_announcement() {
        var call = aConversation(limitedTo(Duration.ofMinutes(1)))
                .after(Duration.ofSeconds(59))
                .on(new CallEvent.ReplyStarted("running"))
                .after(Duration.ofSeconds(1))
                .on(new CallEvent.HandoffFiled())
                .forget();

        call.reply("running").everythingIsHeard();

        assertThat(call.all(CallEffect.CloseStream.class)).isEmpty();
        call.reply("announcement").everythingIsHeard();
        assertThat(call.all(CallEffect.CloseStream.class)).hasSize(1);
    }

    private static CallRules limitedTo(Duration length) {
        return new CallRules("a", "", Calls.ANNOUNCEMENT, "en", Duration.ofHours(1), length, Map.of(), List.of());
    }

    /// Frames of 20 ms: the first at 1000, the second at `next`; the engine hears a pad of `padded` between them.
    @ParameterizedTest
    @CsvSource({"1020, ''", "1059, ''", "1060, 40", "1220, 200", "61020, 10000", "1000, ''", "0, ''"})
    void missing_media_is_padded_with_silence(long next, String padded) {
        var call = aConversation().on(media(1_000)).forget();

        call.on(media(next));

        var expected = padded.isEmpty() ? List.of(20L) : List.of(Long.parseLong(padded), 20L);
        assertThat(call.millisHeardByEngine()).isEqualTo(expected);
        assertThat(call.remarks()).hasSize(padded.isEmpty() ? 0 : 1);
    }

    @Test
    void media_that_stops_while_the_caller_speaks_is_replaced_by_silence_after_750_ms() {
        var call = aConversation().on(media(1_000)).callerSpeaks("c").forget().after(749);
        var early = List.copyOf(call.millisHeardByEngine());

        call.after(1);

        assertThat(early).isEmpty();
        assertThat(call.millisHeardByEngine()).containsExactly(1_000L);
        assertThat(call.remarks()).containsExactly("media_gap");
    }

    @Test
    void silence_that_filled_a_gap_is_not_padded_again() {
        var call = aConversation().on(media(1_000)).callerSpeaks("c").after(750).forget();

        call.on(media(2_220));

        assertThat(call.millisHeardByEngine()).containsExactly(200L, 20L);
    }

    @Test
    void media_that_keeps_coming_is_not_replaced() {
        var call = aConversation().callerSpeaks("c").forget();

        for (int i = 0; i < 100; i++) {
            call.after(20).on(media(20L * i));
        }

        assertThat(call.millisHeardByEngine()).hasSize(100).containsOnly(20L);
    }

    @Test
    void nothing_is_due_while_the_agent_is_heard() {
        var call = aConversation().whereAgentIsSaying("a", sent(30_000), heard(0));

        call.after(29_000);

        assertThat(call.orders()).isEmpty();
    }
}
