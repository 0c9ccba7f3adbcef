package io.offhook;

import io.offhook.agent.AgentFiles;
import io.offhook.agent.CallerProfile;
import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import io.offhook.crm.CallerLookup;
import io.offhook.crm.CallerNumber;
import io.offhook.crm.CrmFailure;
import io.offhook.crm.StirVerdict;
import io.offhook.crm.store.StoreCrm;
import io.offhook.live.AgentPlan;
import io.offhook.live.Recognition;
import io.offhook.telephony.IncomingCall;
import io.offhook.tool.HttpTool;
import java.net.http.HttpClient;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Begins the look-ups of agents that have a `caller:`. Any thread; what blocks runs on the workers.
final class CallerContacts implements Recognition, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CallerContacts.class);

    private final StoreCrm own;
    private final Executor workers;
    private final HttpClient http = HttpTool.client();
    private volatile Map<String, Desk> desks = Map.of();

    /// One agent's CRM.
    private record Desk(CallerProfile profile, CallerLookup lookup) {}

    /// @param own the customers and contacts in Offhook's own database
    CallerContacts(StoreCrm own, Executor workers) {
        this.own = own;
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
        var crm = AgentCrm.of(profile, http).orElse(own);
        return new Desk(
                profile, new CallerLookup(crm, own, profile.timeout(), workers, InstantSource.system()));
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
        return found.thenApply(caller -> caller.map(Caller::facts).orElse(Map.of()));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
