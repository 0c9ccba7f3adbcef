package io.offhook.call;

import static io.offhook.call.Calls.aConversation;
import static io.offhook.call.Calls.content;
import static io.offhook.call.Calls.heard;
import static io.offhook.call.Calls.ringing;
import static io.offhook.call.Calls.rules;
import static io.offhook.call.Calls.sent;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEffect.CancelReply;
import io.offhook.call.CallEffect.ClearPlayout;
import io.offhook.call.CallEffect.MarkPlayout;
import io.offhook.call.CallEffect.PlayToCaller;
import io.offhook.call.CallEffect.TellEngine;
import io.offhook.call.CallEffect.TruncateReply;
import io.offhook.call.CallEvent.AgentWords;
import io.offhook.call.CallEvent.CallerStartedSpeaking;
import io.offhook.call.CallEvent.EngineReady;
import io.offhook.call.CallEvent.MarkReached;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallEvent.StreamOpened;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterruptionTest {

    /// What happens, left to right: `a+500` half a second of item a arrives, `~200` time passes, `m0:300` the mark of
    /// epoch 0 behind 300 ms comes back, `x` the caller speaks. Ordered: `clear`, and `a@200` truncates a at 200 ms.
    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource({
        "heard is less than sent,                           a+3000 ~1200 x,                          clear a@1200",
        "the caller is slow to be noticed,                  a+3000 ~2999 x,                          clear a@2999",
        "replies wait behind each other,                    a+1000 b+2000 ~300 x,                    clear a@300 b@0",
        "the first of two was heard and proven,             a+1000 b+2000 ~1000 m0:1000 ~500 x,      clear b@500",
        "the first of two was heard but not proven,         a+1000 b+2000 ~1500 x,                   clear b@500",
        "all was heard and proven,                          a+1000 ~1000 m0:1000 x,                  ''",
        "all was heard but not proven,                      a+1000 ~1500 x,                          ''",
        "cut in the first frame,                            a+20 x,                                  clear a@0",
        "cut within the first frame,                        a+20 ~7 x,                               clear a@7",
        "late audio of the cut reply is dropped,            a+1000 ~200 x a+500 ~100 x,              clear a@200",
        "marks given back by clear prove nothing,           a+1000 ~200 x m0:1000 b+1000 ~300 x,     clear a@200 clear b@300",
        "so do marks of the old epoch inside the new range, a+1000 ~200 x b+1000 ~50 m0:1500 ~50 x,  clear a@200 clear b@100",
        "an older mark comes behind a newer one,            a+1000 ~400 m0:300 m0:100 ~100 x,        clear a@400",
        "the same mark comes twice,                         a+1000 ~400 m0:300 ~100 m0:300 x,        clear a@400",
        "a mark that was never asked for,                   a+1000 ~400 m0:5000 x,                   clear a@400",
        "a mark of an epoch to come,                        a+1000 ~400 m1:1000 x,                   clear a@400",
        "the provider plays later than the clock says,      a+1000 ~500 m0:200 ~100 x,               clear a@300",
        "the provider plays earlier than the clock says,    a+1000 ~100 m0:400 ~100 x,               clear a@500",
        "heard never grows past sent while audio is late,   a+500 ~9000 a+500 ~100 x,                clear a@600",
        "the same when the first part was proven,           a+500 ~500 m0:500 ~500 a+500 ~100 x,     clear a@600",
        "a second cut within the same speech,               a+1000 ~200 x x,                         clear a@200",
        "after a cut the next reply counts from its start,  a+1000 ~200 x ~700 b+500 ~100 x,         clear a@200 clear b@100"
    })
    void cuts_what_was_not_heard(String name, String happens, String ordered) {
        var call = aConversation();

        for (var happening : happens.split(" ")) {
            happen(call, happening);
        }

        assertThat(cuts(call)).isEqualTo(ordered);
    }

    private static void happen(Calls call, String happening) {
        switch (happening.charAt(0)) {
            case '~' -> call.after(Long.parseLong(happening.substring(1)));
            case 'm' -> {
                var parts = happening.substring(1).split(":");
                call.on(new MarkReached(parts[0] + ":" + Long.parseLong(parts[1]) * AudioFrame.BYTES_PER_MILLI));
            }
            case 'x' -> call.on(new CallerStartedSpeaking("speech-" + call.now()));
            default -> call.audio(happening.substring(0, 1), sent(Long.parseLong(happening.substring(2))));
        }
    }

    private static String cuts(Calls call) {
        return call.orders().stream()
                .map(order -> switch (order) {
                    case ClearPlayout _ -> "clear";
                    case TruncateReply(var content, var heard) -> content.item() + "@" + heard.toMillis();
                    default -> order.toString();
                })
                .collect(Collectors.joining(" "));
    }

    @ParameterizedTest
    @CsvSource({"''", ":", "0:", ":800", "0:-800", "0:8x", "00:800", "0:99999999999999999999", "hello"})
    void ignores_marks_that_are_not_ours(String mark) {
        var call = aConversation().whereAgentIsSaying("a", sent(1_000), heard(400));

        call.on(new MarkReached(mark)).callerSpeaks("hey");

        assertThat(cuts(call)).isEqualTo("clear a@400");
    }

    @Test
    void asks_for_a_receipt_soon_in_each_content_then_rarely_and_at_its_end() {
        var call = aConversation();

        for (int i = 0; i < 50; i++) {
            call.audio("a", sent(20)).after(20);
        }
        call.on(new CallEvent.AgentAudioEnded(content("a")));
        for (int i = 0; i < 10; i++) {
            call.audio("b", sent(20));
        }

        assertThat(call.all(PlayToCaller.class))
                .flatExtracting(played -> played.mark().stream().toList())
                .containsExactly(behind(100), behind(500), behind(900), behind(1_100));
        assertThat(call.all(MarkPlayout.class)).containsExactly(new MarkPlayout(behind(1_000)));
    }

    /// The name of a mark of epoch 0.
    private static String behind(long millis) {
        return "0:" + millis * AudioFrame.BYTES_PER_MILLI;
    }

    @Test
    void clears_once_and_before_it_truncates() {
        var call = aConversation()
                .whereAgentIsSaying("a", sent(1_000), heard(0))
                .whereAgentIsSaying("b", sent(1_000), heard(250));

        call.callerSpeaks("hey");

        assertThat(call.orders())
                .containsExactly(
                        new ClearPlayout(),
                        new TruncateReply(content("a"), heard(250)),
                        new TruncateReply(content("b"), heard(0)));
        assertThat(call.remarks()).containsExactly("barge_in");
    }

    @Test
    void does_not_play_what_comes_late_of_a_cut_reply_but_plays_the_next_one() {
        var call = aConversation().whereAgentIsSaying("a", sent(1_000), heard(200));

        call.callerSpeaks("hey").audio("a", sent(400)).reply("reply-a", ReplyEnd.CANCELLED, "turn_detected");
        call.audio("b", sent(300));

        assertThat(call.millisPlayed()).isEqualTo(300);
    }

    @Test
    void does_not_play_a_reply_that_was_cut_before_its_first_sound() {
        var call = aConversation().on(new CallEvent.ReplyStarted("reply-a"));

        call.callerSpeaks("hey").audio("a", sent(400));

        assertThat(call.millisPlayed()).isZero();
    }

    @Test
    void speech_while_nothing_is_played_clears_nothing() {
        var call = aConversation();

        call.callerSpeaks("hello");

        assertThat(call.orders()).isEmpty();
    }

    @Test
    void the_transcript_keeps_only_the_words_that_were_heard() {
        var call = aConversation().whereAgentIsSaying("a", sent(1_000), heard(500));

        call.on(new AgentWords(content("a"), "one two three four")).callerSpeaks("hey");

        assertThat(call.call().transcript().turns())
                .extracting(Turn::text, Turn::cut)
                .containsExactly(org.assertj.core.groups.Tuple.tuple("one two", true));
    }

    @Test
    void words_that_come_after_the_cut_are_shortened_too() {
        var call = aConversation().whereAgentIsSaying("a", sent(1_000), heard(500));

        call.callerSpeaks("hey").on(new AgentWords(content("a"), "one two three four"));

        assertThat(call.call().transcript().turn("a").orElseThrow().text()).isEqualTo("one two");
    }

    @Test
    void a_cut_greeting_from_the_cache_is_told_in_words_since_the_engine_has_no_item_for_it() {
        var call = ringing(rules("Hello and welcome to us"))
                .on(new StreamOpened(List.of(AudioFrame.silence(1_000))))
                .on(new EngineReady(Duration.ZERO, Optional.empty()))
                .after(600)
                .forget();

        call.callerSpeaks("hey");

        assertThat(call.orders()).hasSize(2).startsWith(new ClearPlayout());
        assertThat(call.all(TellEngine.class))
                .extracting(order -> order.turn().text())
                .containsExactly("The caller interrupted your greeting and heard only: Hello and");
    }

    @Test
    void a_greeting_heard_to_its_end_is_not_reported_as_cut() {
        var call = ringing(rules("Hello"))
                .on(new StreamOpened(List.of(AudioFrame.silence(1_000))))
                .on(new EngineReady(Duration.ZERO, Optional.empty()))
                .after(1_200)
                .whereAgentIsSaying("a", sent(1_000), heard(300));

        call.callerSpeaks("hey");

        assertThat(cuts(call)).isEqualTo("clear a@300");
        assertThat(call.all(CancelReply.class)).isEmpty();
    }
}
