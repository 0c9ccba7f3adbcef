package io.offhook.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.engine.openai.Replies.Order;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RepliesTest {
    private final Replies replies = new Replies();
    private final List<String> sent = new ArrayList<>();

    /// What happens, left to right, and what is sent: `r` a plain reply is wished for, `sX` the text X; `bN` and `eN`
    /// reply N begins and ends; `[` and `]` the caller starts and stops speaking; `xN` our event `ask_N` is refused
    /// because another reply runs, `yN` for another reason; `n` there was nothing to cancel. Sent: `R`, `X`.
    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource({
        "a plain reply goes out at once,                              r,                    R",
        "a text goes out at once,                                     sA,                   A",
        "nothing is asked for while a reply is asked for,             r sA,                 R",
        "a text waits for the end of the reply,                       b1 sA e1,             A",
        "an end without a beginning frees the way,                    r sA e1,              R A",
        "texts keep their order and come before a plain reply,        b1 sA r sB e1 b2 e2 b3 e3, A B R",
        "plain wishes do not add up,                                  b1 r r r e1 b2 e2,    R",
        "the end of another reply frees nothing,                      b1 r e9,              ''",
        "a refused wish goes back and is sent at the end,             r b7 x1 e7,           R R",
        "so it is when the other reply is not known,                  r x1 e7,              R R",
        "a turn that crossed the wish does not answer it,             r [ ] b7 x1 e7,       R R",
        "a refused text goes back to the head of the queue,           sA sB b7 x1 e7 b8 e8, A A B",
        "a refusal of something else changes nothing,                 r x9 b1 e1,           R",
        "a wish that can't be read is given up,                       sA sB y1,             A B",
        "nothing to cancel frees what was only assumed to run,        r x1 n,               R R",
        "nothing to cancel changes nothing else,                      b1 r n,               ''",
        "the engine's answer to the caller is the wished-for reply,   b1 r [ e1 ] b2 e2,    ''",
        "no plain reply is asked for while the caller speaks,         [ r,                  ''",
        "but one is when it is wished for again after that,           [ r ] r,              R",
        "a text does not wait for the caller,                         [ sA,                 A",
        "a wish made during the engine's own reply stands,            [ ] b1 r e1,          R",
    })
    void wishes_wait_for_their_turn(String why, String happening, String expected) {
        replies.open();

        for (var what : happening.split(" ")) {
            happens(what);
        }

        assertThat(String.join(" ", sent)).as(why).isEqualTo(expected);
    }

    @Test
    void nothing_is_sent_before_the_session_is_ready() {
        assertThat(replies.say("A")).isEmpty();
        assertThat(replies.respond()).isEmpty();

        var first = replies.open();

        assertThat(first).map(Order::wish).contains(new Replies.SayExactly("A"));
    }

    @Test
    void of_too_many_texts_the_oldest_go() {
        for (int i = 0; i < 20; i++) {
            replies.say("text " + i);
        }

        var first = replies.open();

        assertThat(first).map(Order::wish).contains(new Replies.SayExactly("text 4"));
    }

    @Test
    void a_reply_ends_once() {
        replies.open();
        replies.began("1");
        replies.ended("1");

        assertThat(replies.endIsNews("1")).isFalse();
        assertThat(replies.endIsNews("2")).isTrue();
    }

    private void happens(String what) {
        var rest = what.substring(1);
        Optional<Order> order =
                switch (what.charAt(0)) {
                    case 'r' -> replies.respond();
                    case 's' -> replies.say(rest);
                    case 'e' -> replies.ended(rest);
                    case 'y' -> replies.refused("ask_" + rest);
                    case 'n' -> replies.nothingRan();
                    default -> {
                        silently(what.charAt(0), rest);
                        yield Optional.empty();
                    }
                };
        order.ifPresent(given -> sent.add(given.wish() instanceof Replies.SayExactly(var text, _) ? text : "R"));
    }

    private void silently(char what, String rest) {
        switch (what) {
            case 'b' -> replies.began(rest);
            case 'x' -> replies.refusedAsAnotherRuns("ask_" + rest);
            case '[' -> replies.callerStarted();
            case ']' -> replies.callerStopped();
            default -> throw new IllegalArgumentException("no such happening: " + what);
        }
    }
}
