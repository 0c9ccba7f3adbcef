package io.offhook.cli;

import io.offhook.Offhook;
import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Route;
import io.offhook.call.ToolOutcome;
import io.offhook.call.Turn;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Scene;
import io.offhook.simulator.SimulatedCall;
import io.offhook.store.Fact;
import io.offhook.store.StoredCall;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// What a call of the demo came to: what was stored of it, what a human saw of it, and whether it went as it should.
final class DemoReport {
    private static final Duration FLUSH = Duration.ofSeconds(3);
    /// A recording is reported a second after it was made, and the end of a call a moment after it is over.
    private static final Duration LAST_WORD = Duration.ofSeconds(5);

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Output output;
    private final Offhook offhook;
    private final SimulatedCall call;
    private final Scene scene;
    private final Keys keys;
    private final CallId id;
    private final List<String> problems = new ArrayList<>();
    private final Map<String, Object> result = new LinkedHashMap<>();

    /// What opens the carrier's recordings and the human's page.
    record Keys(String account, String authToken, String adminToken) {
        @Override
        public String toString() {
            return "Keys[" + account + "]";
        }
    }

    DemoReport(Output output, Offhook offhook, SimulatedCall call, Scene scene, Keys keys) {
        this.output = output;
        this.offhook = offhook;
        this.call = call;
        this.scene = scene;
        this.keys = keys;
        this.id = new CallId(call.sid());
    }

    /// @param found what is known to have gone wrong
    /// @return whether nothing did
    boolean print(List<String> found) throws InterruptedException {
        problems.addAll(found);
        boolean message = !call.steps(CallStep.Recorded.class).isEmpty();
        await(() -> end().isPresent() && (!message || offhook.store().voicemail(id).isPresent()));
        tools();
        CallReport.timings(output, call);
        output.data("");
        output.data("  Heard       (as stored)");
        offhook.store().turns(id).stream()
                .filter(turn -> turn.speaker() != Turn.Speaker.NOTE)
                .forEach(this::heard);
        route();
        outcome();
        try (var http = HttpClient.newHttpClient()) {
            var left = offhook.store().voicemail(id);
            if (left.isPresent()) {
                message(http, left.get());
            }
            if (!scene.page().isEmpty()) {
                screenPop(http);
            }
        }
        verdict();
        return problems.isEmpty();
    }

    private void await(BooleanSupplier known) throws InterruptedException {
        long until = System.nanoTime() + LAST_WORD.toNanos();
        offhook.flush(FLUSH);
        while (!known.getAsBoolean() && System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(20);
            offhook.flush(FLUSH);
        }
    }

    private Optional<Disposition> end() {
        return offhook.store().find(id).flatMap(StoredCall::disposition);
    }

    private void tools() {
        offhook.store().toolRuns(id).stream()
                .filter(run -> !run.outcome().result().equals(ToolOutcome.OK))
                .forEach(run -> problems.add(
                        "tool " + run.request().name() + " failed: " + run.outcome().result()));
    }

    private void heard(Turn turn) {
        var who = turn.speaker() == Turn.Speaker.AGENT ? "agent" : "caller";
        output.entry(
                "    " + String.format("%-8s", who),
                CallReport.said(turn.text(), turn.cut()),
                "heard",
                Map.of("who", who, "text", turn.text(), "cut", turn.cut()));
    }

    private void route() {
        var steps = offhook.store().route(id).stream()
                .map(step -> step.destination() + " "
                        + step.result().map(Route.Result::slug).orElse("?"))
                .toList();
        if (!steps.isEmpty()) {
            output.data("  Route       ", String.join(", then ", steps));
            result.put("route", steps);
        }
    }

    private void outcome() {
        var end = end();
        var stored = end.map(how -> how.outcome().slug()).orElse("nothing");
        if (!stored.equals(scene.outcome())) {
            problems.add("the call is stored as " + stored + ", not as " + scene.outcome());
        }
        end.ifPresent(how -> {
            output.data("  Outcome     " + stored + " (" + how.reason() + ")");
            result.put("outcome", stored);
            result.put("reason", how.reason());
        });
    }

    /// The message that the caller left must be behind its link.
    private void message(HttpClient http, Fact.Voicemail left) throws InterruptedException {
        var mailbox = left.mailbox().orElse("nobody");
        output.data("  Message     " + left.seconds() + " s, for the mailbox " + mailbox + ", recorded at");
        output.data("  " + left.recording());
        result.put("voicemail", Map.of("recording", left.recording(), "seconds", left.seconds(), "mailbox", mailbox));
        try {
            var login = Base64.getEncoder()
                    .encodeToString((keys.account() + ":" + keys.authToken()).getBytes(StandardCharsets.UTF_8));
            var sound = http.send(
                    HttpRequest.newBuilder(URI.create(left.recording() + ".wav"))
                            .header("Authorization", "Basic " + login)
                            .timeout(PATIENCE)
                            .build(),
                    BodyHandlers.discarding());
            var type = sound.headers().firstValue("Content-Type").orElse("");
            if (sound.statusCode() != 200 || !type.startsWith("audio/")) {
                problems.add("not so: the message is behind its link (HTTP " + sound.statusCode() + ")");
            }
        } catch (IOException e) {
            problems.add("not so: the message is behind its link (" + e.getMessage() + ")");
        }
    }

    private void screenPop(HttpClient http) throws InterruptedException {
        var path = offhook.handoffPage(id).orElseThrow();
        var link = URI.create("http://127.0.0.1:" + offhook.port() + path);
        output.data("");
        output.data("  Screen pop  what the human sees, read off the page behind this link");
        output.data(link.toString());
        try {
            var card = PopCard.read(new DeskVisit(http, link, keys.adminToken()).page());
            card.print(output);
            scene.page().stream()
                    .filter(text -> !card.text().contains(text))
                    .forEach(text -> problems.add("not so: the human's page says \"" + text + "\""));
            output.document("screen-pop", card.document(link));
        } catch (IOException e) {
            problems.add("not so: the human sees the page (" + e.getMessage() + ")");
        }
    }

    private void verdict() {
        output.data("");
        if (problems.isEmpty()) {
            output.data("  " + Terminal.bold("OK") + "          the call went as it should");
        } else {
            output.data("  " + Terminal.bold("FAILED"));
            problems.forEach(problem -> output.data("    " + problem));
            call.notices().forEach(notice -> output.data("    carrier: " + notice));
        }
        var document = new LinkedHashMap<String, Object>();
        document.put("id", call.sid());
        document.put("ok", problems.isEmpty());
        document.put("problems", problems);
        document.putAll(result);
        document.put("timings", CallReport.timings(call));
        output.document("result", document);
    }
}
