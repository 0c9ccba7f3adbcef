package io.offhook;

import io.offhook.agent.AgentFiles;
import io.offhook.agent.CallerProfile;
import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import io.offhook.crm.CallerLookup;
import io.offhook.crm.CallerNumber;
import io.offhook.crm.CrmFailure;
import io.offhook.crm.EarlierCalls;
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
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Begins the look-ups of agents that have a `caller:`. Any thread; what blocks runs on the workers.
final class CallerRecognition implements Recognition, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CallerRecognition.class);

    private final StoreCrm own;
    private final EarlierCalls earlier;
    private final Executor workers;
    private final HttpClient http = HttpTool.client();
    private volatile Map<String, Desk> desks = Map.of();

    /// One agent's CRM.
    private record Desk(CallerProfile profile, CallerLookup lookup) {}

    /// @param own the customers and contacts in Offhook's own database
    CallerRecognition(StoreCrm own, Executor workers) {
        this.own = own;
        this.earlier = new EarlierCalls(own, workers, InstantSource.system());
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
        return new Desk(profile, new CallerLookup(crm, profile.timeout(), workers));
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

    /// Two sources, neither of which waits for the other: the CRM, and what this server remembers of earlier calls.
    @Override
    public void begin(
            AgentPlan plan, IncomingCall call, Consumer<Map<String, String>> known, Consumer<String> remark) {
        var desk = desks.get(plan.rules().agent());
        if (desk == null) {
            return;
        }
        var verdict = StirVerdict.of(call.verstat());
        var _ = desk.lookup
                .start(call.from(), verdict, remark)
                .thenAccept(found -> found.map(Caller::facts).ifPresent(known));
        var _ = earlier.start(call.from(), verdict)
                .thenAccept(contact -> contact.map(Caller::returning).map(Caller::facts).ifPresent(known));
    }

    @Override
    public void close() {
        http.shutdownNow();
    }
}
