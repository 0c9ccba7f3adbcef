package io.offhook.simulator;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Record: takes down what the caller says until a silence, a key, the limit or the end of the call. The media take a
/// while to be ready, so `action` is asked before the recording callback comes, which may be after the call's end.
final class RecordVerb {
    private static final Duration LOOK = Duration.ofMillis(50);

    private final TwimlRunner runner;
    private final SimulatedCall call;

    RecordVerb(TwimlRunner runner) {
        this.runner = runner;
        call = runner.call();
    }

    Outcome perform(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        var action = document.action(verb);
        if (action.isEmpty() && document.url().isEmpty()) {
            throw new TwimlException(11100, "Record without action in a document without an address", "");
        }
        var callback = verb.filled("recordingStatusCallback");
        var callbackUrl = callback.isPresent() ? Optional.of(document.resolve(callback.get())) : callback;
        var target = action.or(document::url).orElseThrow();
        var line = runner.leg().line();
        long start = call.position();
        String key;
        line.collectKeys(true);
        try {
            key = listen(verb, start);
        } catch (Line.Broken broken) {
            if (line.hungUp()) {
                var result = keep(verb, start, "hangup", callbackUrl);
                if (!result.isEmpty()) {
                    call.over("completed");
                    var form = Leg.with(runner.leg().parameters().get(), result);
                    var _ = runner.send(verb.or("method", "POST"), target, form);
                }
            }
            throw broken;
        } finally {
            line.collectKeys(false);
        }
        var result = keep(verb, start, key, callbackUrl);
        return result.isEmpty() ? Outcome.ON : runner.next(target, verb, result);
    }

    /// Gives the key that ended it, or nothing.
    private String listen(TwimlVerb verb, long start) {
        var finish = verb.or("finishOnKey", "1234567890*#");
        long silence = verb.number("timeout", 5) * 8_000L;
        long most = verb.number("maxLength", 3_600) * 8_000L;
        while (true) {
            var key = runner.leg().line().nextKey(LOOK);
            if (key.isPresent() && finish.indexOf(key.get()) >= 0) {
                return key.get().toString();
            }
            long now = call.position();
            boolean silent = now - Math.max(start, call.voice().end()) >= silence;
            if (silent || now - start >= most) {
                return "";
            }
        }
    }

    /// Stores the sound and gives what `action` is told; nothing when the caller said nothing.
    private Map<String, String> keep(TwimlVerb verb, long start, String digits, Optional<String> callback) {
        long most = verb.number("maxLength", 3_600) * 8_000L;
        long end = Math.min(
                Math.min(call.position(), start + most),
                Math.max(start, call.voice().end()));
        var clip = Clip.of(call.voice().read(start, Math.toIntExact(end - start)));
        var form = new LinkedHashMap<String, String>();
        var sid = Sids.random("RE");
        var url = call.carrier().keepRecording(sid, clip);
        boolean empty = !MuLaw.audible(clip.muLaw());
        form.put("RecordingSid", sid);
        form.put("RecordingUrl", url);
        form.put(
                "RecordingDuration",
                String.valueOf(Math.max(1, Math.round(clip.length().toMillis() / 1_000.0))));
        var status = new LinkedHashMap<>(form);
        status.put("AccountSid", call.carrier().accountSid());
        status.put("CallSid", call.sid());
        status.put("RecordingStatus", empty ? "absent" : "completed");
        status.put("RecordingChannels", "1");
        status.put("RecordingSource", "RecordVerb");
        if (verb.or("recordingStatusCallbackEvent", "completed").contains(empty ? "absent" : "completed")) {
            var method = verb.or("recordingStatusCallbackMethod", "POST");
            call.carrier().whenMediaIsReady(() -> runner.report(callback, method, status));
        }
        if (empty) {
            return Map.of();
        }
        call.step(at -> new CallStep.Recorded(at, clip.length(), url));
        form.put("Digits", digits);
        return form;
    }
}
