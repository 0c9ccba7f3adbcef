package io.offhook.cli;

import io.offhook.config.ConfigException;
import io.offhook.config.Loopback;
import io.offhook.config.Settings;
import io.offhook.telephony.twilio.RestAnswer;
import io.offhook.telephony.twilio.SavedWebhooks;
import io.offhook.telephony.twilio.TwilioAccount;
import io.offhook.telephony.twilio.TwilioErrors;
import io.offhook.telephony.twilio.TwilioNumber;
import io.offhook.telephony.twilio.TwilioRest;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What `offhook check` finds out from Twilio: whether the credentials are good, what the account may do, and whether a
/// number leads here. Changes nothing.
final class TwilioCheck {
    static final String TRIAL = "this is a trial account: it calls verified numbers only, and plays a notice to callers"
            + " first. Upgrade it before real customers call.";

    private final Settings settings;
    private final List<Finding> findings = new ArrayList<>();

    private TwilioCheck(Settings settings) {
        this.settings = settings;
    }

    static List<Finding> of(Settings settings) {
        var check = new TwilioCheck(settings);
        try (var rest = TwilioRest.of(settings.twilio())) {
            check.account(rest);
        } catch (ConfigException _) {
            // What is missing is said with the other settings.
            return List.of();
        }
        return List.copyOf(check.findings);
    }

    /// Prints what one of Twilio's error codes means.
    ///
    /// @return the exit code
    static int explain(int code) {
        var known = TwilioErrors.explain(code);
        if (known.isEmpty()) {
            System.err.println("offhook: no words of ours for " + code + "; see https://www.twilio.com/docs/api/errors/"
                    + code);
            return OffhookCommand.FOUND_ERRORS;
        }
        System.out.println(known.get().what());
        System.out.println("  " + known.get().fix());
        return 0;
    }

    private void account(TwilioRest rest) {
        boolean mayRead = !settings.twilio().authTokens().isEmpty();
        if (mayRead) {
            var account = rest.account();
            if (!(account instanceof RestAnswer.Ok<TwilioAccount>(var found))) {
                error("TWILIO_*", account);
                return;
            }
            describe(found);
        }
        var numbers = rest.numbers();
        if (!(numbers instanceof RestAnswer.Ok<List<TwilioNumber>>(var found))) {
            error("TWILIO_*", numbers);
            return;
        }
        if (!mayRead) {
            add(Finding.Level.OK, "TWILIO_*", "the API key is accepted", "");
        }
        numbers(found);
    }

    private void describe(TwilioAccount account) {
        if (!account.active()) {
            findings.add(new Finding(
                    Finding.Level.ERROR,
                    "TWILIO_*",
                    "the account \"" + account.friendlyName() + "\" is " + account.status(),
                    "Look at the Twilio console's home page: it says why and what to do.",
                    OffhookCommand.CREDENTIALS));
        } else if (account.trial()) {
            add(Finding.Level.WARNING, "TWILIO_*", "account \"" + account.friendlyName() + "\": " + TRIAL, "");
        } else {
            add(Finding.Level.OK, "TWILIO_*", "account \"" + account.friendlyName() + "\"", "");
        }
    }

    private void numbers(List<TwilioNumber> all) {
        var saved = new SavedWebhooks(settings.home().resolve("numbers"));
        var ours = all.stream()
                .filter(each -> leadsHere(each) || saved.find(each.sid()).isPresent())
                .toList();
        if (ours.isEmpty() && all.size() == 1) {
            number(all.getFirst());
        } else if (ours.isEmpty()) {
            findings.add(new Finding(
                    Finding.Level.ERROR,
                    "number",
                    all.isEmpty() ? "the account has no number" : "none of the account's numbers leads here",
                    all.isEmpty() ? "Buy one in the Twilio console." : "offhook number connect NUMBER",
                    OffhookCommand.FOUND_ERRORS));
        } else {
            ours.forEach(this::number);
        }
    }

    private boolean leadsHere(TwilioNumber number) {
        return settings.publicUrl()
                .map(url -> number.webhooks().voiceUrl().equals(url + "/voice/incoming"))
                .orElse(false);
    }

    private void number(TwilioNumber number) {
        var what = number.number().e164();
        var voice = number.webhooks().voiceUrl();
        if (number.override().isPresent()) {
            wrong(what, number.override().get(), "offhook number connect " + what + " says what to do, too");
        } else if (voice.isEmpty()) {
            wrong(what, "has no voice webhook: Twilio drops its calls", "offhook number connect " + what);
        } else if (!leadsHere(number)) {
            var local = Optional.of(voice).filter(TwilioCheck::isLocal).flatMap(_ -> TwilioErrors.explain(11100));
            var why = local.isPresent()
                    ? " - Twilio can't reach this machine by that name (error 11100)"
                    : settings.publicUrl().map(ours -> ", not " + ours + "/voice/incoming").orElse("");
            wrong(what, "voice webhook is " + voice + why, "offhook number connect " + what);
        } else if (!number.webhooks().voiceMethod().equalsIgnoreCase("POST")) {
            var method = number.webhooks().voiceMethod();
            wrong(what, "voice webhook is asked by " + method + ", not POST", "offhook number connect " + what);
        } else if (number.webhooks().fallbackUrl().isEmpty()) {
            var nobody = "leads here; nobody answers when the server is not there";
            add(Finding.Level.WARNING, what, nobody, "offhook number fallback");
        } else {
            add(Finding.Level.OK, what, "leads here, with a fallback", "");
        }
    }

    private static boolean isLocal(String url) {
        try {
            return Loopback.is(URI.create(url));
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private void wrong(String what, String text, String fix) {
        findings.add(new Finding(Finding.Level.ERROR, what, text, fix, OffhookCommand.FOUND_ERRORS));
    }

    private void add(Finding.Level level, String what, String text, String fix) {
        findings.add(new Finding(level, what, text, fix, 0));
    }

    private void error(String what, RestAnswer<?> answer) {
        findings.add(new Finding(
                Finding.Level.ERROR,
                what,
                answer.problem(),
                "offhook number list asks the same again",
                NumberCommand.exitCode(answer)));
    }
}
