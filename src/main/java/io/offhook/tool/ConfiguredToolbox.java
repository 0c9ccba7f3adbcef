package io.offhook.tool;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.offhook.call.CallId;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/// The tools of one agent behind their rules: arguments are checked against the schema, each run has a time limit, and
/// answers are bounded. The same request of the same call runs once; a repetition gets the first answer. Any thread;
/// `run` blocks.
public final class ConfiguredToolbox implements Toolbox {
    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredToolbox.class);
    private static final int REMEMBERED_RUNS = 2_048;
    private static final int REPORTED_MISTAKES = 5;
    private static final int REPORTED_FRAMES = 10;
    private static final int REPORTED_CAUSES = 3;

    private final ToolJson json = new ToolJson();
    private final Map<String, Checked> tools = new LinkedHashMap<>();
    private final Semaphore room;
    private final Map<Key, Run> runs = new LinkedHashMap<>();

    private record Checked(ToolDefinition definition, Schema schema) {}

    private record Key(String call, String request) {}

    /// @param outcome  completed when the tool has answered or was given up
    /// @param callOver completed when nobody waits for the answer any more
    private record Run(CompletableFuture<ToolOutcome> outcome, CompletableFuture<Boolean> callOver) {
        Run() {
            this(new CompletableFuture<>(), new CompletableFuture<>());
        }
    }

    /// @param concurrent runs at one time, in all calls together; shared when several toolboxes get the same semaphore
    /// @throws IllegalArgumentException when two tools have one name, or a schema is not JSON Schema
    public ConfiguredToolbox(List<ToolDefinition> definitions, Semaphore concurrent) {
        this.room = concurrent;
        // Never fetches what a `$ref` names: schemas come from configuration and from servers that are not ours.
        var registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder -> builder.schemaLoader(loader -> loader.fetchRemoteResources(false)));
        for (var definition : definitions) {
            if (tools.put(definition.name(), new Checked(definition, schema(registry, definition))) != null) {
                throw new IllegalArgumentException("two tools are named " + definition.name());
            }
        }
    }

    public ConfiguredToolbox(List<ToolDefinition> definitions) {
        this(definitions, new Semaphore(200));
    }

    /// The tools, for the engine's brief.
    public List<ToolDefinition> definitions() {
        return tools.values().stream().map(Checked::definition).toList();
    }

    @Override
    public ToolOutcome run(ToolRequest request, Map<String, String> facts) {
        var call = facts.getOrDefault("call.id", "");
        var mine = new Run();
        var first = claim(new Key(call, request.id()), mine);
        if (first != mine) {
            return joined(first.outcome());
        }
        var began = System.nanoTime();
        ToolOutcome outcome;
        try {
            outcome = outcome(request, mine, call, facts, began);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            outcome = failed("interrupted", "the tool was stopped", ToolOutcome.ERROR, began);
        }
        LOG.atInfo()
                .addKeyValue("call", call)
                .addKeyValue("tool", tools.containsKey(request.name()) ? request.name() : "unknown")
                .addKeyValue("result", outcome.result())
                .addKeyValue("ms", outcome.took().toMillis())
                .log("tool ran");
        mine.outcome().complete(outcome);
        return outcome;
    }

    @Override
    public void forget(CallId call) {
        var over = new ArrayList<Run>();
        synchronized (runs) {
            runs.forEach((key, run) -> {
                if (key.call().equals(call.value())) {
                    over.add(run);
                }
            });
            runs.values().removeAll(over);
        }
        over.forEach(run -> run.callOver().complete(true));
    }

    private Run claim(Key key, Run mine) {
        synchronized (runs) {
            var first = runs.putIfAbsent(key, mine);
            if (first != null) {
                return first;
            }
            if (runs.size() > REMEMBERED_RUNS) {
                runs.remove(runs.keySet().iterator().next());
            }
            return mine;
        }
    }

    /// The first run ends within its own limit.
    private ToolOutcome joined(CompletableFuture<ToolOutcome> first) {
        try {
            return first.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return failed("interrupted", "the tool was stopped", ToolOutcome.ERROR, System.nanoTime());
        } catch (ExecutionException e) {
            throw new IllegalStateException("a run is always completed with an outcome", e);
        }
    }

    private ToolOutcome outcome(ToolRequest request, Run run, String call, Map<String, String> facts, long began)
            throws InterruptedException {
        var checked = tools.get(request.name());
        if (checked == null) {
            return failed(
                    "unknown_tool",
                    "there is no such tool; these exist: " + String.join(", ", tools.keySet()),
                    ToolOutcome.REFUSED,
                    began);
        }
        if (!room.tryAcquire()) {
            return failed("busy", "too many tools are running; try again in a moment", ToolOutcome.REFUSED, began);
        }
        var done = new CompletableFuture<ToolOutcome>();
        var worker = Thread.ofVirtual().name("tool-" + request.name()).start(() -> {
            try {
                done.complete(work(checked, request, call, facts, began));
            } finally {
                // Only here: a tool that ignores its interrupt still takes up room.
                room.release();
                done.complete(failed("failed", "the tool failed", ToolOutcome.ERROR, began));
            }
        });
        var _ = run.callOver().thenRun(worker::interrupt);
        try {
            return done.get(checked.definition().limit().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            worker.interrupt();
            return failed(
                    "timeout", "the system did not answer in time; say so and offer help", ToolOutcome.TIMEOUT, began);
        } catch (InterruptedException e) {
            worker.interrupt();
            throw e;
        } catch (ExecutionException e) {
            throw new IllegalStateException("a worker always completes with an outcome", e);
        }
    }

    private ToolOutcome work(Checked checked, ToolRequest request, String call, Map<String, String> facts, long began) {
        try {
            var arguments = json.arguments(request.arguments());
            var mistakes = mistakes(checked.schema(), arguments);
            if (!mistakes.isEmpty()) {
                return failed(ToolFailure.BAD_ARGUMENTS, mistakes, ToolOutcome.REFUSED, began);
            }
            // One id per call and request, since engines count their requests per session.
            var id = call.isEmpty() ? request.id() : call + "-" + request.id();
            var result = checked.definition()
                    .work()
                    .run(new Tool.Invocation(id, call, json.map(arguments), Map.copyOf(facts)));
            var answer = json.answer(result == null ? Map.of("done", true) : result);
            return new ToolOutcome(answer.text(), ToolOutcome.OK, since(began), answer.shortened());
        } catch (ToolFailure e) {
            var answer = json.answer(e.answer());
            return new ToolOutcome(answer.text(), result(e), since(began), answer.shortened());
        } catch (InterruptedException e) {
            return failed("timeout", "the system did not answer in time", ToolOutcome.TIMEOUT, began);
        } catch (Exception | LinkageError | AssertionError | StackOverflowError e) {
            // Not the exception itself: its message may quote the caller.
            LOG.atWarn()
                    .addKeyValue("call", call)
                    .addKeyValue("tool", request.name())
                    .addKeyValue("error", e.getClass().getName())
                    .addKeyValue("at", places(e))
                    .log("tool failed");
            return failed("failed", "the tool failed; say that you cannot see that now", ToolOutcome.ERROR, began);
        }
    }

    private static String result(ToolFailure failure) {
        return switch (failure.error()) {
            case ToolFailure.BAD_ARGUMENTS, ToolFailure.NOT_FOUND -> ToolOutcome.REFUSED;
            case ToolFailure.TIMEOUT -> ToolOutcome.TIMEOUT;
            default -> ToolOutcome.ERROR;
        };
    }

    /// Where it happened, from the inside out, and what caused it; no messages.
    private static String places(Throwable failure) {
        var places = new StringBuilder();
        var link = failure;
        for (int depth = 0; link != null && depth < REPORTED_CAUSES; depth++) {
            places.append(depth == 0 ? "" : " caused by " + link.getClass().getName() + " at ")
                    .append(Arrays.stream(link.getStackTrace())
                            .limit(REPORTED_FRAMES)
                            .map(StackTraceElement::toString)
                            .collect(Collectors.joining(" < ")));
            link = link.getCause();
        }
        return places.toString();
    }

    private static String mistakes(Schema schema, JsonNode arguments) {
        return schema.validate(arguments).stream()
                .limit(REPORTED_MISTAKES)
                .map(error -> error.getInstanceLocation() + " " + error.getMessage())
                .map(text -> text.length() > 200 ? text.substring(0, 200) : text)
                .collect(Collectors.joining("; "));
    }

    private ToolOutcome failed(String error, String say, String result, long began) {
        var answer = new LinkedHashMap<String, Object>();
        answer.put("error", error);
        answer.put("say", say);
        return new ToolOutcome(json.write(answer), result, since(began), false);
    }

    private static Duration since(long began) {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    private Schema schema(SchemaRegistry registry, ToolDefinition definition) {
        try {
            var node = json.arguments(definition.parameters());
            if (!"object".equals(node.path("type").asString("object"))) {
                throw new IllegalArgumentException(
                        "the parameters of the tool " + definition.name() + " must be a JSON Schema of type object");
            }
            return registry.getSchema(node);
        } catch (ToolFailure e) {
            throw new IllegalArgumentException(
                    "the parameters of the tool " + definition.name() + " must be a JSON Schema of type object", e);
        }
    }
}
