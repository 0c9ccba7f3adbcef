package io.offhook.cli;

import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentFiles;
import io.offhook.agent.AgentProfile;
import io.offhook.call.Destination;
import io.offhook.config.HumanDuration;
import io.offhook.config.Mistake;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "check",
        description = "Checks agent.yaml, its tools, the keys, and whether everything can be reached.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    /// Where texts begin; enough for the name of a variable before them.
    private static final int MARGIN = 30;

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration SESSION_PATIENCE = Duration.ofSeconds(10);

    @Mixin(name = Output.MIXIN)
    private Output output = new Output();

    @Parameters(arity = "0..*", paramLabel = "agent.yaml", description = "The files to check (or OFFHOOK_AGENT).")
    private List<Path> files = List.of();

    @Option(names = "--explain", paramLabel = "CODE", description = "Explains one of Twilio's error codes.")
    private Optional<Integer> explain = Optional.empty();

    @Option(names = "--offline", description = "Checks files and settings only.")
    private boolean offline;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private final List<Map<String, Object>> found = new ArrayList<>();
    private int errors;
    private int code;

    @Override
    public Integer call() throws InterruptedException {
        if (explain.isPresent()) {
            return TwilioCheck.explain(explain.get());
        }
        var around = Surroundings.of(files, OffhookCommand.environment(spec));
        around.mistakes().forEach(mistake -> failed(OffhookCommand.USAGE, mistake));
        var toolMistakes = around.toolMistakes();
        toolMistakes.forEach(mistake -> failed(OffhookCommand.USAGE, mistake));
        if (toolMistakes.isEmpty()) {
            around.agents().map(AgentDirectory::current).map(AgentFiles::all).stream()
                    .flatMap(List::stream)
                    .forEach(this::compiled);
        }
        around.warnings().forEach(this::warned);
        around.missing().forEach(mistake -> failed(OffhookCommand.CREDENTIALS, mistake));
        if (!offline) {
            reach(around);
        }
        output.data(errors == 0 ? "  no errors" : "  " + errors + (errors == 1 ? " error" : " errors"));
        output.document("", Map.of("ok", errors == 0, "errors", errors, "exit", code, "checks", found));
        output.next(errors == 0 ? "./offhook serve" : "./offhook check, when that is put right");
        return code;
    }

    private void compiled(AgentProfile agent) {
        passed(
                agent.name(),
                agent.languages().size() + " language(s), " + agent.tools().size() + " tool(s), "
                        + agent.escalation().routes().size() + " route(s), no dead ends");
        agent.escalation().routes().forEach((name, route) -> route.destinations().stream()
                .filter(Destination.Callback.class::isInstance)
                .map(Destination.Callback.class::cast)
                .forEach(callback -> passed(agent.name(), "route " + name + " " + callingBack(callback))));
    }

    private static String callingBack(Destination.Callback callback) {
        int humans = callback.humans().size();
        return humans == 0
                ? "keeps wishes to be called back; nobody is rung for them"
                : "calls back: " + humans + " number(s) rung in turn, " + callback.attempts() + " attempt(s) from "
                        + HumanDuration.print(callback.every()) + " apart";
    }

    private void reach(Surroundings around) throws InterruptedException {
        var settings = around.settings();
        TwilioCheck.of(settings).forEach(this::found);
        var agents = around.agents().map(AgentDirectory::current).map(AgentFiles::all);
        EngineCheck.of(settings.openAi(), agents.orElse(List.of()), SESSION_PATIENCE).forEach(this::found);
        if (settings.publicUrl().isPresent()) {
            publicUrl(settings.publicUrl().get());
        }
    }

    private void found(Finding finding) {
        switch (finding.level()) {
            case OK -> passed(finding.what(), finding.text());
            case WARNING -> warned(new Mistake(finding.what(), finding.text(), finding.fix()));
            case ERROR ->
                failed(finding.exitCode(), new Mistake(finding.what(), finding.text(), finding.fix()));
        }
    }

    private void publicUrl(URI url) throws InterruptedException {
        var what = "OFFHOOK_PUBLIC_URL";
        var fix = "Start the server (offhook serve) and see that this address leads to it.";
        try (var http = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build()) {
            long start = System.nanoTime();
            int status = http.send(
                            HttpRequest.newBuilder(URI.create(url + "/livez")).timeout(PATIENCE).build(),
                            HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            long took = (System.nanoTime() - start) / 1_000_000;
            if (status == 200) {
                passed(what, "answered in " + took + " ms");
            } else {
                failed(OffhookCommand.FOUND_ERRORS, new Mistake(what, "answered with HTTP " + status, fix));
            }
        } catch (IOException e) {
            failed(OffhookCommand.UNREACHABLE, new Mistake(what, "can't be reached", fix));
        }
    }

    private void passed(String what, String text) {
        output.data("  ok     " + what + " ", MARGIN, text);
        note("ok", what, text, "");
    }

    private void warned(Mistake mistake) {
        told("warn ", mistake);
        note("warning", mistake.where(), mistake.what(), mistake.fix());
    }

    /// The first kind of error decides the exit code.
    private void failed(int exitCode, Mistake mistake) {
        errors++;
        code = code == 0 ? exitCode : code;
        told("error", mistake);
        note("error", mistake.where(), mistake.what(), mistake.fix());
    }

    private void told(String level, Mistake mistake) {
        output.data("  " + level + "  " + mistake.where() + " ", MARGIN, mistake.what());
        if (!mistake.fix().isEmpty()) {
            output.data("         fix: ", mistake.fix());
        }
    }

    private void note(String status, String where, String what, String fix) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("status", status);
        entry.put("where", where);
        entry.put("what", what);
        entry.put("fix", fix);
        found.add(entry);
    }
}
