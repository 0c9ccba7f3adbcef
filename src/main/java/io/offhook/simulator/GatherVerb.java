package io.offhook.simulator;

import java.time.Duration;
import java.util.Map;

/// Gather by keypad: a key cuts the prompt, the collected ones go to `action`. Speech is not recognised.
final class GatherVerb {
    private final TwimlRunner runner;
    private final Prompts prompts;

    GatherVerb(TwimlRunner runner, Prompts prompts) {
        this.runner = runner;
        this.prompts = prompts;
    }

    Outcome perform(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        var call = runner.call();
        var digits = collect(verb, document);
        if (!digits.isEmpty()) {
            call.step(at -> new CallStep.Gathered(at, digits));
        } else if (!verb.or("actionOnEmptyResult", "false").equals("true")) {
            return Outcome.ON;
        }
        var action = document.action(verb);
        if (action.isEmpty() && document.url().isEmpty()) {
            throw new TwimlException(11100, "Gather without action in a document without an address", "");
        }
        return runner.next(action.orElseGet(() -> document.url().orElseThrow()), verb, Map.of("Digits", digits));
    }

    private String collect(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        var line = runner.leg().line();
        var finish = verb.or("finishOnKey", "#");
        int most = verb.number("numDigits", Integer.MAX_VALUE);
        var patience = Duration.ofSeconds(verb.number("timeout", 5));
        var digits = new StringBuilder();
        line.collectKeys(true);
        try {
            for (var prompt : verb.children()) {
                if (!prompts.perform(prompt, document)) {
                    break;
                }
            }
            runner.leg().key().ifPresent(key -> {
                line.sleep(Duration.ofMillis(500));
                line.key(key);
            });
            while (digits.length() < most) {
                var key = line.nextKey(patience);
                if (key.isEmpty() || finish.indexOf(key.get()) >= 0) {
                    break;
                }
                digits.append(key.get().charValue());
            }
        } finally {
            line.collectKeys(false);
        }
        return digits.toString();
    }
}
