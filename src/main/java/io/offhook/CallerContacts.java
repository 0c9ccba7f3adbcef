package io.offhook;

import io.offhook.agent.AgentFiles;
import io.offhook.agent.CallerProfile;
import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.crm.Caller;
import io.offhook.crm.CallerLookup;
import io.offhook.crm.CallerNumber;
import io.offhook.crm.Crm;
import io.offhook.crm.CrmFailure;
import io.offhook.crm.Interaction;
import io.offhook.crm.StirVerdict;
import io.offhook.crm.store.StoreCrm;
import io.offhook.live.AgentPlan;
import io.offhook.live.CallBook;
import io.offhook.live.Recognition;
import io.offhook.store.Fact;
import io.offhook.telephony.IncomingCall;
import io.offhook.tool.HttpTool;
import java.net.http.HttpClient;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// Who calls, and what about: begins the look-ups of agents that have a `caller:`, and files each of their calls as a
/// contact once it is over. Any thread; what blocks runs on the workers.
final class CallerContacts implements Recognition, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CallerContacts.class);
    private static final int MOST = 50_000;
    private static final Set<String> BUILT_IN = Set.of("end_call", "escalate_to_human");
    private static final String NOT_FILED = "crm_not_filed";

    private final StoreCrm own;
    private final Consumer<String> noticed;
    private final Executor workers;
    private final HttpClient http = HttpTool.client();
    private final ConcurrentHashMap<CallId, Contact> contacts = new ConcurrentHashMap<>();
    private volatile Map<String, Desk> desks = Map.of();

    /// One agent's CRM.
    private record Desk(CallerProfile profile, Crm crm, CallerLookup lookup) {}

    /// A call that isn't over. Facts of one call come one after the other.
    private static final class Contact {
        final Desk desk;
        final Optional<PhoneNumber> from;
        final CompletableFuture<Optional<Caller>> found;
        final Instant since = Instant.now();
        volatile String topic = "";
        volatile String summary = "";

        Contact(Desk desk, Optional<PhoneNumber> from, CompletableFuture<Optional<Caller>> found) {
            this.desk = desk;
            this.from = from;
            this.found = found;
        }
    }

    /// @param own     the customers and contacts in Offhook's own database
    /// @param noticed counts slugs
    CallerContacts(StoreCrm own, Consumer<String> noticed, Executor workers) {
        this.own = own;
        this.noticed = noticed;
        this.workers = workers;
    }

    /// Takes what the files say; what has not changed goes on as it is.
    void reload(AgentFiles files) {
        var made = new HashMap<String, Desk>();
        files.all().forEach(agent -> agent.caller().ifPresent(profile -> {
            var before = desks.get(agent.name());
            made.put(agent.name(), before != null && before.profile.equals(profile) ? before : desk(profile));
        }));
        desks = Map.copyOf(made);
        if (!made.isEmpty()) {
            // The first query and the first number cost a hundred milliseconds, which the first caller would miss.
            workers.execute(this::warm);
        }
    }

    private Desk desk(CallerProfile profile) {
        var crm = AgentCrm.of(profile, Optional.of(own), http).orElse(own);
        return new Desk(
                profile, crm, new CallerLookup(crm, own, profile.timeout(), workers, InstantSource.system()));
    }

    private void warm() {
        var nobody = new PhoneNumber("+10000000");
        try {
            var _ = CallerNumber.national(nobody);
            var _ = own.find(nobody);
            var _ = own.last(nobody, Instant.now());
        } catch (CrmFailure e) {
            log.atDebug().addKeyValue("reason", e.reason()).log("the database does not answer yet");
        }
    }

    @Override
    public CompletableFuture<Map<String, String>> begin(AgentPlan plan, IncomingCall call, Consumer<String> remark) {
        var desk = desks.get(plan.rules().agent());
        if (desk == null) {
            return CompletableFuture.completedFuture(Map.of());
        }
        var found = desk.lookup.start(call.from(), StirVerdict.of(call.verstat()), remark);
        if (contacts.size() < MOST) {
            contacts.put(call.id(), new Contact(desk, call.from(), found));
        }
        return found.thenApply(caller -> caller.map(Caller::facts).orElse(Map.of()));
    }

    /// The same book, read along.
    CallBook reading(CallBook book) {
        return new CallBook() {
            @Override
            public void keep(Fact fact) {
                book.keep(fact);
                read(fact);
            }

            @Override
            public CompletionStage<?> keepDurably(Fact fact) {
                read(fact);
                return book.keepDurably(fact);
            }

            @Override
            public boolean answers() {
                return book.answers();
            }
        };
    }

    private void read(Fact fact) {
        var contact = contacts.get(fact.call());
        if (contact == null) {
            return;
        }
        switch (fact) {
            case Fact.ToolRan(_, _, var request, var outcome) -> {
                if (outcome.result().equals(ToolOutcome.OK) && !BUILT_IN.contains(request.name())) {
                    topic(request).ifPresent(topic -> contact.topic = topic);
                }
            }
            case Fact.HandedOff(_, _, var handoff) -> {
                contact.topic = handoff.reason().isBlank() ? contact.topic : handoff.reason();
                contact.summary = handoff.summary();
            }
            case Fact.Ended(var call, var at, var disposition) -> {
                if (contacts.remove(call, contact)) {
                    later(() -> file(call, contact, disposition.outcome().slug(), at));
                }
            }
            default -> {}
        }
    }

    /// `order AB7492`, when a tool was asked with `order_number: AB7492`.
    static Optional<String> topic(ToolRequest request) {
        try {
            return JsonMapper.shared().readTree(request.arguments()).properties().stream()
                    .filter(argument -> argument.getValue().isString()
                            || argument.getValue().isIntegralNumber())
                    .findFirst()
                    .map(argument -> argument.getKey().replaceFirst("_(number|id|code|no)$", "").replace('_', ' ')
                            + " " + argument.getValue().asString(""));
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private void file(CallId call, Contact contact, String outcome, Instant at) {
        var customer = contact.found.getNow(Optional.empty()).map(Caller::id).filter(id -> !id.isEmpty());
        var interaction = Interaction.begun(call, contact.from, customer, contact.since)
                .closed(contact.topic, outcome, contact.summary, at);
        try {
            if (contact.from.isPresent()) {
                own.open(interaction);
                contact.desk.lookup.forget(contact.from.get());
            }
            if (contact.desk.crm != own) {
                contact.desk.crm.open(interaction);
            }
        } catch (CrmFailure e) {
            noticed.accept(NOT_FILED);
            log.atWarn().addKeyValue("call", call).addKeyValue("reason", e.reason()).log("a contact was not filed");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void later(Runnable work) {
        try {
            workers.execute(work);
        } catch (RejectedExecutionException e) {
            noticed.accept(NOT_FILED);
        }
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
