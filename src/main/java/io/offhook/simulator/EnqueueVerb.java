package io.offhook.simulator;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.json.JsonMapper;

/// Enqueue: a plain queue, or a Task for TaskRouter. The caller hears the wait document over and over until a person
/// takes the call, the caller or the document leaves, or the Task times out.
final class EnqueueVerb {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    /// A wait document without a single sound must not spin.
    private static final Duration BREATH = Duration.ofMillis(500);

    private static final Duration FOR_EVER = Duration.ofDays(1);

    private final TwimlRunner runner;
    private final SimulatedCall call;
    private final String queueSid = Sids.random("QU");
    private String result = "hangup";
    private long begun;

    EnqueueVerb(TwimlRunner runner) {
        this.runner = runner;
        call = runner.call();
    }

    Outcome perform(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        begun = call.carrier().clock().nanos();
        Outcome waiting;
        try {
            waiting = enter(verb, document);
        } catch (Line.Broken broken) {
            left();
            runner.actionAfterHangup(verb, document, form());
            throw broken;
        }
        left();
        if (waiting instanceof Outcome.Over over) {
            result = "hangup";
            return over;
        }
        return runner.action(verb, document, form());
    }

    private void left() {
        var waited = Duration.ofNanos(call.carrier().clock().nanos() - begun);
        call.step(at -> new CallStep.LeftQueue(at, result, waited));
    }

    private Map<String, String> form() {
        var form = new LinkedHashMap<String, String>();
        form.put("QueueResult", result);
        form.put("QueueSid", queueSid);
        form.put("QueueTime", String.valueOf((call.carrier().clock().nanos() - begun) / 1_000_000_000));
        return form;
    }

    private Outcome enter(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        var workflow = verb.filled("workflowSid");
        var task = verb.child("Task");
        var name = workflow.orElse(verb.text());
        var problem = problem(verb, workflow, task);
        if (problem.isPresent()) {
            call.notice(problem.get().code(), problem.get().text());
            result = "error";
            return Outcome.ON;
        }
        var attributes =
                workflow.isPresent() ? Optional.of(task.map(TwimlVerb::text).orElse("{}")) : task.map(_ -> "");
        call.step(at -> new CallStep.Enqueued(at, name, workflow, attributes));
        var behaviour = call.carrier().humans().of(name);
        switch (behaviour) {
            case Humans.Behaviour.QueueFull _ -> {
                result = "queue-full";
                return Outcome.ON;
            }
            case Humans.Behaviour.Failed _ -> {
                result = "system-error";
                return Outcome.ON;
            }
            default -> {}
        }
        int taskTimeout = task.map(each -> each.number("timeout", 86_400)).orElse(86_400);
        return wait(verb, document, name, behaviour, Duration.ofSeconds(taskTimeout));
    }

    private static Optional<TwimlException> problem(
            TwimlVerb verb, Optional<String> workflow, Optional<TwimlVerb> task) {
        if (workflow.isEmpty()) {
            return verb.text().isEmpty() || verb.text().length() > 64
                    ? Optional.of(new TwimlException(12200, "Enqueue: a queue name has 1 to 64 characters", ""))
                    : Optional.empty();
        }
        if (!workflow.get().matches("WW[0-9a-fA-F]{32}")) {
            return Optional.of(new TwimlException(14220, "Enqueue: not a workflow SID: " + workflow.get(), ""));
        }
        try {
            return task.isPresent() && !STRICT.readTree(task.get().text()).isObject()
                    ? Optional.of(new TwimlException(14221, "Enqueue: Task attributes are not a JSON object", ""))
                    : Optional.empty();
        } catch (JacksonException e) {
            var why = "Enqueue: Task attributes are not JSON: " + e.getOriginalMessage();
            return Optional.of(new TwimlException(14221, why, ""));
        }
    }

    private Outcome wait(
            TwimlVerb verb, TwimlDocument document, String name, Humans.Behaviour behaviour, Duration taskTimeout)
            throws TwimlException {
        var answered = behaviour instanceof Humans.Behaviour.Answers(var after, var _, var _) ? after : FOR_EVER;
        boolean taken = answered.compareTo(taskTimeout) < 0;
        var waitUrl = verb.filled("waitUrl");
        var source = waitUrl.isPresent()
                ? Optional.of(new TwimlSource.At(document.resolve(waitUrl.get()), verb.or("waitUrlMethod", "POST")))
                : Optional.<TwimlSource.At>empty();
        var early = runner.leg().line().within(taken ? answered : taskTimeout, () -> music(source, name));
        if (early.isPresent()) {
            result = early.get() instanceof Outcome.Left ? "leave" : "hangup";
            return early.get() instanceof Outcome.Over over ? over : Outcome.ON;
        }
        if (!taken) {
            // What Twilio reports for a Task that ran out is not documented; the caller has left the queue.
            result = "leave";
            return Outcome.ON;
        }
        result = "bridged";
        call.step(at -> new CallStep.Bridged(at, name));
        if (behaviour instanceof Humans.Behaviour.Answers(var _, var _, var talk)) {
            runner.leg().line().sleep(talk);
        }
        return Outcome.ON;
    }

    /// The wait document, again and again; without one, silence or the network's own music.
    private Outcome music(Optional<TwimlSource.At> source, String name) {
        while (true) {
            if (source.isEmpty()) {
                runner.leg().line().sleep(FOR_EVER);
                continue;
            }
            long before = call.carrier().clock().nanos();
            var queue = new LinkedHashMap<String, String>();
            queue.put("QueuePosition", String.valueOf(call.carrier().humans().ahead(name) + 1));
            queue.put("QueueSid", queueSid);
            queue.put("QueueTime", String.valueOf((before - begun) / 1_000_000_000));
            queue.put("AvgQueueTime", "0");
            queue.put("CurrentQueueSize", String.valueOf(call.carrier().humans().ahead(name) + 1));
            queue.put("MaxQueueSize", "1000");
            var outcome = new TwimlRunner(call, runner.leg().waiting(queue)).run(source.get(), Map.of());
            if (!(outcome instanceof Outcome.GoOn)) {
                return outcome;
            }
            if (call.carrier().clock().nanos() - before < BREATH.toNanos()) {
                runner.leg().line().sleep(BREATH);
            }
        }
    }
}
