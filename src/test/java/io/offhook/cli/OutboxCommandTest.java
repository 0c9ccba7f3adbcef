package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.store.Outbox;
import io.offhook.store.OutboxEvent;
import io.offhook.store.OutboxMessage;
import io.offhook.store.OutboxMessage.Kind;
import io.offhook.store.OutboxMessage.State;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcOutbox;
import io.offhook.store.jdbc.TestSqlite;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;

class OutboxCommandTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final OutboxMessage.Target CRM = new OutboxMessage.Target(Kind.WEBHOOK, "acme/crm");

    @TempDir
    private Path directory;

    private Database database;
    private Outbox outbox;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void opens() {
        database = Database.open(url(), Optional.empty(), Optional.empty());
        outbox = new JdbcOutbox(database);
    }

    @AfterEach
    void closes() {
        database.close();
    }

    @Test
    void ls_shows_what_waits_and_what_was_given_up_but_not_what_is_in_it() {
        dead("m1", "CA1");
        waiting("m2", "CA2");
        done("m3", "CA3");

        assertThat(run("ls")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "  m1  dead     call.ended       webhook acme/crm  CA1  1 try  http_410",
                        "  m2  waiting  call.ended       webhook acme/crm  CA2  0 tries");
        assertThat(err.toString()).isEqualToNormalizingNewlines("""
                  1 dead, 1 waiting
                  Next: offhook outbox retry --all-dead
                """);
        assertThat(out.toString()).doesNotContain("+14155550123");
    }

    @Test
    void ls_names_the_crm_apart_from_a_webhook_of_the_same_name() {
        var filing = new OutboxMessage.Target(Kind.CRM, "acme/crm");
        waiting("m1", "CA1");
        waiting("m2", "CA1", filing);
        waiting("m3", "CA1", new OutboxMessage.Target(Kind.CRM, "acme/contacts"));
        outbox.bury(outbox.claim(filing, 1, NOON, Duration.ofMinutes(1)).getFirst(), "http_422", NOON);

        assertThat(run("ls")).isZero();

        assertThat(out.toString().lines())
                .containsExactly(
                        "  m2  dead     call.ended       crm     acme/crm  CA1  1 try  http_422",
                        "  m1  waiting  call.ended       webhook acme/crm  CA1  0 tries",
                        "  m3  waiting  call.ended       crm     acme/contacts  CA1  0 tries");
    }

    @Test
    void ls_of_one_state_can_be_one_json_document() {
        dead("m1", "CA1");
        waiting("m2", "CA2");

        assertThat(run("ls", "--state", "dead", "--json")).isZero();

        var document = JsonMapper.shared().readTree(out.toString());
        assertThat(document.path("schema").asString()).isEqualTo("offhook.outbox/1");
        assertThat(document.path("messages")).hasSize(1);
        assertThat(document.at("/messages/0/id").asString()).isEqualTo("m1");
        assertThat(document.at("/messages/0/error").asString()).isEqualTo("http_410");
        assertThat(out.toString()).doesNotContain("+14155550123");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void an_empty_outbox_is_no_error() {
        assertThat(run("ls")).isZero();

        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("nothing there");
    }

    @Test
    void retry_sends_a_dead_message_again() {
        dead("m1", "CA1");
        dead("m2", "CA2");

        assertThat(run("retry", "m1")).isZero();

        assertThat(outbox.find("m1")).hasValueSatisfying(message -> {
            assertThat(message.state()).isEqualTo(State.WAITING);
            assertThat(message.createdAt()).isEqualTo(NOON.plusSeconds(60));
        });
        assertThat(outbox.find("m2")).map(OutboxMessage::state).contains(State.DEAD);
    }

    @Test
    void retry_can_send_all_and_can_only_say_so() {
        dead("m1", "CA1");
        dead("m2", "CA2");

        assertThat(run("retry", "--all-dead", "--dry-run")).isZero();
        assertThat(outbox.list(Optional.of(State.DEAD), 10)).hasSize(2);
        assertThat(err.toString()).contains("2 would be sent again");

        assertThat(run("retry", "--all-dead")).isZero();
        assertThat(outbox.list(Optional.of(State.WAITING), 10)).hasSize(2);
    }

    @Test
    void retry_of_what_is_not_dead_is_an_error() {
        waiting("m1", "CA1");

        assertThat(run("retry", "m1", "nonsense")).isEqualTo(OffhookCommand.FOUND_ERRORS);

        assertThat(err.toString()).contains("no dead message m1").contains("no dead message nonsense");
    }

    @Test
    void a_command_line_that_says_too_little_or_too_much_is_misuse() {
        assertThat(run("retry")).isEqualTo(OffhookCommand.USAGE);
        assertThat(run("retry", "m1", "--all-dead")).isEqualTo(OffhookCommand.USAGE);
        assertThat(run("ls", "--state", "lost")).isEqualTo(OffhookCommand.USAGE);
        assertThat(run()).isEqualTo(OffhookCommand.USAGE);
    }

    @Test
    void a_store_that_does_not_answer_is_said_to_be_unreachable() {
        var code = run(Map.of("OFFHOOK_JDBC_URL", "jdbc:postgresql://127.0.0.1:1/offhook?password=hunter2"), "ls");

        assertThat(code).isEqualTo(OffhookCommand.UNREACHABLE);
        assertThat(err.toString()).contains("OFFHOOK_JDBC_URL").doesNotContain("hunter2");
    }

    private int run(String... arguments) {
        return run(Map.of("OFFHOOK_JDBC_URL", url()), arguments);
    }

    private int run(Map<String, String> environment, String... arguments) {
        var clock = Clock.fixed(NOON.plusSeconds(60), ZoneOffset.UTC);
        return new CommandLine(new OutboxCommand(environment, clock))
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private String url() {
        return TestSqlite.url(directory);
    }

    private void dead(String id, String call) {
        waiting(id, call);
        outbox.bury(claim(), "http_410", NOON);
    }

    private void done(String id, String call) {
        waiting(id, call);
        outbox.done(
                new OutboxMessage(
                        id, new CallId(call), 1, "call.ended", CRM.kind(), CRM.name(), id, "{}", NOON, 1, NOON,
                        State.CLAIMED, ""),
                NOON);
    }

    private OutboxMessage claim() {
        return outbox.claim(CRM, 1, NOON, Duration.ofMinutes(1)).getFirst();
    }

    private void waiting(String id, String call) {
        waiting(id, call, CRM);
    }

    private void waiting(String id, String call, OutboxMessage.Target to) {
        var message = new OutboxMessage(
                id,
                new CallId(call),
                1,
                "call.ended",
                to.kind(),
                to.name(),
                call + ":call.ended:1",
                "{\"from\":\"+14155550123\"}",
                NOON,
                0,
                NOON,
                State.WAITING,
                "");
        outbox.address(
                new OutboxEvent(message.key(), message.call(), 1, message.event(), "1", NOON), List.of(message), NOON);
    }
}
