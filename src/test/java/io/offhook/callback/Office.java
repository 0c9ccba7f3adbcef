package io.offhook.callback;

import io.offhook.call.CallId;
import io.offhook.call.Destination;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.OpeningHours;
import io.offhook.call.PhoneNumber;
import io.offhook.store.Fact;
import io.offhook.store.Wish;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcCallLog;
import io.offhook.store.jdbc.JdbcWishes;
import io.offhook.store.jdbc.TestSqlite;
import io.offhook.telephony.CallbackDesk;
import io.offhook.telephony.CallbackDesk.Ring;
import io.offhook.telephony.HumanLine;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Callers who want to be called back, in a file; people who can be rung; and a clock that only moves when told to.
/// Everything happens at once, on the thread of the test.
final class Office implements AutoCloseable, InstantSource, HumanLine {
    static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    static final Duration RETENTION = Duration.ofDays(90);
    static final CallId CALL = new CallId("CA1");
    static final PhoneNumber CALLER = new PhoneNumber("+14155550123");
    static final PhoneNumber CALLED = new PhoneNumber("+18005550199");
    static final PhoneNumber ANN = new PhoneNumber("+14155550101");
    static final PhoneNumber BOB = new PhoneNumber("+14155550102");

    record Rung(PhoneNumber human, PhoneNumber shown, Ring ring) {}

    final JdbcWishes wishes;
    final List<Rung> rung = new ArrayList<>();
    final List<String> counted = new ArrayList<>();
    final Set<CallId> over = new HashSet<>();
    Placed placed = new Placed.Ringing();
    Destination.Callback how =
            new Destination.Callback(List.of(ANN), 3, Duration.ofMinutes(10), Duration.ofDays(2), Set.of());
    Optional<OpeningHours> hours = Optional.empty();
    String summary = "Charged twice in March.";
    private final Database database;
    private final JdbcCallLog log;
    private Instant now = NOON;

    Office(Path directory) {
        database = Database.open(
                TestSqlite.url(directory), Optional.empty(), Optional.empty());
        wishes = new JdbcWishes(database);
        log = new JdbcCallLog(database);
    }

    /// One node.
    Callbacks node() {
        return new Callbacks(
                wishes,
                _ -> new CallbackRules(how, hours),
                this::handoff,
                this,
                fact -> log.append(List.of(fact)),
                counted::add,
                Runnable::run);
    }

    void round(Callbacks node) {
        rounds(node).round();
    }

    CallbackRounds rounds(Callbacks node) {
        return node.rounds(this, CallbackRounds.Pace.USUAL, RETENTION, () -> false);
    }

    /// The wish, and its first try.
    Ring asked(Callbacks node) {
        asks(CALL);
        round(node);
        return rung.getLast().ring();
    }

    void asks(CallId call) {
        asks(call, CALLER);
    }

    void asks(CallId call, PhoneNumber caller) {
        log.append(List.of(
                new Fact.CallbackAsked(call, now, caller, CALLED, "default", "If you agree, press 1.", "en", false)));
    }

    Wish wish() {
        return wishes.find(CALL).orElseThrow();
    }

    List<String> timeline() {
        return log.timeline(CALL).stream().map(Fact.Happened::kind).toList();
    }

    void passes(Duration time) {
        now = now.plus(time);
    }

    static CallbackDesk.Answer said(java.util.concurrent.CompletionStage<CallbackDesk.Answer> answer) {
        return answer.toCompletableFuture().join();
    }

    private Optional<Handoff> handoff(CallId call) {
        return Optional.of(new Handoff(
                call,
                new HandoffCause.AgentAsked(),
                "Refund",
                summary,
                Handoff.Urgency.NORMAL,
                "default",
                Optional.of(CALLER),
                "en",
                List.of(),
                NOON));
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public Placed ring(PhoneNumber human, PhoneNumber shown, Ring ring) {
        rung.add(new Rung(human, shown, ring));
        return placed;
    }

    @Override
    public Optional<Boolean> over(CallId leg) {
        return Optional.of(over.contains(leg));
    }

    @Override
    public void close() {
        database.close();
    }
}
