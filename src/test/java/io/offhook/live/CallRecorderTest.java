package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.Call;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallRules;
import io.offhook.call.Circumstances;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Lexicon;
import io.offhook.call.Money;
import io.offhook.call.Price;
import io.offhook.call.Step;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import io.offhook.store.Fact;
import io.offhook.store.FactJson;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CallRecorderTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final CallId CALL = new CallId("CA1");
    private static final CallRules RULES = new CallRules(
            "acme", "", "", "en", Duration.ofSeconds(15), Duration.ofMinutes(10), Map.of(), List.of());

    private final List<Fact> facts = new ArrayList<>();
    private final CallBook book = new CallBook() {
        @Override
        public void keep(Fact fact) {
            facts.add(fact);
        }

        @Override
        public CompletionStage<?> keepDurably(Fact fact) {
            keep(fact);
            return CompletableFuture.completedStage(fact);
        }

        @Override
        public boolean answers() {
            return true;
        }
    };

    @Test
    void each_transcription_is_charged_under_a_key_of_its_own() {
        var recorder = new CallRecorder(book, true, new AtomicLong());
        var usage = new Usage("gpt-transcribe", 0, 120, 0, 0, 12, 0);

        happens(recorder, new CallEvent.UsageCounted(usage));
        happens(recorder, new CallEvent.UsageCounted(usage));

        assertThat(facts)
                .hasSize(2)
                .extracting(fact -> ((Fact.Charged) fact).key())
                .doesNotHaveDuplicates();
    }

    @Test
    void what_the_engine_charges_is_kept_in_money_where_the_price_is_known() {
        var one = BigDecimal.ONE;
        var rules = new CallRules(
                "acme",
                "",
                "",
                "en",
                Duration.ofSeconds(15),
                Duration.ofMinutes(10),
                Map.of(),
                new EscalationPolicy(List.of(), new Lexicon(Map.of(), List.of()), List.of(), false),
                Circumstances.Office.ALWAYS_OPEN,
                Map.of(),
                "",
                List.of(),
                Map.of("priced", new Price.ForTokens("EUR", one, one, one, one, one, one)),
                Optional.empty());
        var call = Call.ringing(CALL, rules, Optional.empty(), NOON, NOON);
        var recorder = new CallRecorder(book, true, new AtomicLong());

        for (var model : List.of("priced", "another")) {
            var usage = Optional.of(new Usage(model, 100, 200, 0, 0, 300, 400));
            recorder.on(
                    call,
                    new CallEvent.ReplyEnded("reply", CallEvent.ReplyEnd.COMPLETED, "", List.of(), usage),
                    Step.of(call),
                    NOON);
        }

        assertThat(facts)
                .extracting(fact -> ((Fact.Charged) fact).cost())
                .containsExactly(Optional.of(new Money("EUR", new BigDecimal("0.001"))), Optional.empty());
    }

    @Test
    void a_limit_of_the_engines_account_is_in_the_calls_timeline() {
        happens(new CallRecorder(book, true, new AtomicLong()), new CallEvent.EngineLimited("tokens"));

        assertThat(facts)
                .singleElement()
                .isEqualTo(new Fact.Happened(CALL, NOON, 0, "engine_limit", "{\"code\":\"tokens\"}"));
    }

    @Test
    void a_tool_run_keeps_its_words_only_where_words_are_kept() {
        var ran = new CallEvent.ToolFinished(
                new ToolRequest("r1", "lookup", "{\"order\":\"AB7492\"}"),
                new ToolOutcome("{\"status\":\"shipped\"}", ToolOutcome.OK, Duration.ofMillis(12), false));

        happens(new CallRecorder(book, true, new AtomicLong()), ran);
        happens(new CallRecorder(book, false, new AtomicLong()), ran);

        assertThat(facts).hasSize(2);
        assertThat(spilled(facts.getFirst())).contains("AB7492", "shipped");
        assertThat(spilled(facts.getLast()))
                .contains("lookup", ToolOutcome.OK)
                .doesNotContain("AB7492", "shipped");
    }

    @Test
    void a_handoff_keeps_its_words_only_where_words_are_kept() {
        var handoff = new Handoff(
                CALL,
                new HandoffCause.AgentAsked(),
                "double charge",
                "Was charged twice",
                Handoff.Urgency.HIGH, "default",
                Optional.empty(),
                "en",
                List.of(new Turn(Turn.Speaker.CALLER, "item-1", "Twice!", false, NOON)),
                NOON);

        assertThat(spilled(CallRecorder.handedOff(handoff, true))).contains("double", "charged twice", "Twice!");
        assertThat(spilled(CallRecorder.handedOff(handoff, false)))
                .contains("AgentAsked", "HIGH")
                .doesNotContain("double", "charged twice", "Twice!");
    }

    private static String spilled(Fact fact) {
        return new FactJson().write(fact);
    }

    private static void happens(CallRecorder recorder, CallEvent event) {
        var call = Call.ringing(CALL, RULES, Optional.empty(), NOON, NOON);
        recorder.on(call, event, Step.of(call), NOON);
    }
}
