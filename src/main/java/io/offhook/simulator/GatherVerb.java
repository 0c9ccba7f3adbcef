package io.offhook.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// Gather by keypad, by voice, or by whichever comes first: either cuts the prompt, and goes to `action`. The words are
/// those that the simulated caller's clip is said to hold, so they must be spoken while it listens.
final class GatherVerb {
    private static final Duration USUAL_PATIENCE = Duration.ofSeconds(5);

    private final TwimlRunner runner;
    private final Prompts prompts;

    GatherVerb(TwimlRunner runner, Prompts prompts) {
        this.runner = runner;
        this.prompts = prompts;
    }

    Outcome perform(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        var mistakes = GatherRules.mistakes(verb);
        mistakes.forEach(runner.call()::notice);
        if (!mistakes.isEmpty()) {
            return Outcome.ON;
        }
        var form = collect(verb, document);
        if (form.isEmpty() && verb.or("actionOnEmptyResult", "false").equals("true")) {
            form = Map.of(GatherRules.takes(verb, "dtmf") ? "Digits" : "SpeechResult", "");
        }
        if (form.isEmpty()) {
            return Outcome.ON;
        }
        var action = document.action(verb);
        if (action.isEmpty() && document.url().isEmpty()) {
            throw new TwimlException(11100, "Gather without action in a document without an address", "");
        }
        return runner.next(action.orElseGet(() -> document.url().orElseThrow()), verb, form);
    }

    private Map<String, String> collect(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        var line = runner.leg().line();
        boolean speech = GatherRules.takes(verb, "speech");
        boolean bargeIn = verb.or("bargeIn", "true").equals("true");
        line.collectKeys(GatherRules.takes(verb, "dtmf"));
        line.listen(speech && bargeIn);
        try {
            for (var prompt : verb.children()) {
                if (!prompts.perform(prompt, document)) {
                    break;
                }
            }
            if (speech && !bargeIn) {
                line.listen(true);
            }
            runner.leg().key().ifPresent(key -> {
                line.sleep(Duration.ofMillis(500));
                line.key(key);
            });
            return answer(verb, line);
        } finally {
            line.collectKeys(false);
            line.listen(false);
        }
    }

    /// A key ends listening, and what was said until then is lost.
    private Map<String, String> answer(TwimlVerb verb, Line line) {
        var patience = verb.filled("timeout")
                .map(Long::parseLong)
                .map(Duration::ofSeconds)
                .orElse(USUAL_PATIENCE);
        if (line.sleepUnlessAnswered(patience)) {
            return Map.of();
        }
        var heard = words(verb, line, patience);
        return line.keyWaiting() ? keys(verb, line, patience) : heard;
    }

    private Map<String, String> words(TwimlVerb verb, Line line, Duration patience) {
        var pause = verb.filled("speechTimeout")
                .map(text -> text.equals("auto") ? Duration.ofSeconds(1) : Duration.ofSeconds(Long.parseLong(text)))
                .orElse(patience);
        var said = new ArrayList<Line.Utterance>();
        for (var next = line.nextWords(pause); next.isPresent(); next = line.nextWords(pause)) {
            said.add(next.get());
        }
        return said.isEmpty() || line.keyWaiting() ? Map.of() : understood(said);
    }

    private Map<String, String> understood(List<Line.Utterance> said) {
        var words = String.join(" ", said.stream().map(Line.Utterance::words).toList());
        double confidence = said.stream()
                .mapToDouble(Line.Utterance::confidence)
                .min()
                .orElse(0);
        runner.call().step(at -> new CallStep.Understood(at, words, confidence));
        var form = new HashMap<String, String>();
        form.put("SpeechResult", words);
        form.put("Confidence", String.format(Locale.ROOT, "%.7f", confidence));
        return form;
    }

    private Map<String, String> keys(TwimlVerb verb, Line line, Duration patience) {
        var finish = verb.or("finishOnKey", "#");
        int most = verb.number("numDigits", Integer.MAX_VALUE);
        var digits = new StringBuilder();
        while (digits.length() < most) {
            var key = line.nextKey(patience);
            if (key.isEmpty() || finish.indexOf(key.get()) >= 0) {
                break;
            }
            digits.append(key.get().charValue());
        }
        if (digits.isEmpty()) {
            return Map.of();
        }
        runner.call().step(at -> new CallStep.Gathered(at, digits.toString()));
        return Map.of("Digits", digits.toString());
    }
}
