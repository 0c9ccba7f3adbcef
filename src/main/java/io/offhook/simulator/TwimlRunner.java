package io.offhook.simulator;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Runs documents for one leg, as the carrier does: verb after verb, and on to the document an `action` names. One
/// thread, a virtual one, that spends its life waiting; [Line] wakes it when the party hangs up.
final class TwimlRunner {
    /// What keeps two documents that redirect to each other from running for ever.
    private static final int MAX_DOCUMENTS = 1_000;

    private static final String APPLICATION_ERROR = "We are sorry, an application error has occurred. Goodbye.";

    private final SimulatedCall call;
    private final Leg leg;
    private final Prompts prompts;
    private int documents;

    TwimlRunner(SimulatedCall call, Leg leg) {
        this.call = call;
        this.leg = leg;
        prompts = new Prompts(call, leg);
    }

    SimulatedCall call() {
        return call;
    }

    Leg leg() {
        return leg;
    }

    /// Runs this document and all that follow it. `GoOn`: the last of them ran out.
    Outcome run(TwimlSource first, Map<String, String> more) {
        Outcome.Next next = new Outcome.Next(first, more);
        while (true) {
            Outcome outcome;
            try {
                outcome = perform(fetch(next));
            } catch (TwimlException e) {
                call.notice(e.code(), e.text());
                outcome = afterError(e);
            }
            switch (outcome) {
                case Outcome.Next further -> next = further;
                case Outcome.GoOn on -> {
                    return on;
                }
                case Outcome.Over over -> {
                    return over;
                }
                case Outcome.Left left -> {
                    return left;
                }
            }
        }
    }

    private Outcome afterError(TwimlException e) {
        if (leg.role() == Leg.Role.CALLER) {
            var fallback = call.carrier().fallbackUrl(call);
            if (fallback.isPresent() && call.takeFallback()) {
                return new Outcome.Next(
                        new TwimlSource.At(fallback.get(), "POST"),
                        Map.of("ErrorCode", String.valueOf(e.code()), "ErrorUrl", e.url()));
            }
            prompts.speak(APPLICATION_ERROR);
            return new Outcome.Over(EndReason.APPLICATION_ERROR);
        }
        // A queue goes on in silence, and a person who was dialled is connected without a whisper.
        return Outcome.ON;
    }

    private TwimlDocument fetch(Outcome.Next next) throws TwimlException {
        documents++;
        if (documents > MAX_DOCUMENTS) {
            throw new TwimlException(11215, "more than " + MAX_DOCUMENTS + " documents in one call", "");
        }
        var document = switch (next.source()) {
            case TwimlSource.Inline(var twiml) -> TwimlDocument.parse(twiml, Optional.empty());
            case TwimlSource.At(var url, var method) -> {
                var got = ask(method, url, next.more());
                yield TwimlDocument.parse(got.body().toString(), Optional.of(got.url()));
            }
        };
        if (leg.role() == Leg.Role.CALLER) {
            call.documentArrived();
        }
        document.warnings().forEach(warning -> call.notice(12200, "schema warning: " + warning));
        return document;
    }

    private Webhooks.Result.Got ask(String method, String url, Map<String, String> more) throws TwimlException {
        var result =
                leg.line().await(send(method, url, Leg.with(leg.parameters().get(), more)));
        return switch (result) {
            case Webhooks.Result.Failed(int code, var text) -> throw new TwimlException(code, text, url);
            case Webhooks.Result.Got got
            when !got.ok() ->
                throw new TwimlException(11200, "HTTP retrieval failure: " + got.status() + " from " + url, url);
            case Webhooks.Result.Got got
            when got.body().length() > TwimlDocument.MAX_BYTES ->
                throw new TwimlException(11750, "response body larger than 64 kB", url);
            case Webhooks.Result.Got got
            when !got.contentType().matches("(?i)(text|application)/xml\\b.*") ->
                throw new TwimlException(12300, "invalid Content-Type: " + got.contentType(), url);
            case Webhooks.Result.Got got -> got;
        };
    }

