package io.offhook.simulator;

import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Connect with a Stream: the call belongs to the server's socket until that closes, the caller hangs up or REST sends
/// the call elsewhere. A stream that can't be opened is a notice, and the call goes on at once.
final class ConnectVerb {
    private static final int MAX_PARAMETER = 500;
    private static final int MAX_PARAMETERS = 99;

    private final TwimlRunner runner;
    private final SimulatedCall call;

    ConnectVerb(TwimlRunner runner) {
        this.runner = runner;
        call = runner.call();
    }

    Outcome perform(TwimlVerb verb, TwimlDocument document) throws TwimlException {
        var noun = verb.child("Stream");
        if (noun.isEmpty() || verb.children().size() > 1) {
            call.notice(12200, "Connect needs exactly one Stream");
            return runner.action(verb, document, Map.of());
        }
        var stream = noun.get();
        var sid = Sids.random("MZ");
        var url = streamUrl(stream, document);
        var callback = stream.filled("statusCallback");
        var events = callback.isPresent() ? Optional.of(document.resolve(callback.get())) : callback;
        var problem = problem(stream, url);
        if (problem.isPresent()) {
            call.notice(problem.get().code(), problem.get().reason());
            event(stream, events, sid, "stream-error", problem.get().reason());
        } else {
            try {
                talk(stream, events, sid, url);
            } catch (Line.Broken broken) {
                runner.actionAfterHangup(verb, document, Map.of());
                throw broken;
            }
        }
        return runner.action(verb, document, Map.of());
    }

    private void talk(TwimlVerb noun, Optional<String> events, String sid, String url) {
        var stream = new MediaStream(call, sid, url, parameters(noun));
        call.streaming(Optional.of(stream));
        stream.open();
        try {
            var _ = stream.opened().thenRun(() -> event(noun, events, sid, "stream-started", ""));
            var end = runner.leg().line().await(stream.ended());
            event(noun, events, sid, end.failed() ? "stream-error" : "stream-stopped", end.reason());
        } catch (Line.Broken broken) {
            if (call.has(CarrierFault.StatusBeforeStop.class) && broken.why() instanceof Line.Break.HungUp) {
                call.over("completed");
                call.carrier().reportCompleted(call).join();
            }
            stream.stop(broken.why() instanceof Line.Break.HungUp ? "the call ended" : "the call was redirected");
            event(noun, events, sid, "stream-stopped", "");
            throw broken;
        } finally {
            call.streaming(Optional.empty());
        }
    }

    private static String streamUrl(TwimlVerb stream, TwimlDocument document) throws TwimlException {
        var url = stream.or("url", "").strip();
        if (url.isEmpty()) {
            throw new TwimlException(11100, "Stream without url", "");
        }
        // A relative address keeps the document's host; the scheme of a stream is never http.
        return url.contains("://") ? url : document.resolve(url).replaceFirst("^http", "ws");
    }

    private static Optional<MediaStream.End> problem(TwimlVerb stream, String url) {
        URI target;
        try {
            target = URI.create(url);
        } catch (IllegalArgumentException e) {
            return Optional.of(new MediaStream.End(31923, "malformed stream URL: " + url));
        }
        if (!"wss".equals(target.getScheme().toLowerCase(Locale.ROOT))) {
            return Optional.of(new MediaStream.End(31922, "the scheme of a stream is wss, not " + target.getScheme()));
        }
        if (target.getHost() == null) {
            return Optional.of(new MediaStream.End(31923, "malformed stream URL: " + url));
        }
        if (target.getRawQuery() != null) {
            return Optional.of(new MediaStream.End(31920, "a stream URL takes no query string"));
        }
        if (!stream.or("track", "inbound_track").equals("inbound_track")) {
            return Optional.of(new MediaStream.End(31941, "invalid track: " + stream.or("track", "")));
        }
        return Optional.empty();
    }

    private Map<String, String> parameters(TwimlVerb stream) {
        var parameters = new LinkedHashMap<String, String>();
        for (var each : stream.children()) {
            var name = each.or("name", "");
            var value = each.or("value", "");
            if (name.isEmpty() || name.length() + value.length() >= MAX_PARAMETER) {
                call.notice(12200, "Parameter " + name + ": name and value together take 1 to 499 characters");
            } else if (parameters.size() == MAX_PARAMETERS) {
                call.notice(12200, "more than " + MAX_PARAMETERS + " Parameters");
            } else {
                parameters.put(name, value);
            }
        }
        return parameters;
    }

    private void event(TwimlVerb stream, Optional<String> events, String sid, String event, String error) {
        var form = new LinkedHashMap<String, String>();
        form.put("AccountSid", call.carrier().accountSid());
        form.put("CallSid", call.sid());
        form.put("StreamSid", sid);
        form.put("StreamName", stream.or("name", sid));
        form.put("StreamEvent", event);
        if (event.equals("stream-error")) {
            form.put("StreamError", error);
        }
        form.put("Timestamp", Instant.now().toString());
        runner.report(events, stream.or("statusCallbackMethod", "POST"), form);
    }
}
