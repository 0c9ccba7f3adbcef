package io.offhook.cli;

import io.offhook.agent.AgentFiles;
import io.offhook.agent.AgentProfile;
import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import io.offhook.config.Secret;
import io.offhook.config.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "check",
        description = "Checks agent.yaml, the keys, and whether everything can be reached.",
        mixinStandardHelpOptions = true)
final class CheckCommand implements Callable<Integer> {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    @Parameters(arity = "0..*", paramLabel = "agent.yaml", description = "The files to check (or OFFHOOK_AGENT).")
    private List<Path> files = List.of();

    @Option(names = "--offline", description = "Checks files and settings only.")
    private boolean offline;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    private int errors;
    private int code;

    @Override
    public Integer call() {
        var mistakes = new ArrayList<Mistake>();
        Optional<Settings> settings = Optional.empty();
        try {
            settings = Optional.of(Settings.from(System.getenv()));
        } catch (ConfigException e) {
            mistakes.addAll(e.mistakes());
        }
        var paths = files.isEmpty()
                ? settings.map(Settings::agentFiles).orElse(List.of(Path.of("agent.yaml")))
                : files;
        Optional<AgentFiles> agents = Optional.empty();
        try {
            agents = Optional.of(AgentFiles.load(paths, System.getenv()));
            agents.get().all().forEach(CheckCommand::compiled);
        } catch (ConfigException e) {
            mistakes.addAll(e.mistakes());
        }
        for (var mistake : mistakes) {
            failed(OffhookCommand.USAGE, mistake.where(), mistake.what(), mistake.fix());
        }
        boolean openAi = agents.map(AgentFiles::useOpenAi).orElse(true);
        settings.ifPresent(found -> {
            for (var missing : found.missingForServing(openAi)) {
                failed(OffhookCommand.CREDENTIALS, missing.where(), missing.what(), missing.fix());
            }
            if (!offline) {
                reach(found, openAi);
            }
        });
        System.out.println(errors == 0 ? "  no errors" : "  " + errors + (errors == 1 ? " error" : " errors"));
        return code;
    }

    private static void compiled(AgentProfile agent) {
        passed(
                agent.name(),
                agent.languages().size() + " language(s), " + agent.tools().size() + " tool(s), "
                        + agent.escalation().route().size() + " destination(s), no dead ends");
    }

    private void reach(Settings settings, boolean openAi) {
        settings.openAi().apiKey().filter(_ -> openAi).map(Secret::reveal).ifPresent(key -> {
            var base = settings.openAi().baseUrl().toString().replaceFirst("^ws", "http");
            ask(
                    "OPENAI_API_KEY",
                    HttpRequest.newBuilder(URI.create(base + "/models")).header("Authorization", "Bearer " + key),
                    "Check the key, and that OPENAI_BASE_URL is right.");
        });
        settings.publicUrl()
                .ifPresent(url -> ask(
                        "OFFHOOK_PUBLIC_URL",
                        HttpRequest.newBuilder(URI.create(url + "/livez")),
                        "Start the server (offhook serve) and see that this address leads to it."));
    }

    private void ask(String what, HttpRequest.Builder request, String fix) {
        try {
            long start = System.nanoTime();
            int status = http.send(
                            request.timeout(PATIENCE).GET().build(), HttpResponse.BodyHandlers.discarding())
                    .statusCode();
            long took = (System.nanoTime() - start) / 1_000_000;
            if (status == 200) {
                passed(what, "answered in " + took + " ms");
            } else if (status == 401 || status == 403) {
                failed(OffhookCommand.CREDENTIALS, what, "refused with HTTP " + status, fix);
            } else {
                failed(OffhookCommand.FOUND_ERRORS, what, "answered with HTTP " + status, fix);
            }
        } catch (IOException e) {
            failed(OffhookCommand.UNREACHABLE, what, "can't be reached", fix);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void passed(String what, String text) {
        System.out.println("  ok     " + String.format("%-20s", what) + text);
    }

    /// The first kind of error decides the exit code.
    private void failed(int exitCode, String what, String text, String fix) {
        errors++;
        code = code == 0 ? exitCode : code;
        System.out.println("  error  " + String.format("%-20s", what) + text);
        System.out.println("         fix: " + fix);
    }
}
