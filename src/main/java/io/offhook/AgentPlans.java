package io.offhook;

import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentFiles;
import io.offhook.agent.AgentProfile;
import io.offhook.agent.EngineChoice;
import io.offhook.agent.ToolAction;
import io.offhook.agent.ToolProfile;
import io.offhook.call.CallEvent;
import io.offhook.call.CallMachine.EscalationArguments.Escalation;
import io.offhook.call.Handoff.Urgency;
import io.offhook.call.Memory;
import io.offhook.call.PhoneNumber;
import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.engine.RealtimeEngine;
import io.offhook.live.AgentPlan;
import io.offhook.tool.ConfiguredToolbox;
import io.offhook.tool.HttpTool;
import io.offhook.tool.JavaTools;
import io.offhook.tool.MethodTool;
import io.offhook.tool.SqlTool;
import io.offhook.tool.Tool;
import io.offhook.tool.ToolDefinition;
import io.offhook.tool.ToolWork;
import java.math.BigDecimal;
import java.net.http.HttpClient;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.sqlite.SQLiteDataSource;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/// What agent.yaml says, ready to take calls. Any thread; the files and the plans made of them change together.
public final class AgentPlans implements AutoCloseable {
    private static final int MAX_FACTS = 100;
    private static final int MAX_REASON = 200;
    private static final int MAX_DIGITS = 50;
    /// Keeps numbers as they are written: 347.00 is not 347.0.
    private static final JsonMapper EXACT = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final int MAX_SUMMARY = 2_000;
    private static final int MAX_LANGUAGE = 35;

    private final Function<EngineChoice.Kind, Optional<RealtimeEngine>> engines;
    private final DataSource database;
    private final JavaTools javaTools;
    private final ClassLoader loader;
    private final InstantSource officeClock;
    private final InstantSource callClock;
    private final HttpClient http = HttpTool.client();
    private final Semaphore toolRuns = new Semaphore(200);
    private volatile InForce inForce;

    private record InForce(AgentFiles files, Map<String, AgentPlan> plans) {}

    /// @param engines     those that this server was started with
    /// @param officeClock that opening hours go by
    /// @param callClock   that calls go by
    /// @throws ConfigException when an agent can't be made ready
    AgentPlans(
            AgentDirectory directory,
            Function<EngineChoice.Kind, Optional<RealtimeEngine>> engines,
            DataSource database,
            List<Tool> given,
            ClassLoader loader,
            InstantSource officeClock,
            InstantSource callClock) {
        this.engines = engines;
        this.database = database;
        this.javaTools = new JavaTools(given, loader);
        this.loader = loader;
        this.officeClock = officeClock;
        this.callClock = callClock;
        try {
            this.inForce = compile(directory.current());
        } catch (RuntimeException e) {
            http.shutdownNow();
            throw e;
        }
    }

    /// What would keep these agents from being made ready, found without an engine and without a database. Tools that
    /// a program registers with `Offhook` are not known here.
    public static List<Mistake> mistakes(List<AgentProfile> agents) {
        return agents.stream().flatMap(agent -> mistakes(agent).stream()).toList();
    }

    private static List<Mistake> mistakes(AgentProfile agent) {
        try (var _ = unserved(agent)) {
            return List.of();
        } catch (ConfigException e) {
            return e.mistakes();
        }
    }

    /// What an agent tells its engine when a stranger calls; empty while [#mistakes] are found.
    public static Optional<Brief> brief(AgentProfile agent) {
        try (var plans = unserved(agent)) {
            return Optional.of(plans.answering(Optional.empty()).brief());
        } catch (ConfigException _) {
            return Optional.empty();
        }
    }

    private static AgentPlans unserved(AgentProfile agent) {
        return new AgentPlans(
                AgentDirectory.of(AgentFiles.of(List.of(agent))),
                _ -> Optional.of(new NoEngine()),
                new SQLiteDataSource(),
                List.of(),
                loader(),
                InstantSource.system(),
                InstantSource.system());
    }

