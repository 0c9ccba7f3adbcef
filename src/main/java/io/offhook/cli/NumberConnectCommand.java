package io.offhook.cli;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.config.ConfigException;
import io.offhook.config.Secret;
import io.offhook.config.Settings;
import io.offhook.telephony.twilio.FallbackDocument;
import io.offhook.telephony.twilio.NumberConnection;
import io.offhook.telephony.twilio.PublicProof;
import io.offhook.telephony.twilio.TwilioAccount;
import io.offhook.telephony.twilio.TwilioNumber;
import io.offhook.telephony.twilio.TwilioRest;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// Shows what would change, proves that the address leads to this server, saves what the number had, and changes it.
/// With a tunnel or a server of its own it stays, and gives the number back when it is told to stop.
@Command(
        name = "connect",
        description = "Points a number at this server, after proving that Twilio can reach it.",
        mixinStandardHelpOptions = true)
final class NumberConnectCommand implements Callable<Integer> {
    private static final Duration PROOF_PATIENCE = Duration.ofSeconds(8);
    private static final Duration PROVE_EVERY = Duration.ofSeconds(2);
    private static final int WAIT_WITH_TUNNEL = 300;

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private NumberCommand parent;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NUMBER", description = "The number, where the account has several.")
    private Optional<String> wanted = Optional.empty();

    @Option(names = "--url", paramLabel = "URL", description = "The server's public address (or OFFHOOK_PUBLIC_URL).")
    private Optional<String> url = Optional.empty();

    @Option(
            names = "--tunnel",
            paramLabel = "auto|cloudflared|ngrok|URL|none",
            description = "Opens a tunnel to this machine and stays until it is told to stop.")
    private Optional<String> tunnel = Optional.empty();

    @Option(names = "--fallback", paramLabel = "URL", description = "Where callers go when the server is not there.")
    private Optional<URI> fallback = Optional.empty();

    @Option(names = "--serve", description = "Also runs the server here, with the agents of OFFHOOK_AGENT.")
    private boolean serve;

    @Option(names = "--wait", paramLabel = "SECONDS", description = "How long the server may take to appear.")
    private int waitSeconds = -1;

    @Option(names = "--dry-run", description = "Shows what would change, and changes nothing.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Does not ask.")
    private boolean yes;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    private final CountDownLatch told = new CountDownLatch(1);

    @Override
    public Integer call() throws Exception {
        return NumberCommand.run(err(), () -> {
            var settings = parent.settings();
            try (var rest = TwilioRest.of(settings.twilio())) {
                var number = answerable(NumberCommand.choose(rest, wanted));
                rest.account().ok().filter(TwilioAccount::trial).ifPresent(_ -> note(TwilioCheck.TRIAL));
                var wish = PublicAddress.wish(url, tunnel, settings, parent.environment());
                if (dryRun && wish.program().isPresent()) {
                    note("would open " + wish.program().get().program().executable()
                            + " and point " + number.number().e164() + " at its address");
                    return 0;
                }
                try (var address = PublicAddress.open(wish, settings.port(), parent.environment())) {
                    return connect(settings, new NumberConnection(rest, parent.saved()), rest, number, address);
                }
            }
        });
    }

    private static TwilioNumber answerable(TwilioNumber number) {
        if (!number.voice()) {
            throw new Halt(OffhookCommand.FOUND_ERRORS, number.number().e164() + " takes no calls, only messages.");
        }
        number.override().ifPresent(why -> {
            throw new Halt(OffhookCommand.FOUND_ERRORS, number.number().e164() + ": " + why);
        });
        return number;
    }

    private int connect(
            Settings settings,
            NumberConnection connection,
            TwilioRest rest,
            TwilioNumber number,
            PublicAddress address)
            throws InterruptedException {
        var plan = connection.plan(number, address.url(), fallback);
        show(plan);
        if (dryRun) {
            report(plan, address, List.of());
            return 0;
        }
        confirm(plan);
        parent.onInterrupt(told::countDown);
        var server = serve ? Optional.of(server(address)) : Optional.<Offhook>empty();
        try {
            var findings = prove(settings, address);
            if (findings.isEmpty()) {
                return OffhookCommand.INTERRUPTED;
            }
            NumberCommand.need(connection.connect(plan));
            report(plan, address, findings);
            next(plan);
            if (address.tunnel().isEmpty() && server.isEmpty()) {
                return 0;
            }
            return stay(connection, rest, number, address);
        } finally {
            server.ifPresent(Offhook::drain);
        }
    }

    private Offhook server(PublicAddress address) {
        var changed = parent.settings(address.url().toString());
        return Offhook.create(changed, AgentDirectory.open(changed.agentFiles(), parent.environment()))
                .start();
    }

    // --- the proof ---

