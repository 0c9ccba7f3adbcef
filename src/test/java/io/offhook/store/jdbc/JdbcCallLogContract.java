package io.offhook.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.call.Bill;
import io.offhook.call.Money;
import io.offhook.call.Route;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Usage;
import io.offhook.store.CallLogContract;
import io.offhook.store.Fact;
import io.offhook.store.StoreException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

abstract class JdbcCallLogContract extends CallLogContract {

    @Test
    void timeline_tools_usage_route_and_voicemail_come_back_as_they_were_written() {
        var jdbc = (JdbcCallLog) log;
        var first = new Fact.Happened(call, NOON, 1, "engine_ready", "{\"ms\":210}");
        var second = new Fact.Happened(call, NOON.plusMillis(1), 2, "barge_in", "{}");
        var ran = new Fact.ToolRan(
                call,
                NOON,
                new ToolRequest("request-1", "lookup_order", "{\"order_number\":\"AB7492\"}"),
                new ToolOutcome("{\"status\":\"shipped\"}", ToolOutcome.OK, Duration.ofMillis(120), false));
        var usage = new Usage("gpt-realtime-2.1", 1, 2, 3, 4, 5, 6);
        var charged = new Fact.Charged(
                call, NOON, "reply-1", usage, Optional.of(new Money("USD", new BigDecimal("0.000000004"))));
        var unpriced = new Fact.Charged(call, NOON, "reply-2", usage, Optional.empty());
        var heard = new Fact.Charged(
                call,
                NOON.plusMillis(1),
                "other-1",
                Usage.ofSpeech("whisper-1", Duration.ofMillis(1_900)),
                Optional.of(new Money("USD", new BigDecimal("0.00019"))));
        var waiting = new Fact.RouteStepped(call, NOON, 0, "workflow", Optional.empty());
        var refused =
                new Fact.RouteStepped(call, NOON.plusSeconds(9), 0, "workflow", Optional.of(Route.Result.NO_ANSWER));
        var left = new Fact.Voicemail(call, NOON.plusSeconds(30), "RE1", 12, Optional.of("night"));

        for (int times = 0; times < 2; times++) {
            log.append(List.of(started(0), second, first, ran, charged, unpriced, heard, waiting, refused, left));
        }

        assertThat(jdbc.timeline(call)).containsExactly(first, second);
        assertThat(jdbc.toolRuns(call)).containsExactly(ran);
        assertThat(jdbc.usage(call)).containsExactly(charged, unpriced, heard);
        assertThat(jdbc.bill(call)).isEqualTo(Bill.NONE.plus(new Money("USD", new BigDecimal("0.000190004"))));
        assertThat(jdbc.whole(call).orElseThrow().bill()).isEqualTo(jdbc.bill(call));
        assertThat(jdbc.route(call)).containsExactly(refused);
        assertThat(jdbc.voicemail(call)).contains(left);
        assertThat(jdbc.latest(10)).extracting(stored -> stored.id()).contains(call);
    }

    @Test
    void a_log_opened_again_knows_what_was_written() throws Exception {
        log.append(List.of(started(0)));

        try (var again = open()) {
            assertThat(again.find(call)).isPresent();
        }
    }

    @Test
    void an_id_too_long_for_an_index_costs_nothing_and_meets_no_other() {
        // Nothing that an index could compress.
        var random = new Random(7);
        var noise = random.ints(20_000, 'a', 'z').mapToObj(Character::toString).collect(Collectors.joining());
        var first = said(0, noise + "1", "one", 1);
        var second = said(1, noise + "2", "two", 2);

        log.append(List.of(first, second));
        log.append(List.of(first, second));

        assertThat(log.turns(call)).extracting(turn -> turn.text()).containsExactly("one", "two");
    }

    @Test
    void tokens_are_forgotten_long_after_they_expired() throws Exception {
        var fresh = ((JdbcCallLog) log).redeem(call, "fresh");
        execute("insert into stream_token (call_id, nonce, used_at) values ('" + call + "', 'old', "
                + (System.currentTimeMillis() - Duration.ofMinutes(6).toMillis()) + ")");

        log.append(List.of(started(0)));

        assertThat(fresh).isTrue();
        assertThat(log.redeem(call, "fresh")).as("still used").isFalse();
        assertThat(log.redeem(call, "old")).as("forgotten").isTrue();
    }

    @Test
    void nothing_to_write_still_asks_the_store() throws Exception {
        log.append(List.of());
        execute("alter table call rename to gone");
        try {
            assertThat(log.healthy()).isFalse();
            assertThatThrownBy(() -> log.append(List.of())).isInstanceOf(StoreException.class);
        } finally {
            execute("alter table gone rename to call");
        }
    }

    /// Past the log.
    protected abstract void execute(String sql) throws Exception;
}