    /// Where the classes of an operator's tools are.
    static ClassLoader loader() {
        return Optional.ofNullable(Thread.currentThread().getContextClassLoader())
                .orElseGet(ClassLoader::getSystemClassLoader);
    }

    private static final class NoEngine implements RealtimeEngine {
        @Override
        public EngineSession open(Brief brief, List<? extends Memory> history, Consumer<CallEvent> events) {
            throw new IllegalStateException("there is no call to speak on");
        }

        @Override
        public String name() {
            return "none";
        }
    }

    /// @throws ConfigException when an agent can't be made ready; all agents from before go on
    void reload(AgentFiles agents) {
        inForce = compile(agents);
    }

    /// Cuts off the requests of tools that still run.
    @Override
    public void close() {
        http.shutdownNow();
    }

    List<AgentPlan> all() {
        return List.copyOf(inForce.plans().values());
    }

    /// The agent for a called number; a call to a number that nobody was given goes to the first agent.
    AgentPlan answering(Optional<PhoneNumber> called) {
        var now = inForce;
        var profile = called.flatMap(number -> now.files().answering(number.e164()))
                .or(() -> now.files().answering(""))
                .orElse(now.files().all().getFirst());
        var plan = now.plans().get(profile.name());
        if (plan == null) {
            throw new IllegalStateException("every agent has a plan: " + profile.name());
        }
        return called.map(number -> plan.knowing(Map.of("called.number", number.e164())))
                .orElse(plan);
    }

    private InForce compile(AgentFiles agents) {
        var compiled = new HashMap<String, AgentPlan>();
        var mistakes = new ArrayList<Mistake>();
        for (var profile : agents.all()) {
            ready(profile, mistakes).ifPresent(agent -> compiled.put(profile.name(), agent.plan(Map.of())));
        }
        if (!mistakes.isEmpty()) {
            throw new ConfigException(mistakes);
        }
        return new InForce(agents, Map.copyOf(compiled));
    }

    private Optional<ReadyAgent> ready(AgentProfile profile, List<Mistake> mistakes) {
        var kind = profile.engine().kind();
        var engine = engines.apply(kind);
        if (engine.isEmpty()) {
            mistakes.add(missing(profile, kind));
        }
        var definitions = new ArrayList<ToolDefinition>();
        for (var tool : profile.tools()) {
            try {
                definitions.add(definition(tool));
            } catch (RuntimeException | LinkageError e) {
                mistakes.add(mistake(profile.name() + ": tools." + tool.name(), e));
            }
        }
        profile.caller().ifPresent(caller -> {
            try {
                var _ = AgentCrm.of(caller, http);
            } catch (IllegalArgumentException e) {
                mistakes.add(new Mistake(
                        profile.name() + ": caller", String.valueOf(e.getMessage()) + ".", "Correct it in agent.yaml."));
            }
        });
        try {
            var toolbox = new ConfiguredToolbox(definitions, toolRuns);
            return engine.map(made -> new ReadyAgent(
                    profile,
                    made,
                    toolbox,
                    List.copyOf(definitions),
                    ReadyAgent.policy(profile),
                    officeClock,
                    callClock));
        } catch (IllegalArgumentException e) {
            mistakes.add(mistake(profile.name() + ": tools", e));
            return Optional.empty();
        }
    }

    private static Mistake missing(AgentProfile profile, EngineChoice.Kind kind) {
        return switch (kind) {
            case OPENAI ->
                new Mistake(
                        profile.name() + ": engine",
                        "The server was started without OPENAI_API_KEY, so this agent has no engine.",
                        "Set OPENAI_API_KEY and start the server again, or use engine: demo.");
            case DEMO ->
                new Mistake(
                        profile.name() + ": engine",
                        "The server was started without the offline engine, so this agent has no engine.",
                        "Start the server again: it brings the offline engine when an agent needs it.");
        };
    }

    private static Mistake mistake(String where, Throwable failure) {
        return failure instanceof IllegalArgumentException
                ? new Mistake(
                        where,
                        String.valueOf(failure.getMessage()) + ".",
                        "Correct the tool in agent.yaml, or put its class on the class path.")
                : new Mistake(
                        where,
                        "The tool can't be made ready (" + failure.getClass().getName() + ").",
                        "See what its class does when it is loaded and asked for its parameters.");
    }

