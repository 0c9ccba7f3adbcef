package io.offhook.call;

import static io.offhook.call.Calls.aConversation;
import static io.offhook.call.Calls.heard;
import static io.offhook.call.Calls.ringing;
import static io.offhook.call.Calls.rules;
import static io.offhook.call.Calls.sent;
import static io.offhook.call.Calls.whereTheEngineOpens;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEffect.AskForReply;
import io.offhook.call.CallEffect.CancelReply;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.OpenEngine;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEvent.EngineReady;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallEvent.ReplyStarted;
import io.offhook.call.CallEvent.StreamOpened;
import io.offhook.call.EngineFault.Kind;
import io.offhook.call.Phase.Conversing;
import io.offhook.call.Phase.HandingOff;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class EngineTroubleTest {
    private static final EngineReady READY = new EngineReady(Duration.ZERO, Optional.empty());

    private static final HandoffCause MUTE =
            new HandoffCause.LostEngine(EngineFault.of(Kind.MUTE), Duration.ofMillis(3_500));

    private static HandoffCause cause(Calls call) {
        return call.all(FileHandoff.class).getFirst().handoff().cause();
    }

    @ParameterizedTest
    @EnumSource(value = Kind.class, names = {"UNREACHABLE", "TIMEOUT", "TLS", "AUTH", "RATE", "PROTOCOL", "CLOSED"})
    void an_engine_that_cannot_be_had_leads_to_a_human_at_once(Kind kind) {
        var call = whereTheEngineOpens();

        call.loses(kind);

        assertThat(cause(call)).isEqualTo(new HandoffCause.LostEngine(EngineFault.of(kind)));
        assertThat(call.all(Say.class)).isEmpty();
    }

    @Test
    void a_server_error_is_tried_once_more() {
        var call = whereTheEngineOpens();

        call.loses(Kind.SERVER_ERROR).after(250).loses(Kind.SERVER_ERROR).after(250);

        assertThat(call.all(OpenEngine.class)).hasSize(1);
        assertThat(call.all(FileHandoff.class)).hasSize(1);
    }

    @Test
    void a_server_error_that_came_late_leaves_the_second_try_only_the_rest_of_three_and_a_half_seconds() {
        var call = whereTheEngineOpens().after(2_000).loses(Kind.SERVER_ERROR).after(250);
        boolean tried = !call.all(OpenEngine.class).isEmpty();

        call.after(1_250);

        assertThat(tried).isTrue();
        assertThat(cause(call)).isEqualTo(MUTE);
    }

    @Test
    void a_server_error_that_came_too_late_for_a_second_try_leads_to_a_human_at_once() {
        var call = whereTheEngineOpens().after(2_251);

        call.loses(Kind.SERVER_ERROR);

        assertThat(cause(call)).isEqualTo(new HandoffCause.LostEngine(
                EngineFault.of(Kind.SERVER_ERROR), Duration.ofMillis(2_251)));
    }

    /// Whenever the first try fails, and however long after it began the second one does.
    static Stream<Arguments> whenTwoTriesFail() {
        return IntStream.rangeClosed(0, 12)
                .boxed()
                .flatMap(first -> IntStream.rangeClosed(0, 12).mapToObj(second -> Arguments.of(first * 250, second * 250)));
    }

    @ParameterizedTest
    @MethodSource("whenTwoTriesFail")
    void two_tries_together_take_no_longer_than_one_may(int first, int second) {
        var call = whereTheEngineOpens().after(first).loses(Kind.SERVER_ERROR);

        call.after(250).after(second).loses(Kind.SERVER_ERROR);

        var handoff = call.all(FileHandoff.class).getFirst().handoff();
        assertThat(Duration.between(Calls.NOON, handoff.at())).isLessThanOrEqualTo(Duration.ofMillis(3_500));
        assertThat(handoff.cause()).isInstanceOfSatisfying(HandoffCause.LostEngine.class, lost -> assertThat(lost.waited())
                .isEqualTo(Duration.between(Calls.NOON, handoff.at())));
        assertThat(call.all(OpenEngine.class)).hasSizeLessThanOrEqualTo(1);
    }

    @Test
    void a_caller_who_speaks_while_the_engine_dies_is_answered_by_the_next_one() {
        var call = aConversation().callerSpeaks("c").forget();

        call.loses(Kind.CLOSED).after(0).on(READY);

        assertThat(call.orders()).hasSize(2).endsWith(new AskForReply());
        assertThat(call.call().line().speaking()).isFalse();
        call.after(10_000);
        assertThat(call.millisHeardByEngine()).isEmpty();
        assertThat(cause(call)).isEqualTo(new HandoffCause.LostEngine(EngineFault.of(Kind.STALL)));
    }

    @ParameterizedTest
    @EnumSource(names = {"COMPLETED", "INCOMPLETE"})
    void a_reply_without_a_sound_counts_as_failed(ReplyEnd how) {
        var call = aConversation().callerSays("c", "hello").forget();

        call.on(new ReplyStarted("r1")).reply("r1", how, "");
        var first = List.copyOf(call.orders());
        call.forget().on(new ReplyStarted("r2")).reply("r2", how, "");

        assertThat(first).containsExactly(new AskForReply());
        assertThat(cause(call)).isEqualTo(new HandoffCause.LostEngine(EngineFault.of(Kind.REPLY_FAILED)));
    }

    @Test
    void a_reply_that_asks_for_a_tool_need_make_no_sound() {
        var call = aConversation().on(new ReplyStarted("r1"));

        call.reply("r1", new ToolRequest("t", "find_order", "{}"));

        assertThat(call.remarks()).doesNotContain("reply_failed");
    }

    @Test
    void a_reply_asked_for_behind_another_is_still_watched_when_that_one_ends() {
        var call = aConversation()
                .whereToolRuns("t", "find_order")
                .after(700)
                .on(new ReplyStarted("reply-filler"))
                .audio("filler", sent(100))
                .on(new CallEvent.ToolFinished(
                        new ToolRequest("t", "find_order", "{}"),
                        new ToolOutcome("{}", ToolOutcome.OK, Duration.ZERO, false)))
                .forget();

        call.reply("reply-filler").after(2_500);

        assertThat(call.remarks()).containsExactly("engine_stall", "comfort");
    }

    @Test
    void an_engine_that_stays_mute_leads_to_a_human_after_three_and_a_half_seconds() {
        var call = whereTheEngineOpens().after(3_499);
        boolean early = call.phase() instanceof HandingOff;

        call.after(1);

        assertThat(early).isFalse();
        assertThat(cause(call)).isEqualTo(MUTE);
    }

    @Test
    void a_caller_who_hears_nothing_for_1800_ms_hears_one_moment_please() {
        var call = whereTheEngineOpens().after(1_799);
        long early = call.millisPlayed();

        call.after(1);

        assertThat(early).isZero();
        assertThat(call.millisPlayed()).isEqualTo(400);
        assertThat(call.remarks()).containsExactly("comfort");
    }

    @ParameterizedTest
    @CsvSource({"STALL, 500", "CLOSED, 1800"})
    void whoever_has_waited_for_a_silent_engine_is_comforted_sooner(Kind kind, long millis) {
        var call = aConversation().loses(kind).after(millis - 1);
        long early = call.millisPlayed();

        call.after(1);

        assertThat(early).isZero();
        assertThat(call.millisPlayed()).isEqualTo(400);
    }

    @Test
    void an_engine_that_is_two_seconds_late_is_bridged_and_not_given_up() {
        var call = whereTheEngineOpens().after(2_000).on(READY);

        call.says("a", "Hello", 100).after(100).everythingIsHeard().after(4_000);

        assertThat(call.remarks()).containsExactly("comfort", "engine_ready");
        assertThat(call.phase()).isInstanceOf(Conversing.class);
    }

    @Test
    void an_engine_lost_in_a_call_and_mute_from_then_on_leads_to_a_human_within_five_seconds() {
        var call = aConversation().callerSays("c", "where is my order").loses(Kind.CLOSED);

        call.after(4_999);

        assertThat(cause(call)).isEqualTo(MUTE);
    }

    @Test
    void an_engine_lost_in_a_call_is_opened_again_with_what_was_said_and_asked_for_the_owed_reply() {
        var call = aConversation().callerSays("c", "where is my order").forget();

        call.loses(Kind.CLOSED).after(0).on(READY);

        assertThat(call.all(OpenEngine.class).getFirst().history())
                .extracting(memory -> ((Turn) memory).text())
                .containsExactly("where is my order");
        assertThat(call.orders()).hasSize(2).endsWith(new AskForReply());
        assertThat(call.remarks()).containsExactly("engine_closed", "engine_reconnected");
    }

    @Test
    void an_engine_lost_in_a_quiet_moment_is_opened_again_without_asking_for_words() {
        var call = aConversation().says("a", "anything else", 100).after(100).everythingIsHeard().forget();

        call.loses(Kind.CLOSED).after(0).on(READY);

        assertThat(call.orders()).hasSize(1);
        assertThat(call.all(OpenEngine.class)).hasSize(1);
    }

    @Test
    void an_engine_that_keeps_going_away_leads_to_a_human() {
        var call = aConversation();

        for (int i = 0; i < 4; i++) {
            call.loses(Kind.CLOSED).after(0).on(READY);
        }

        assertThat(call.all(OpenEngine.class)).hasSize(3);
        assertThat(call.all(FileHandoff.class)).hasSize(1);
    }

    @Test
    void an_engine_that_stalls_twice_is_asked_once_more_and_then_a_human_is_within_five_seconds() {
        var call = aConversation().callerSays("c", "hello").forget().after(2_400);
        var first = List.copyOf(call.orders());
        boolean comforted = call.millisPlayed() > 0;

        call.forget().after(1_400);

        assertThat(first).containsExactly(new CancelReply(), new AskForReply());
        assertThat(comforted).isTrue();
        assertThat(cause(call)).isEqualTo(new HandoffCause.LostEngine(EngineFault.of(Kind.STALL)));
    }

    @Test
    void a_long_comfort_clip_keeps_nobody_from_a_human() {
        var plain = rules("");
        var wordy = new CallRules(
                plain.agent(),
                "",
                plain.announcement(),
                "es",
                plain.silence(),
                plain.length(),
                plain.tools(),
                List.of(AudioFrame.silence(2_000)));
        var call = aConversation(wordy).callerSays("c", "hola").after(2_400);
        boolean comforted = call.remarks().contains("comfort");

        call.after(1_400);

        assertThat(comforted).isTrue();
        assertThat(cause(call)).isEqualTo(new HandoffCause.LostEngine(EngineFault.of(Kind.STALL)));
    }

    @Test
    void an_engine_that_is_slow_to_speak_is_neither_cancelled_nor_bridged() {
        var call = aConversation().callerSays("c", "hello").after(300).on(new ReplyStarted("r1")).forget();

        call.after(2_050).audio("r1", sent(500));

        assertThat(call.all(CancelReply.class)).isEmpty();
        assertThat(call.remarks()).isEmpty();
        assertThat(call.millisPlayed()).isEqualTo(500);
    }

    @Test
    void a_reply_that_begins_and_makes_no_sound_is_a_stall_too() {
        var call = aConversation().callerSays("c", "hello").after(300).on(new ReplyStarted("r1")).forget();

        call.after(3_700);

        assertThat(call.phase()).isInstanceOf(HandingOff.class);
    }

    @Test
    void a_second_reply_that_begins_late_and_makes_no_sound_keeps_nobody_longer() {
        var call = aConversation().callerSays("c", "hello").on(new ReplyStarted("r1")).after(3_700).forget();

        call.on(new ReplyStarted("r2")).after(100);

        assertThat(cause(call)).isEqualTo(new HandoffCause.LostEngine(EngineFault.of(Kind.STALL)));
    }

    @Test
    void a_second_reply_that_is_heard_in_time_goes_on() {
        var call = aConversation().callerSays("c", "hello").after(3_700).on(new ReplyStarted("r2")).audio("r2", sent(500));

        call.after(500);

        assertThat(call.phase()).isInstanceOf(Conversing.class);
    }

    @Test
    void the_end_of_a_cancelled_reply_is_not_taken_for_the_owed_one() {
        var call = aConversation()
                .callerSays("c", "hello")
                .after(300)
                .on(new ReplyStarted("r1"))
                .after(2_300)
                .forget();

        call.reply("r1", ReplyEnd.CANCELLED, "client_cancelled").after(2_400);

        assertThat(call.phase()).isInstanceOf(HandingOff.class);
    }

    @Test
    void a_stalled_reply_that_comes_after_all_is_not_played_beside_the_new_one() {
        var call = aConversation().callerSays("c", "hello").on(new ReplyStarted("reply-a")).after(2_600).forget();

        call.audio("a", sent(500)).on(new ReplyStarted("reply-b")).audio("b", sent(300));

        assertThat(call.millisPlayed()).isEqualTo(300);
    }

    @Test
    void audio_in_the_ear_of_the_caller_is_no_stall() {
        var call = aConversation().callerSays("c", "hello").whereAgentIsSaying("a", sent(8_000), heard(0));

        call.after(8_000);

        assertThat(call.all(CancelReply.class)).isEmpty();
        assertThat(call.phase()).isInstanceOf(Conversing.class);
    }

    @Test
    void a_failed_reply_is_asked_for_again_and_a_second_failure_leads_to_a_human() {
        var call = aConversation();

        call.reply("r1", ReplyEnd.FAILED, "server_error");
        var first = List.copyOf(call.orders());
        call.forget().reply("r2", ReplyEnd.FAILED, "server_error");

        assertThat(first).containsExactly(new AskForReply());
        assertThat(cause(call)).isEqualTo(new HandoffCause.LostEngine(EngineFault.of(Kind.REPLY_FAILED)));
    }

    @Test
    void a_reply_in_between_makes_up_for_the_failure() {
        var call = aConversation();

        call.reply("r1", ReplyEnd.FAILED, "server_error").reply("r2").reply("r3", ReplyEnd.FAILED, "server_error");

        assertThat(call.phase()).isInstanceOf(Conversing.class);
    }

    @Test
    void without_quota_no_second_reply_is_asked_for() {
        var call = aConversation();

        call.reply("r1", ReplyEnd.FAILED, "insufficient_quota");

        assertThat(call.phase()).isInstanceOf(HandingOff.class);
    }

    @Test
    void the_session_is_renewed_after_55_minutes() {
        var call = aConversation(longSilence());

        call.after(Duration.ofMinutes(55));
        var ordered = List.copyOf(call.orders());
        call.on(READY);

        assertThat(ordered).hasSize(2).startsWith(new CloseEngine());
        assertThat(call.all(OpenEngine.class)).hasSize(1);
        assertThat(call.all(AskForReply.class)).isEmpty();
        assertThat(call.remarks()).containsExactly("session_renewed");
    }

    @ParameterizedTest
    @CsvSource({"PT60M, PT55M", "PT30M, PT25M", "PT8M, PT4M", "PT3H, PT55M", "-PT1H, PT55M"})
    void the_session_is_renewed_well_before_the_end_that_the_engine_has_told(Duration life, Duration after) {
        var call = ringing(longSilence())
                .on(new StreamOpened(List.of()))
                .on(new EngineReady(Duration.ZERO, Optional.of(life)))
                .forget();
        call.after(after.minusSeconds(1));
        boolean early = !call.orders().isEmpty();

        call.after(Duration.ofSeconds(1));

        assertThat(early).isFalse();
        assertThat(call.all(OpenEngine.class)).hasSize(1);
    }

    @Test
    void a_renewal_that_fails_once_is_tried_again() {
        var call = aConversation(longSilence()).after(Duration.ofMinutes(55)).forget();

        call.loses(Kind.UNREACHABLE).after(250).on(READY);

        assertThat(call.all(OpenEngine.class)).hasSize(1);
        assertThat(call.all(FileHandoff.class)).isEmpty();
        assertThat(call.remarks()).containsExactly("engine_unreachable", "engine_reconnected");
    }

    @Test
    void a_renewal_that_fails_twice_leads_to_a_human() {
        var call = aConversation(longSilence()).after(Duration.ofMinutes(55)).forget();

        call.loses(Kind.UNREACHABLE).after(250).loses(Kind.UNREACHABLE);

        assertThat(call.all(FileHandoff.class)).hasSize(1);
    }

    @Test
    void the_session_is_renewed_only_in_a_quiet_moment() {
        var call = aConversation(longSilence()).after(Duration.ofMinutes(54)).callerSpeaks("c");
        call.after(Duration.ofMinutes(2)).forget();

        call.on(new CallEvent.CallerStoppedSpeaking("c")).says("a", "fine", 100).after(2_000);

        assertThat(call.all(OpenEngine.class)).hasSize(1);
    }

    private static CallRules longSilence() {
        var plain = rules("");
        return new CallRules(
                plain.agent(), "", plain.announcement(), "en", Duration.ofHours(1), plain.length(), plain.tools(), List.of());
    }

    @Test
    void a_greeting_without_a_recording_is_spoken_by_the_engine() {
        var call = ringing(rules("Hello there")).on(new StreamOpened(List.of())).forget();

        call.on(READY);

        assertThat(call.orders()).containsExactly(new Say("Hello there"));
    }

    @Test
    void a_call_that_comes_back_is_not_greeted_again_but_answered() {
        var call = ringing(rules("Hello there"), new Turn(Turn.Speaker.AGENT, "a", "one moment", false, Calls.NOON));

        call.on(new StreamOpened(List.of(AudioFrame.silence(100)))).on(READY);

        assertThat(call.millisPlayed()).isZero();
        assertThat(call.orders()).hasSize(2).endsWith(new AskForReply());
    }
}