    /// Empty when it was told to stop.
    private List<PublicProof.Finding> prove(Settings settings, PublicAddress address) throws InterruptedException {
        boolean ownServer = serve || address.tunnel().isPresent();
        int patience = waitSeconds >= 0 ? waitSeconds : ownServer ? WAIT_WITH_TUNNEL : 0;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(patience);
        boolean waiting = false;
        try (var proof = proof(settings, address)) {
            while (true) {
                var findings = proof.findings();
                if (findings.stream().allMatch(PublicProof.Finding::holds)) {
                    findings.forEach(each -> note("ok     " + each.text()));
                    return findings;
                }
                if (System.nanoTime() >= deadline) {
                    throw unproven(findings);
                }
                if (!waiting && !serve) {
                    note("waiting for the server. In another terminal:  OFFHOOK_PUBLIC_URL=" + address.url()
                            + " offhook serve");
                }
                waiting = true;
                if (told.await(PROVE_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
                    return List.of();
                }
                ended(address);
            }
        }
    }

    private static PublicProof proof(Settings settings, PublicAddress address) {
        Secret token = settings.twilio().authTokens().stream()
                .findFirst()
                .orElseThrow(() -> new Halt(
                        OffhookCommand.CREDENTIALS,
                        "TWILIO_AUTH_TOKEN is missing: Twilio signs with it, so the proof needs it, too."));
        try {
            var account = settings.twilio().accountSid().orElseThrow();
            return new PublicProof(account, token, address.url(), PROOF_PATIENCE);
        } catch (IllegalArgumentException e) {
            throw new Halt(OffhookCommand.USAGE, address.url() + " can't be used: " + e.getMessage());
        }
    }

    private Halt unproven(List<PublicProof.Finding> findings) {
        for (var each : findings) {
            note((each.holds() ? "ok     " : "error  ") + each.text());
            if (!each.holds()) {
                note("       fix: " + each.fix());
            }
        }
        boolean unreachable = !findings.getFirst().holds();
        return new Halt(
                unreachable ? OffhookCommand.UNREACHABLE : OffhookCommand.FOUND_ERRORS,
                "the number is left as it is: Twilio could not use that address.");
    }

    // --- staying ---

    private int stay(NumberConnection connection, TwilioRest rest, TwilioNumber number, PublicAddress address)
            throws InterruptedException {
        note("connected until you stop this with Ctrl-C; then the number gets its old settings back");
        var ended = address.tunnel().map(open -> open.ended().thenRun(told::countDown));
        told.await();
        // Twilio may take a moment to answer: the signal that ends us is not lost, only late.
        var now = NumberCommand.need(rest.number(number.sid()));
        switch (NumberCommand.need(connection.disconnect(now, false))) {
            case NumberConnection.Undone.Restored _ -> note("restored the number's old settings");
            case NumberConnection.Undone.NeverConnected _, NumberConnection.Undone.ChangedSince _ ->
                note("somebody has changed the number meanwhile; it is left as it is");
        }
        if (ended.filter(each -> each.isDone()).isPresent()) {
            ended(address);
        }
        return OffhookCommand.INTERRUPTED;
    }

    private static void ended(PublicAddress address) {
        address.tunnel().filter(open -> open.ended().isDone()).ifPresent(open -> {
            throw new Halt(OffhookCommand.UNREACHABLE, open.name() + " has ended." + open.lastWords());
        });
    }

    // --- saying so ---

    private void show(NumberConnection.Plan plan) {
        note(plan.number().number().e164() + (plan.changes().isEmpty() ? " is set up already" : ", when"));
        plan.changes().forEach(each -> note("  " + each.what() + ": " + each.from() + " -> " + each.to()));
    }

    @SuppressWarnings("SystemConsoleNull") // JDK 25 gives null again without a terminal.
    private void confirm(NumberConnection.Plan plan) {
        if (yes || plan.changes().isEmpty()) {
            return;
        }
        var console = System.console();
        if (console == null || !console.isTerminal()) {
            throw new Halt(OffhookCommand.USAGE, "this changes who answers the phone. To go on without asking: --yes");
        }
        var answer = console.readLine("  Change it? [y/N] ");
        if (answer == null || !answer.strip().toLowerCase(Locale.ROOT).startsWith("y")) {
            throw new Halt(OffhookCommand.FOUND_ERRORS, "nothing was changed.");
        }
    }

    private void report(NumberConnection.Plan plan, PublicAddress address, List<PublicProof.Finding> findings) {
        var number = plan.number().number().e164();
        var out = spec.commandLine().getOut();
        if (!json) {
            out.println(number);
            return;
        }
        var document = NumberCommand.json()
                .put("number", number)
                .put("sid", plan.number().sid())
                .put("public_url", address.url().toString())
                .put("tunnel", address.tunnel().map(Tunnel::name).orElse(""))
                .put("dry_run", dryRun)
                .put("connected", !dryRun)
                .put("fallback_url", plan.after().fallbackUrl());
        var changes = document.putArray("changes");
        plan.changes()
                .forEach(each -> changes.addObject()
                        .put("what", each.what())
                        .put("from", each.from())
                        .put("to", each.to()));
        var proof = document.putArray("proof");
        findings.forEach(each -> proof.addObject().put("what", each.what()).put("text", each.text()));
        out.println(document.toPrettyString());
    }

    private void next(NumberConnection.Plan plan) {
        if (plan.after().fallbackUrl().isEmpty()) {
            note("warning: nobody answers when this server is not there. Give the number a fallback that rings a"
                    + " human,");
            document().ifPresent(text -> note("  " + text));
            note("  kept at Twilio as a TwiML Bin (offhook number fallback says how), then:"
                    + " offhook number connect --fallback URL");
        }
        note("saved what it had before in " + parent.saved().file(plan.number().sid()));
        note("Next: call " + plan.number().number().e164() + "      and back again: offhook number disconnect");
    }

    private Optional<String> document() {
        try {
            return NumberFallbackCommand.human(parent.settings().agentFiles(), parent.environment())
                    .map(human -> FallbackDocument.of(human, Optional.empty()));
        } catch (ConfigException _) {
            // agent.yaml may lie on another machine: the command's own explanation will do.
            return Optional.empty();
        }
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    private void note(String text) {
        err().println("  " + text);
    }
}
