package io.offhook.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.store.OutboxMessage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(300)
class EventJsonTest {
    private static final Pattern EXAMPLE = Pattern.compile("(?s)```json\n(.*?)```");

    @TempDir
    private Path directory;

    private Depot depot;

    @BeforeEach
    void opens() {
        depot = new Depot(directory);
    }

    @AfterEach
    void closes() {
        depot.close();
    }

    @Test
    void the_examples_of_the_documentation_are_what_is_sent() throws Exception {
        var examples = EXAMPLE.matcher(Files.readString(Path.of("docs/webhooks.md")))
                .results()
                .map(MatchResult::group)
                .map(text -> JsonMapper.shared()
                        .readTree(text.replaceFirst("```json\n", "").replace("```", "")))
                .toList();

        assertThat(told()).containsExactlyElementsOf(examples);
    }

    @Test
    void words_do_not_leave_the_house_when_they_are_not_recorded() {
        depot.acme = new Subscriptions(depot.acme.all(), false, UnaryOperator.identity());

        assertThat(told()).noneMatch(event -> event.toString().contains("Thanks for calling"));
    }

    @Test
    void every_text_of_a_caller_or_a_model_is_redacted() {
        depot.acme = new Subscriptions(
                depot.acme.all(), true, text -> text.replaceAll("[0-9]{4}|\\$347|charge", "***"));

        var all = told().toString();

        assertThat(all).contains("It is about my card, *** ***.").contains("Disputes a *** ***");
        assertThat(all).doesNotContain("4111").doesNotContain("disputes a charge");
    }

    @Test
    void no_link_leads_to_a_page_that_is_not_there() {
        depot.page = Optional.empty();

        assertThat(told().toString()).contains(Depot.RECORDING).doesNotContain("voice.acme.example");
    }

    @Test
    void notes_for_the_model_are_nobody_elses_business() {
        assertThat(told().toString()).doesNotContain("for the model only");
    }

    private List<JsonNode> told() {
        var got = new ArrayList<JsonNode>();
        depot.acme = new Subscriptions(
                List.of(new Subscription(
                        Depot.CRM, Set.of("call.ended", "handoff.created", "voicemail.left"))),
                depot.acme.words(),
                depot.acme.redaction());
        var postman = depot.postman((OutboxMessage message) -> {
            got.add(JsonMapper.shared().readTree(message.body()));
            return Receipt.delivered();
        });
        depot.begins("CA1");
        depot.isHandedOff("CA1");
        depot.getsVoicemail("CA1");
        depot.ends("CA1");
        for (int i = 0; i < 4; i++) {
            postman.round();
            postman.settle(Duration.ofSeconds(60));
        }
        return got;
    }
}
