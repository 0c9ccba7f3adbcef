package io.offhook.call;

import static io.offhook.call.Calls.NOON;
import static io.offhook.call.Calls.aConversation;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.offhook.agent.LexiconFile;
import io.offhook.call.Story.Mood;
import io.offhook.call.Story.SummarySource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// What the human is told about a call, made from what was said and done.
class StoryTest {
    private static final Lexicon LEXICON = LexiconFile.of(List.of("en", "es"));
    private static final Signals.Topic BILLING =
            new Signals.Topic("billing_dispute", List.of(Pattern.compile("charge")));

    private final List<Turn> turns = new ArrayList<>();
    private Signals signals = Signals.NONE;
    private Map<String, String> records = Map.of();

    private StoryTest caller(String text) {
        turns.add(new Turn(Turn.Speaker.CALLER, "c" + turns.size(), text, false, NOON));
        signals = signals.callerSaid(text, LEXICON, List.of(BILLING));
        return this;
    }

    private StoryTest agent(String text) {
        turns.add(new Turn(Turn.Speaker.AGENT, "a" + turns.size(), text, false, NOON));
        return this;
    }

    private StoryTest found(String name, String value) {
        signals = signals.toolRan(new ToolOutcome("", ToolOutcome.OK, Duration.ZERO, false), Map.of(name, value));
        return this;
    }

    private StoryTest ran(String tool, String given, String value, boolean well) {
        signals = signals.did(new Signals.Deed(tool, Map.of(given, value), well));
        return this;
    }

    private Story story(HandoffCause cause, String summary) {
        return Story.of(turns, signals, LEXICON, records, cause, summary);
    }

    private Story story() {
        return story(new HandoffCause.CallerPressedZero(), "");
    }

    @Test
    void the_customers_record_is_told_beside_what_was_said() {
        records = Map.of(
                "number", "+14155550123",
                "id", "C-17",
                "first_name", "Dana",
                "tier", "gold",
                "note", "x".repeat(81),
                "card", "4111 1111 1111 1111");

        var story = story();

        assertThat(story.customer()).containsExactly(entry("first_name", "Dana"), entry("id", "C-17"), entry("tier", "gold"));
        assertThat(story.name()).as("nobody has said a name").isEmpty();
        assertThat(story.facts()).isEmpty();
    }

    @Test
    void a_dispute_is_told_in_full() {
        caller("Hello?").agent("Hi, how can I help?");
        caller("My name is Dana Ruiz, and I need to dispute a charge on my bill. This is ridiculous.");
        caller("The $347 charge from last month. I never authorized that.");
        agent("I see it. I'll send you a confirmation by email. I'm connecting you with a specialist.");
        found("total", "347.00").found("invoice.total", "347.00").found("invoice_id", "x-1");
        ran("last_invoice", "customer", "C-17", true);

        var story = story();

        assertThat(story.mood()).isEqualTo(Mood.UPSET);
        assertThat(story.name()).contains("Dana Ruiz");
        assertThat(story.topics()).containsExactly("billing_dispute");
        assertThat(story.summary())
                .startsWith("Caller: \"My name is Dana Ruiz, and I need to dispute a charge on my bill.")
                .contains("Last: \"The $347 charge from last month.")
                .endsWith("Pressed 0 for a person.");
        assertThat(story.source()).isEqualTo(SummarySource.RULE);
        assertThat(story.facts()).containsExactly(Map.entry("total", "347.00"));
        assertThat(story.done()).containsExactly("last invoice C-17 looked up");
        assertThat(story.promised()).containsExactly("I'll send you a confirmation by email.");
        assertThat(story.doNotAsk()).containsExactly("name (Dana Ruiz)", "amount ($347)");
        assertThat(story.opening())
                .isEqualTo("Hi Dana, I can see it's about the billing dispute of $347. Let me take it from here.");
    }

