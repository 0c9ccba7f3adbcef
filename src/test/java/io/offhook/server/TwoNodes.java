package io.offhook.server;

import static io.offhook.server.TestServer.spoken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.Route;
import io.offhook.call.Turn;
import io.offhook.config.Settings;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Caller;
import io.offhook.simulator.CarrierFault;
import io.offhook.simulator.Humans;
import io.offhook.simulator.SimulatedCall;
import io.offhook.simulator.SimulatedCarrier;
import io.offhook.simulator.SimulatedEngine;
import io.offhook.simulator.SimulatedSession;
import io.offhook.store.Fact;
import io.offhook.store.StoreException;
import io.offhook.store.StoredCall;
import io.offhook.store.jdbc.JdbcCallLog;
import io.offhook.store.jdbc.TestPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.awaitility.core.ConditionTimeoutException;

/// Two servers on one PostgreSQL, behind one address, between a simulated carrier and a simulated engine. The first, in
/// a process of its own, has everything until it is killed; from then on the second has, which lives in this process
/// and shares nothing with the first but the database. For the next call, another process is the first.
final class TwoNodes implements AutoCloseable {
    /// Slow enough for a machine on which several servers share two processors with other tests.
    static final double SPEED = 2;

    /// How long the wall's clock may take for anything at all.
    static final Duration PATIENCE = Duration.ofSeconds(120);

    /// How the numbers of several callers at once begin.
    private static final String CALLERS = "+1415555020";

    /// A port at which nothing listens.
    private static final int NOBODY = 1;

    final Humans humans = new Humans();
    private final JdbcCallLog store;
    final Relay relay = new Relay();
    private final Instant since = Instant.now();
    private final Path folder;
    private final String agent;
    private final String database;
    private final SimulatedEngine engine;
    private final SimulatedCarrier carrier;
    private final Offhook second;
    private NodeProcess first;
    private int nodes;

    /// A caller with whom this goes wrong, and the agent's session with the engine.
    record Conversation(SimulatedCall call, List<CarrierFault> faults, SimulatedSession session) {
        void says(String text) {
            session.typed(text);
        }
    }

    /// @param agent the agent.yaml of all nodes
    TwoNodes(Path folder, String agent) throws SQLException {
        this.folder = folder;
        this.agent = agent;
        database = TestPostgres.url();
        store = JdbcCallLog.open(database);
        engine = SimulatedEngine.builder()
                .vertx(TestServer.vertx())
                .apiKey(TestServer.KEY)
                .dialogue(new Receptionist())
                .speed(SPEED)
                .start();
        carrier = SimulatedCarrier.builder()
                .vertx(TestServer.vertx())
                .account(TestServer.ACCOUNT, TestServer.TOKEN)
                .voiceUrl(TestServer.PUBLIC + "/voice/incoming")
                .statusCallback(TestServer.PUBLIC + "/voice/status")
                .reach(TestServer.PUBLIC, relay.url())
                .humans(humans)
                .restPort(0)
                .speed(SPEED)
                .start();
        carrier.account().verify(TestServer.NUMBER);
        second = here();
        first = inAnotherProcess();
    }

    /// The first look of a new process at the database takes longer than a caller may be kept waiting for it, while
    /// other tests have the processors: both nodes have had one after this.
    void rehearse() {
        var call = ringAndGreet();
        relay.to(second.port(), second.port());
        call.hangUp();
        disposition(call);
    }

    private Offhook here() {
        var environment = environment();
        var settings = Settings.from(environment);
        return Offhook.create(settings, AgentDirectory.open(settings.agentFiles(), environment))
                .speed(SPEED)
                .time(NodeProcess.asIfSince(since, SPEED))
                .eventLoops(1)
                .start();
    }

    private NodeProcess inAnotherProcess() {
        return NodeProcess.start(environment(), SPEED, since);
    }

