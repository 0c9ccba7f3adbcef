package io.offhook.cli;

import io.offhook.config.Loopback;
import io.offhook.config.Settings;
import io.offhook.telephony.twilio.TwilioErrors;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Under which address Twilio is to find the server: one's own, or that of a tunnel, which lives as long as this.
record PublicAddress(URI url, Optional<Tunnel> tunnel) implements AutoCloseable {
    private static final Duration TUNNEL_PATIENCE = Duration.ofSeconds(40);

    /// A tunnel program and where it is.
    record Choice(Tunnel.Program program, Path executable) {}

    /// What was asked for: an address, or a program that gives one.
    record Wish(Optional<URI> url, Optional<Choice> program) {}

    /// @param url    `--url`
    /// @param tunnel `--tunnel`: `auto`, `none`, a program or an address
    /// @throws Halt when neither leads to an address that Twilio could use
    static Wish wish(
            Optional<String> url, Optional<String> tunnel, Settings settings, Map<String, String> environment) {
        var word = tunnel.orElse("").toLowerCase(Locale.ROOT);
        var given = url.or(() -> tunnel.filter(text -> text.contains("://")));
        if (given.isPresent()) {
            return new Wish(Optional.of(usable(given.get(), settings)), Optional.empty());
        }
        if ((tunnel.isEmpty() || word.equals("none")) && settings.publicUrl().isPresent()) {
            return new Wish(
                    Optional.of(usable(settings.publicUrl().get().toString(), settings)), Optional.empty());
        }
        if (word.equals("none")) {
            throw new Halt(
                    OffhookCommand.USAGE,
                    "there is no public address. Give it with --url https://..., or set OFFHOOK_PUBLIC_URL.");
        }
        return new Wish(Optional.empty(), Optional.of(program(word, environment)));
    }

    private static Choice program(String word, Map<String, String> environment) {
        var wanted = Arrays.stream(Tunnel.Program.values())
                .filter(each -> word.isEmpty() || word.equals("auto") || word.equals(each.executable()))
                .toList();
        if (wanted.isEmpty()) {
            throw new Halt(
                    OffhookCommand.USAGE,
                    "--tunnel takes auto, cloudflared, ngrok, none or an https address, not \"" + word + "\".");
        }
        return wanted.stream()
                .flatMap(each -> Tunnel.find(each, environment).map(at -> new Choice(each, at)).stream())
                .findFirst()
                .orElseThrow(() -> new Halt(
                        OffhookCommand.USAGE,
                        "Twilio needs a public address, and " + (wanted.size() > 1 ? "no tunnel program" : word)
                                + " is found on PATH. Install cloudflared (no account needed) or ngrok,"
                                + " or give an address of your own: --url https://..."));
    }

    static PublicAddress open(Wish wish, int port, Map<String, String> environment) {
        if (wish.url().isPresent()) {
            return new PublicAddress(wish.url().get(), Optional.empty());
        }
        var choice = wish.program().orElseThrow();
        var tunnel = Tunnel.open(choice.program(), choice.executable(), port, environment, TUNNEL_PATIENCE);
        return new PublicAddress(tunnel.url(), Optional.of(tunnel));
    }

    private static URI usable(String text, Settings settings) {
        URI url;
        try {
            url = URI.create(text.strip().replaceAll("/+$", ""));
        } catch (IllegalArgumentException _) {
            throw new Halt(OffhookCommand.USAGE, "\"" + text + "\" is no address. It looks like https://host.example");
        }
        // A carrier on this machine, as tests have it, reaches this machine.
        boolean near = Loopback.is(settings.twilio().restUrl());
        if (Loopback.is(url) && !near) {
            var why = TwilioErrors.explain(11100).orElseThrow();
            throw new Halt(
                    OffhookCommand.FOUND_ERRORS,
                    "Twilio can't reach " + url + ", which is this machine only (error 11100). " + why.what()
                            + " Open a tunnel: offhook number connect --tunnel auto");
        }
        return url;
    }

    @Override
    public void close() {
        tunnel.ifPresent(Tunnel::close);
    }
}
