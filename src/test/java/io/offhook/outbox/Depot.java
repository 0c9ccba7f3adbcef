package io.offhook.outbox;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Story;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.store.Fact;
import io.offhook.store.OutboxEvent;
import io.offhook.store.OutboxMessage;
import io.offhook.store.OutboxMessage.Kind;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcCallLog;
import io.offhook.store.jdbc.JdbcOutbox;
import io.offhook.store.jdbc.TestSqlite;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;

/// An outbox in a file, calls to tell of, and a clock that only moves when told to.
final class Depot implements AutoCloseable, InstantSource {
    static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    static final OutboxMessage.Target CRM = new OutboxMessage.Target(Kind.WEBHOOK, "acme/crm");
    static final OutboxMessage.Target FILING = new OutboxMessage.Target(Kind.CRM, "acme/crm");
    static final OutboxMessage.Target BILLING = new OutboxMessage.Target(Kind.WEBHOOK, "acme/billing");
    static final OutboxMessage.Target MAILBOX = new OutboxMessage.Target(Kind.MAIL, "acme/voicemail");
    static final Set<String> ALL =
            Set.of(OutboxEvent.CALL_ENDED, OutboxEvent.HANDOFF_CREATED, OutboxEvent.VOICEMAIL_LEFT);

    static final String RECORDING = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1";

    final JdbcCallLog log;
    final JdbcOutbox outbox;
    Subscriptions acme = new Subscriptions(
            List.of(new Subscription(CRM, ALL), new Subscription(BILLING, Set.of(OutboxEvent.CALL_ENDED))),
            true,
            UnaryOperator.identity());
    final Database database;
    private final List<Postman> postmen = new ArrayList<>();
    String reason = "disputes a charge";
    String summary = "Disputes a $347 charge from February; says she never authorised it.";
    private volatile Instant now = NOON;

    Depot(Path directory) {
        database = Database.open(url(directory), Optional.empty(), Optional.empty());
        log = new JdbcCallLog(database);
        outbox = new JdbcOutbox(database);
    }

    static String url(Path directory) {
        return TestSqlite.url(directory);
    }

    @Override
    public Instant instant() {
        return now;
    }

    void passes(Duration time) {
        now = now.plus(time);
    }

    Postman postman(Recipient webhooks) {
        return postman(webhooks, Postman.Rules.USUAL);
    }

    /// Not started: the test makes its rounds.
    Postman postman(Recipient webhooks, Postman.Rules rules) {
        return postman(Map.of(Kind.WEBHOOK, webhooks), rules);
    }

    Postman postman(Map<Kind, Recipient> recipients, Postman.Rules rules) {
        var mailroom = new Mailroom(
                outbox,
                new CallRecords(log, log::voicemail, log::toolRuns, log::verstat),
                (agent, _) -> agent.equals("acme") ? acme : Subscriptions.NONE,
                call -> page.map(path -> URI.create("https://voice.acme.example" + path.formatted(call))));
        var postman = new Postman(outbox, mailroom, recipients, rules, this, new Random(1));
        postmen.add(postman);
        return postman;
    }

    String verstat = "";
    Optional<String> page = Optional.of("/desk/handoff/%s.1795437060.c2lnbmF0dXJl");

    void begins(String call) {
        log.append(List.of(new Fact.Started(
                new CallId(call),
                NOON,
                "acme",
                Optional.of(new PhoneNumber("+14155550123")),
                Optional.of(new PhoneNumber("+14155550100")),
                verstat)));
    }

    void ends(String call) {
        log.append(List.of(new Fact.Ended(
                new CallId(call),
                NOON.plusSeconds(90),
                new Disposition(Disposition.Outcome.VOICEMAIL, "no-answer"))));
    }

    void beginsAndEnds(String call) {
        begins(call);
        ends(call);
    }

    void isHandedOff(String call) {
        handsOff(call, story());
        leaves(call);
    }

    /// The caller leaves the agent.
    void leaves(String call) {
        log.append(List.of(new Fact.PhaseChanged(new CallId(call), NOON.plusSeconds(62), "transferred")));
    }

    private Story story() {
        boolean own = summary.isBlank();
        return new Story(
                Story.Mood.UPSET,
                Optional.of("Dana Ruiz"),
                List.of("billing_dispute"),
                own ? "Caller: \u201cIt is about my card.\u201d" : summary,
                own ? Story.SummarySource.RULE : Story.SummarySource.AGENT,
                Map.of("total", "$347.00"),
                List.of("invoice 2231 looked up"),
                List.of("You get it back by Friday."),
                List.of("the amount ($347)"),
                "Hi Dana, I can see it's about the charge of $347. Let me take it from here.",
                Map.of("tier", "gold"),
                Map.of("month", "February"));
    }

    /// The caller is on the way to a human, and still with the agent.
    void handsOff(String call, Story story) {
        var at = NOON.plusSeconds(60);
        var handoff = new Handoff(
                new CallId(call),
                new HandoffCause.AgentAsked(),
                reason,
                summary,
                Handoff.Urgency.HIGH, "default",
                Optional.of(new PhoneNumber("+14155550123")),
                "en",
                List.of(
                        new Turn(Turn.Speaker.AGENT, "greeting", "Thanks for calling.", false, NOON),
                        new Turn(Turn.Speaker.NOTE, "note-1", "for the model only", false, NOON),
                        new Turn(Turn.Speaker.CALLER, "item-1", "It is about my card, 4111 1111.", false, NOON.plusSeconds(9))),
                at,
                story);
        log.append(List.of(new Fact.HandedOff(new CallId(call), at, handoff)));
    }

    void usesTool(String call, String name, String arguments, String result) {
        log.append(List.of(new Fact.ToolRan(
                new CallId(call),
                NOON.plusSeconds(30),
                new ToolRequest("run-" + name, name, arguments),
                new ToolOutcome("{}", result, Duration.ZERO, false))));
    }

    void getsVoicemail(String call) {
        log.append(List.of(new Fact.Voicemail(new CallId(call), NOON.plusSeconds(80), RECORDING, 12, Optional.of("night"))));
    }

    @Override
    public void close() {
        postmen.forEach(Postman::close);
        database.close();
    }
}
