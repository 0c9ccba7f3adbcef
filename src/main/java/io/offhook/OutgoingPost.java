package io.offhook;

import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentProfile;
import io.offhook.agent.CallerProfile;
import io.offhook.agent.WebhookProfile;
import io.offhook.call.CallId;
import io.offhook.call.Destination;
import io.offhook.config.Settings;
import io.offhook.crm.Crm;
import io.offhook.crm.store.StoreCrm;
import io.offhook.outbox.CallRecords;
import io.offhook.outbox.CardNumbers;
import io.offhook.outbox.CrmRecipient;
import io.offhook.outbox.MailRecipient;
import io.offhook.outbox.Mailroom;
import io.offhook.outbox.Postman;
import io.offhook.outbox.Recipient;
import io.offhook.outbox.Subscription;
import io.offhook.outbox.Subscriptions;
import io.offhook.outbox.WebhookRecipient;
import io.offhook.store.OutboxEvent;
import io.offhook.store.OutboxMessage;
import io.offhook.store.OutboxMessage.Kind;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcCallLog;
import io.offhook.store.jdbc.JdbcOutbox;
import io.offhook.tool.HttpTool;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Whom the agents' files want told, for the outbox. A receiver is called `agent/name` in it, and looked up in the files
/// as they are on delivery, so that a mended address or secret also serves what waits.
final class OutgoingPost {
    private static final String VOICEMAIL = "voicemail/";
    private static final String CRM = "crm";
    /// What Offhook itself remembers of calls.
    private static final String CONTACTS = "contacts";

    private final AgentDirectory agents;
    private final StoreCrm own;
    private final HttpClient http = HttpTool.client();

    private OutgoingPost(AgentDirectory agents, StoreCrm own) {
        this.agents = agents;
        this.own = own;
    }

    /// Not started.
    ///
    /// @param pages where a human reads of a call that is handed off, if there is such a page
    static Postman of(
            Settings settings,
            AgentDirectory agents,
            Database database,
            JdbcCallLog calls,
            Function<CallId, Optional<URI>> pages) {
        var own = new StoreCrm(database.writer(), database.reader());
        var post = new OutgoingPost(agents, own);
        var outbox = new JdbcOutbox(database);
        var clock = InstantSource.system();
        Map<Kind, Recipient> recipients = new EnumMap<>(Kind.class);
        recipients.put(Kind.WEBHOOK, new WebhookRecipient(post::webhook, clock));
        recipients.put(Kind.CRM, new CrmRecipient(post::crm, own, post.http::shutdownNow));
        settings.mail().ifPresent(mail -> recipients.put(Kind.MAIL, new MailRecipient(mail, post::mailbox)));
        var mailroom = new Mailroom(
                outbox,
                new CallRecords(calls, calls::voicemail, calls::toolRuns, calls::verstat),
                post::subscriptions,
                pages);
        return new Postman(outbox, mailroom, recipients, Postman.Rules.USUAL, clock);
    }

    private Subscriptions subscriptions(String name, Optional<String> mailbox) {
        return agent(name)
                .map(agent -> {
                    var all = new ArrayList<Subscription>();
                    agent.webhooks()
                            .forEach(webhook -> all.add(
                                    new Subscription(target(Kind.WEBHOOK, agent, webhook.name()), webhook.events())));
                    mailbox.ifPresent(box -> all.add(new Subscription(
                            target(Kind.MAIL, agent, VOICEMAIL + box), Set.of(OutboxEvent.VOICEMAIL_LEFT))));
                    agent.caller().ifPresent(caller -> all.addAll(filings(agent, caller)));
                    return new Subscriptions(all, agent.privacy().recordTranscript(), CardNumbers::blackened);
                })
                .orElse(Subscriptions.NONE);
    }

    /// A CRM hears of a call as soon as a human may want to read of it there. Offhook's own memory is of calls that are
    /// over.
    private static List<Subscription> filings(AgentProfile agent, CallerProfile caller) {
        var own = new Subscription(target(Kind.CRM, agent, CONTACTS), Set.of(OutboxEvent.CALL_ENDED));
        return caller.interaction().isEmpty()
                ? List.of(own)
                : List.of(own, new Subscription(target(Kind.CRM, agent, CRM), Set.copyOf(WebhookProfile.EVENTS)));
    }

    private Optional<Crm> crm(String target) {
        return named(target, (agent, name) -> agent.caller().<Crm>flatMap(caller -> switch (name) {
            case CONTACTS -> Optional.of(own);
            case CRM -> caller.interaction().flatMap(_ -> AgentCrm.of(caller, http));
            default -> Optional.empty();
        }));
    }

    private Optional<WebhookRecipient.Webhook> webhook(String target) {
        return named(target, (agent, name) -> agent.webhooks().stream()
                .filter(webhook -> webhook.name().equals(name))
                .findFirst()
                .map(webhook -> new WebhookRecipient.Webhook(webhook.url(), webhook.secrets())));
    }

    private Optional<String> mailbox(String target) {
        return named(
                target,
                (agent, name) -> name.startsWith(VOICEMAIL)
                        ? mailbox(agent, name.substring(VOICEMAIL.length()))
                        : Optional.empty());
    }

    private static Optional<String> mailbox(AgentProfile agent, String name) {
        return Optional.ofNullable(agent.escalation().mailboxes().get(name)).map(Destination.Mailbox::address);
    }

    private static OutboxMessage.Target target(Kind kind, AgentProfile agent, String name) {
        return new OutboxMessage.Target(kind, agent.name() + "/" + name);
    }

    private interface Lookup<T> {
        Optional<T> in(AgentProfile agent, String name);
    }

    private <T> Optional<T> named(String target, Lookup<T> lookup) {
        int slash = target.indexOf('/');
        return slash < 0
                ? Optional.empty()
                : agent(target.substring(0, slash)).flatMap(agent -> lookup.in(agent, target.substring(slash + 1)));
    }

    private Optional<AgentProfile> agent(String name) {
        return agents.current().all().stream()
                .filter(agent -> agent.name().equals(name))
                .findFirst();
    }
}