    /// Asks without waiting for the party: also for the last requests of a call that has ended.
    java.util.concurrent.CompletableFuture<Webhooks.Result> send(String method, String url, Map<String, String> form) {
        return call.carrier().ask(call, method, url, form);
    }

    private Outcome perform(TwimlDocument document) throws TwimlException {
        boolean first = true;
        for (var verb : document.verbs()) {
            var outcome = allowed(verb) ? perform(verb, document, first) : Outcome.ON;
            if (!(outcome instanceof Outcome.GoOn)) {
                return outcome;
            }
            first = false;
        }
        return Outcome.ON;
    }

    private boolean allowed(TwimlVerb verb) {
        var name = verb.name();
        boolean allowed = switch (leg.role()) {
            case CALLER -> !name.equals("Leave");
            case WAITING -> TwimlSchema.WAITING.contains(name);
            case CALLEE -> !name.equals("Leave") && !name.equals("Enqueue") && !name.equals("Connect");
        };
        if (leg.role() == Leg.Role.CALLEE && name.equals("Dial")) {
            call.notice(13201, "Dial: cannot dial out from a dialled leg");
            return false;
        }
        if (!allowed) {
            call.notice(12200, name + " is not allowed here");
        }
        return allowed;
    }

    private Outcome perform(TwimlVerb verb, TwimlDocument document, boolean first) throws TwimlException {
        if (leg.role() == Leg.Role.CALLER
                && !verb.name().equals("Reject")
                && !(verb.name().equals("Pause") && first && !call.pickedUp())) {
            call.pickUp();
        }
        return switch (verb.name()) {
            case "Say", "Play", "Pause" -> {
                prompts.perform(verb, document);
                yield Outcome.ON;
            }
            case "Gather" -> new GatherVerb(this, prompts).perform(verb, document);
            case "Record" -> new RecordVerb(this).perform(verb, document);
            case "Dial" -> new DialVerb(this).perform(verb, document);
            case "Enqueue" -> new EnqueueVerb(this).perform(verb, document);
            case "Connect" -> new ConnectVerb(this).perform(verb, document);
            case "Redirect" -> next(document.resolve(verb.text()), verb, Map.of());
            case "Hangup" -> new Outcome.Over(EndReason.HANGUP_VERB);
            case "Leave" -> new Outcome.Left();
            case "Reject" -> {
                if (call.pickedUp()) {
                    call.notice(12200, "Reject after the call was answered");
                    yield new Outcome.Over(EndReason.HANGUP_VERB);
                }
                call.over(verb.or("reason", "rejected").equals("busy") ? "busy" : "no-answer");
                yield new Outcome.Over(EndReason.REJECTED);
            }
            default -> {
                call.notice(0, "the simulator does not perform " + verb.name());
                yield Outcome.ON;
            }
        };
    }

    /// On to another document.
    Outcome next(String url, TwimlVerb verb, Map<String, String> more) {
        return new Outcome.Next(new TwimlSource.At(url, verb.or("method", "POST")), more);
    }

    /// On to the verb's action when it has one, else to the next verb.
    Outcome action(TwimlVerb verb, TwimlDocument document, Map<String, String> more) throws TwimlException {
        var action = document.action(verb);
        return action.isPresent() ? next(action.get(), verb, more) : Outcome.ON;
    }

    /// The caller is gone: the action is told all the same, and its answer is ignored.
    void actionAfterHangup(TwimlVerb verb, TwimlDocument document, Map<String, String> more) {
        if (leg.line().hungUp()) {
            try {
                document.action(verb).ifPresent(url -> {
                    call.over("completed");
                    var _ = send(
                            verb.or("method", "POST"),
                            url,
                            Leg.with(leg.parameters().get(), more));
                });
            } catch (TwimlException e) {
                call.notice(e.code(), e.text());
            }
        }
    }

    /// A `statusCallback` or `recordingStatusCallback`: nobody waits for it and its answer is not executed.
    void report(Optional<String> url, String method, Map<String, String> form) {
        url.ifPresent(to -> {
            var _ = call.carrier().report(call, method, to, new LinkedHashMap<>(form));
        });
    }

    Duration seconds(int number) {
        return Duration.ofSeconds(number);
    }
}