    private ToolDefinition definition(ToolProfile profile) {
        return switch (profile.action()) {
            case ToolAction.Http(var method, var url, var headers, var body) -> {
                var plain = headers.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, header -> header.getValue().reveal()));
                yield definition(
                        profile,
                        ReadyAgent.NO_PARAMETERS,
                        new HttpTool(profile.name(), method + " " + url, plain, body, profile.timeout(), http));
            }
            case ToolAction.Sql(var query) ->
                definition(
                        profile,
                        ReadyAgent.NO_PARAMETERS,
                        new SqlTool(profile.name(), query, database, profile.timeout()));
            case ToolAction.Java(var reference) -> {
                var tool = javaTools.find(reference);
                if (tool.isPresent()) {
                    yield definition(profile, tool.get());
                }
                var method = MethodTool.of(reference, loader);
                yield definition(profile, method.parameters(), method);
            }
        };
    }

    /// A tool in Java describes itself where agent.yaml doesn't.
    private static ToolDefinition definition(ToolProfile profile, Tool tool) {
        return new ToolDefinition(
                profile.name(),
                profile.about().orElseGet(tool::about),
                profile.parameters().orElseGet(tool::parameters),
                tool,
                profile.timeout());
    }

    private static ToolDefinition definition(ToolProfile profile, String parameters, ToolWork work) {
        return new ToolDefinition(
                profile.name(),
                profile.description(),
                profile.parameters().orElse(parameters),
                work,
                profile.timeout());
    }

    /// Reads what the model says about a handoff: anything goes, nothing is trusted, everything is bounded.
    static Escalation escalation(String arguments) {
        try {
            var json = JsonMapper.shared().readTree(arguments);
            var urgency =
                    switch (json.path("urgency").asString("")) {
                        case "high" -> Urgency.HIGH;
                        case "low" -> Urgency.LOW;
                        default -> Urgency.NORMAL;
                    };
            return new Escalation(
                    bounded(json.path("reason").asString(""), MAX_REASON),
                    bounded(json.path("summary").asString(""), MAX_SUMMARY),
                    urgency,
                    Optional.of(bounded(json.path("language").asString(""), MAX_LANGUAGE))
                            .filter(language -> !language.isBlank()));
        } catch (JacksonException e) {
            return new Escalation("", "", Urgency.NORMAL, Optional.empty());
        }
    }

    /// Reads the plain values of a tool's answer, each by its name and by its path; of a list, the first entry's.
    static Map<String, String> facts(String answer) {
        try {
            var facts = new HashMap<String, String>();
            collect(EXACT.readTree(answer), "", "", facts);
            return facts;
        } catch (JacksonException _) {
            return Map.of();
        }
    }

    private static void collect(JsonNode node, String path, String name, Map<String, String> facts) {
        if (facts.size() >= MAX_FACTS) {
            return;
        }
        if (node.isObject()) {
            node.properties()
                    .forEach(field -> collect(
                            field.getValue(),
                            path.isEmpty() ? field.getKey() : path + "." + field.getKey(),
                            field.getKey(),
                            facts));
        } else if (node.isArray() && !node.isEmpty()) {
            collect(node.get(0), path, name, facts);
        } else if (node.isValueNode() && !node.isNull() && !name.isEmpty()) {
            var value = node.isBigDecimal() ? written(node.decimalValue()) : node.asString();
            facts.put(name, value);
            facts.put(path, value);
        }
    }

    /// As people write amounts: no exponent, and as many digits behind the point as the tool gave. Only what no amount
    /// is as long as keeps its exponent.
    private static String written(BigDecimal number) {
        return Math.abs((long) number.precision() - number.scale()) > MAX_DIGITS || number.scale() > MAX_DIGITS
                ? number.toString()
                : number.toPlainString();
    }

    private static String bounded(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = Character.isHighSurrogate(text.charAt(most - 1)) ? most - 1 : most;
        return text.substring(0, end);
    }
}
