package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.store.Fact;
import io.offhook.store.Wish;
import io.offhook.store.Wishes;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcCallLog;
import io.offhook.store.jdbc.JdbcWishes;
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

class CallbacksCommandTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    private Path directory;

    private Database database;
    private Wishes wishes;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void opens() {
        database = Database.open(url(), Optional.empty(), Optional.empty());
        wishes = new JdbcWishes(database);
        asked("CA1", NOON);
        wishes.end(wishes.claim(1, NOON, Duration.ofMinutes(5)).getFirst(), Wish.State.CONNECTED, "connected", NOON);
        asked("CA2", NOON.plusSeconds(1));
    }

    @AfterEach
    void closes() {
        database.close();
    }

    @Test
    void ls_shows_who_waits_without_the_numbers() {
        assertThat(run("ls")).isZero();

        assertThat(out.toString().lines())
                .containsExactly("  CA2  waiting     +***23  asked 2026-11-23T12:00:01Z  0 tries");
        assertThat(err.toString()).contains("1 not settled");
    }

    @Test
    void ls_in_json_has_the_numbers_and_the_consent() {
        assertThat(run("ls", "--all", "--json")).isZero();

        var callbacks = JsonMapper.shared().readTree(out.toString()).path("callbacks");
        assertThat(callbacks).hasSize(2);
        assertThat(callbacks.get(0).path("state").asString()).isEqualTo("connected");
        assertThat(callbacks.get(1).path("number").asString()).isEqualTo("+14155550123");
        assertThat(callbacks.get(1).path("consent").asString()).isEqualTo("If you agree, press 1.");
        assertThat(callbacks.get(1).path("spoken").asBoolean()).isTrue();
    }

    @Test
    void ls_shows_of_wishes_from_long_ago_only_what_became_of_them() {
        wishes.erase(NOON.plusSeconds(1));

        assertThat(run("ls", "--all")).isZero();
        assertThat(out.toString().lines())
                .startsWith("  CA1  connected   erased  asked 2026-11-23T12:00:00Z  1 try  connected");

        assertThat(run("ls", "--all", "--json")).isZero();
        assertThat(out.toString()).doesNotContain("\"number\":\"\"").contains("+14155550123");
    }

    @Test
    void cancel_takes_a_wish_back_and_says_what_it_could_not() {
        assertThat(run("cancel", "CA2", "CA1", "no such call")).isEqualTo(OffhookCommand.FOUND_ERRORS);

        assertThat(wishes.find(new CallId("CA2")).map(Wish::state)).contains(Wish.State.CANCELED);
        assertThat(err.toString()).contains("called back for CA1", "called back for no such call", "1 canceled");
    }

    private int run(String... arguments) {
        return new CommandLine(
                        new CallbacksCommand(Map.of("OFFHOOK_JDBC_URL", url()), Clock.fixed(NOON, ZoneOffset.UTC)))
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private String url() {
        return TestSqlite.url(directory);
    }

    private void asked(String call, Instant at) {
        new JdbcCallLog(database)
                .append(List.of(new Fact.CallbackAsked(
                        new CallId(call),
                        at,
                        new PhoneNumber("+14155550123"),
                        new PhoneNumber("+18005550199"),
                        "default",
                        "If you agree, press 1.",
                        "en",
                        true)));
    }
}