    /// What another node is started with.
    private Map<String, String> environment() {
        try {
            var home = Files.createDirectory(folder.resolve("node-" + nodes++));
            return Map.of(
                    "TWILIO_ACCOUNT_SID", TestServer.ACCOUNT,
                    "TWILIO_AUTH_TOKEN", TestServer.TOKEN,
                    "OFFHOOK_TWILIO_URL", carrier.restUrl().toString(),
                    "OPENAI_API_KEY", TestServer.KEY,
                    "OPENAI_BASE_URL", engine.baseUrl().toString(),
                    "OFFHOOK_PUBLIC_URL", TestServer.PUBLIC.toString(),
                    "OFFHOOK_JDBC_URL", database,
                    "OFFHOOK_HOME", home.toString(),
                    "OFFHOOK_AGENT",
                            Files.writeString(home.resolve("agent.yaml"), agent).toString(),
                    "PORT", "0");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The URL of the database.
    String database() {
        return database;
    }

    // --- a call ---

    /// Rings at the first node, and waits until its greeting was heard.
    SimulatedCall ringAndGreet() {
        relay.to(firstPort(), second.port());
        var conversation = ring(TestServer.CALLER, List.of());
        greeted(conversation);
        return conversation.call();
    }

    /// Several callers ring at the first node, and all have heard its greeting when this returns.
    ///
    /// @param faults what goes wrong with each of them
    List<Conversation> ringAndGreet(List<List<CarrierFault>> faults) {
        relay.to(firstPort(), second.port());
        var conversations = new ArrayList<Conversation>();
        for (var wrong : faults) {
            conversations.add(ring(CALLERS + conversations.size(), wrong));
        }
        conversations.forEach(this::greeted);
        return conversations;
    }

    /// The stream of the call comes to the first node, and all webhooks to the second.
    SimulatedCall ringAtBothAndGreet() {
        int webhooks = second.port();
        int streams = firstPort();
        relay.to(head -> head.startsWith("GET /voice/stream") ? streams : webhooks, webhooks);
        var conversation = ring(TestServer.CALLER, List.of());
        greeted(conversation);
        return conversation.call();
    }

    private int firstPort() {
        if (!first.alive()) {
            first = inAnotherProcess();
        }
        return first.port();
    }

    private Conversation ring(String from, List<CarrierFault> faults) {
        int before = sessions();
        var call = carrier.ring(Caller.of(from, TestServer.NUMBER), faults.toArray(CarrierFault[]::new));
        return new Conversation(call, faults, speaking(before, call));
    }

    /// Waits for a session since then in which the agent speaks. A node that is slow to connect tries more than one.
    private SimulatedSession speaking(int before, SimulatedCall call) {
        try {
            return await().atMost(PATIENCE)
                    .until(
                            () -> engine.sessions().stream()
                                    .skip(before)
                                    .filter(session -> !session.responses().isEmpty())
                                    .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("no agent for the caller: " + call.steps() + call.notices(), e);
        }
    }

    private void greeted(Conversation conversation) {
        var call = conversation.call();
        assertThat(call.awaitHeard(spoken(TestServer.GREETING), PATIENCE)).isTrue();
        if (!conversation.faults().contains(new CarrierFault.NoMarks())) {
            // What is said before the node knows that it was heard counts as an interruption.
            call.await(CallStep.MarkReturned.class, PATIENCE).orElseThrow();
        }
    }

    /// The humans who were called while the agent had a caller, of all calls.
    List<SimulatedCall> placed() {
        return carrier.placed();
    }

    void says(String text) {
        engine.typed(text);
    }

    int sessions() {
        return engine.sessions().size();
    }

    /// Waits for a session with the engine.
    ///
    /// @param call whose it is to be
    SimulatedSession session(int index, SimulatedCall call) {
        try {
            await().atMost(PATIENCE).until(() -> sessions() > index);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("no session for the caller: " + call.steps() + call.notices(), e);
        }
        return engine.sessions().get(index);
    }

    /// Whatever comes from now on comes to nobody.
    void reachNobody() {
        relay.to(NOBODY, NOBODY);
    }

    /// The first node does nothing for this long.
    void holdUpFirst(Duration time) {
        first.pause();
        try {
            await().pollDelay(time).atMost(PATIENCE).until(() -> true);
        } finally {
            first.resume();
        }
    }

    // --- the end of the first node ---

    /// Whatever comes from now on comes to the second node.
    void killFirst() {
        first.kill();
    }

    void awaitKill() {
        first.awaitEnd();
    }

    boolean killed() {
        return !first.alive();
    }

    // --- what is stored ---

    /// A database that is slow to take another connection is asked again.
    <T> T read(Function<JdbcCallLog, T> question) {
        return await().pollDelay(Duration.ZERO)
                .atMost(PATIENCE)
                .ignoreException(StoreException.class)
                .until(() -> question.apply(store), _ -> true);
    }

    static CallId id(SimulatedCall call) {
        return new CallId(call.sid());
    }

    Handoff handoff(SimulatedCall call) {
        return read(log -> log.handoff(id(call))).orElseThrow();
    }

    /// What is stored of what was said.
    List<String> said(SimulatedCall call) {
        return read(log -> log.turns(id(call))).stream().map(Turn::text).toList();
    }

    boolean known(SimulatedCall call) {
        return read(log -> log.find(id(call))).isPresent();
    }

    /// How often the call was handed over.
    int handoffs(SimulatedCall call) {
        try (var connection = DriverManager.getConnection(database);
                var query = connection.prepareStatement("select count(*) from handoff where call_id = ?")) {
            query.setString(1, call.sid());
            try (var rows = query.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    Disposition disposition(SimulatedCall call) {
        return await().atMost(PATIENCE)
                .until(() -> read(log -> log.find(id(call))).flatMap(StoredCall::disposition), Optional::isPresent)
                .orElseThrow();
    }

    List<String> happened(SimulatedCall call) {
        return read(log -> log.timeline(id(call))).stream().map(Fact.Happened::kind).toList();
    }

    /// How the steps of the route ended, in their order.
    List<String> route(SimulatedCall call) {
        return read(log -> log.route(id(call))).stream()
                .map(step -> step.destination() + " "
                        + step.result().map(Route.Result::slug).orElse("-"))
                .toList();
    }

    /// The numbers that were rung for the caller, in their order.
    static List<String> dialled(SimulatedCall call) {
        return call.steps(CallStep.Dialled.class).stream()
                .flatMap(dial -> dial.destinations().stream())
                .toList();
    }

    @Override
    public void close() {
        carrier.close();
        first.close();
        second.close();
        relay.close();
        engine.close();
        store.close();
    }
}
