package io.offhook.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.offhook.call.CallId;
import io.offhook.crm.StirVerdict;
import io.offhook.store.Fact;
import io.offhook.store.Outbox;
import io.offhook.store.OutboxEvent;
import io.offhook.store.OutboxMessage;
import io.offhook.store.StoreException;
import io.offhook.store.StoredCall;
import java.net.URI;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Makes messages of events: who is to hear of it, and what it says. Several nodes may address the same event at once;
/// they make the same messages. Belongs to the postman, on whose thread it works.
public final class Mailroom {
    private static final Logger LOG = LoggerFactory.getLogger(Mailroom.class);
    private static final int AT_ONCE = 200;
    /// The fact that names a call's agent may be overtaken, for as long as another node's database is out of reach.
    private static final Duration PATIENCE = Duration.ofMinutes(30);

    /// Who has not left the agent by then stays for a while, as for a warm transfer.
    private static final Duration COMPLETING = Duration.ofSeconds(2);

    private static final Set<String> LEFT_THE_AGENT = Set.of("transferred", "ended");

    private final Outbox outbox;
    private final CallRecords records;
    private final BiFunction<String, Optional<String>, Subscriptions> subscriptions;
    private final EventJson json;
    /// When events that can't be told yet were first come across.
    private final Map<String, Instant> seen = new HashMap<>();

    /// @param subscriptions of the agent of this name, of the file as it is at present; and the mailbox of this name,
    ///                      when the caller has left a message in one
    /// @param pages         where a human reads of a call that is handed off, if there is such a page
    public Mailroom(
            Outbox outbox,
            CallRecords records,
            BiFunction<String, Optional<String>, Subscriptions> subscriptions,
            Function<CallId, Optional<URI>> pages) {
        this.outbox = outbox;
        this.records = records;
        this.subscriptions = subscriptions;
        this.json = new EventJson(pages);
    }

    void address(Instant now) {
        var events = outbox.unaddressed(AT_ONCE);
        seen.keySet().retainAll(events.stream().map(OutboxEvent::key).toList());
        var held = new HashSet<CallId>();
        for (var event : events) {
            try {
                if (held.contains(event.call()) || !address(event, now)) {
                    held.add(event.call());
                }
            } catch (StoreException e) {
                if (!e.refused()) {
                    throw e;
                }
                drop(event, e, now);
            } catch (RuntimeException e) {
                // One event that breaks us must not hold up all others.
                drop(event, e, now);
            }
        }
    }

    /// @return whether the later events of its call may follow
    private boolean address(OutboxEvent event, Instant now) {
        var call = records.calls().find(event.call()).filter(found -> !found.agent().isEmpty());
        if (call.isEmpty()) {
            if (event.at().plus(PATIENCE).isBefore(now)) {
                drop(event, new IllegalStateException("the call's agent is not known"), now);
            }
            return true;
        }
        if (!complete(event, call.get(), now)) {
            return false;
        }
        address(event, call.get(), now);
        return true;
    }

    /// A handoff is stored before the caller leaves and again with what was said and written until then: the last words
    /// and the engine's summary come while the agent announces it. How long it has been known is this node's own
    /// measure, since clocks of nodes differ.
    private boolean complete(OutboxEvent event, StoredCall call, Instant now) {
        if (!event.name().equals(OutboxEvent.HANDOFF_CREATED) || LEFT_THE_AGENT.contains(call.phase())) {
            return true;
        }
        var first = seen.merge(event.key(), now, (before, latest) -> latest.isBefore(before) ? latest : before);
        return Duration.between(first, now).compareTo(COMPLETING) >= 0;
    }

    private void drop(OutboxEvent event, RuntimeException why, Instant now) {
        LOG.atError()
                .addKeyValue("call", event.call())
                .addKeyValue("event", event.name())
                .setCause(why)
                .log("nobody is told of an event");
        outbox.address(event, List.of(), now);
    }

    private void address(OutboxEvent event, StoredCall call, Instant now) {
        var voicemail = voicemail(event);
        var to = subscriptions.apply(call.agent(), voicemail.flatMap(Fact.Voicemail::mailbox));
        var wanted = to.all().stream()
                .filter(subscription -> subscription.events().contains(event.name()))
                .map(Subscription::to)
                .toList();
        if (wanted.isEmpty()) {
            outbox.address(event, List.of(), now);
            return;
        }
        var known = new EventJson.Known(
                call,
                records.calls().handoff(call.id()),
                voicemail,
                Topic.of(records.toolRuns().apply(call.id())),
                StirVerdict.of(records.verstats().apply(call.id())));
        var body = json.write(event, known, to);
        outbox.address(
                event,
                wanted.stream().map(target -> message(event, target, body, now)).toList(),
                now);
    }

    /// The message that the event is about, if it is about one.
    private Optional<Fact.Voicemail> voicemail(OutboxEvent event) {
        return event.name().equals(OutboxEvent.VOICEMAIL_LEFT)
                ? records.voicemails().apply(event.call()).filter(left -> left.recording().equals(event.occasion()))
                : Optional.empty();
    }

    private static OutboxMessage message(OutboxEvent event, OutboxMessage.Target to, String body, Instant now) {
        return new OutboxMessage(
                id(event, to),
                event.call(),
                event.sequence(),
                event.name(),
                to.kind(),
                to.name(),
                event.key(),
                body,
                now,
                0,
                now,
                OutboxMessage.State.WAITING,
                "");
    }

    private static String id(OutboxEvent event, OutboxMessage.Target to) {
        try {
            var digest = MessageDigest.getInstance("SHA-256")
                    .digest((to.kind().slug() + '\n' + to.name() + '\n' + event.key()).getBytes(UTF_8));
            return HexFormat.of().formatHex(digest, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