    @Test
    void what_the_caller_said_and_a_tool_was_given_is_not_to_be_asked_again() {
        caller("It's order a b 7 4 9 2, placed in May.");
        ran("lookup_order", "order_number", "AB7492", true).ran("refund", "amount", "20", false);

        var story = story();

        assertThat(story.done()).containsExactly("order AB7492 looked up", "tried without success: refund");
        assertThat(story.doNotAsk()).containsExactly("order number (AB7492)");
    }

    @Test
    void the_agents_own_summary_is_kept_and_labelled() {
        caller("I want my money back now.");

        var story = story(new HandoffCause.AgentAsked(), "Wants a refund.");

        assertThat(story.summary()).isEqualTo("Wants a refund.");
        assertThat(story.source()).isEqualTo(SummarySource.AGENT);
    }

    @Test
    void a_caller_who_has_said_nothing_has_a_story_too() {
        var story = story(new HandoffCause.NoCapacity(), "");

        assertThat(story.mood()).isEqualTo(Mood.UNKNOWN);
        assertThat(story.summary())
                .isEqualTo("The caller has said nothing yet. The agent never answered: too many calls at once.");
        assertThat(story.opening()).isEqualTo("Hello, how can I help?");
        assertThat(story.doNotAsk()).isEmpty();
    }

    @Test
    void a_card_number_is_told_to_nobody() {
        caller("My card is 4111 1111 1111 1111 and the pin 123.").found("card", "4111111111111111");
        ran("pay", "card", "4111111111111111", true);

        var story = story();

        assertThat(story.doNotAsk().toString() + story.facts() + story.done()).doesNotContain("1111");
    }

    @Test
    void names_are_understood_in_the_languages_of_the_agent() {
        assertThat(LEXICON.callerName("Hola, me llamo José Núñez y llamo por mi pedido")).contains("José Núñez");
        assertThat(LEXICON.callerName("My name's O'Neill.")).contains("O'neill");
        assertThat(LEXICON.callerName("My name is")).isEmpty();
        assertThat(LEXICON.callerName("My name is not important")).isEmpty();
    }

    @Test
    void looking_something_up_is_no_promise() {
        agent("Let me look. I'll check that for you. We'll refund you by Friday. I'll connect you with a colleague.");

        assertThat(story().promised()).containsExactly("We'll refund you by Friday.");
    }

    @Test
    void ten_thousand_characters_become_a_few_lines() {
        caller("order " + "🙂<script>\"'&".repeat(900)).agent("I'll send " + "x".repeat(10_000) + ".");
        var many = IntStream.range(0, 60).boxed().collect(Collectors.toMap(i -> "fact" + i, i -> "v" + i));
        signals = signals.toolRan(new ToolOutcome("", ToolOutcome.OK, Duration.ZERO, false), many);
        IntStream.range(0, 40).forEach(i -> ran("tool" + i, "k", "v" + i, true));

        var story = story();

        assertThat(story.summary().length()).isLessThan(400);
        assertThat(story.facts()).hasSize(12);
        assertThat(story.done()).hasSize(6);
        assertThat(story.promised()).hasSize(1).allMatch(line -> line.length() <= 201);
        assertThat(story.summary().codePoints().filter(c -> c >= 0xD800 && c <= 0xDFFF)).isEmpty();
    }

    @Test
    void a_handoff_carries_the_story_of_its_call() {
        var call = aConversation();
        call.callerSays("c1", "Where is my order?").whereToolRuns("t1", "find_order");
        call.on(new CallEvent.ToolFinished(
                new ToolRequest("t1", "find_order", "{}"),
                new ToolOutcome("{}", ToolOutcome.OK, Duration.ZERO, false)));

        call.key('0');

        var filed = call.all(CallEffect.FileHandoff.class).getFirst().handoff();
        assertThat(filed.story().summary()).isEqualTo("Caller: \"Where is my order?\" Pressed 0 for a person.");
        assertThat(filed.story().done()).containsExactly("order looked up");
        assertThat(filed.story().mood()).isEqualTo(Mood.CALM);
        assertThat(filed.toString() + filed.story()).doesNotContain("Where");
        assertThat(filed.caller()).isEqualTo(Optional.of(new PhoneNumber("+18005551234")));
    }
}
