package io.offhook.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Dial: all destinations ring at once; whoever picks up first, and accepts when a whisper asks, talks with the caller.
final class DialVerb {
    private static final int MAX_DESTINATIONS = 10;

    private record Target(TwimlVerb noun, String destination, Humans.Behaviour behaviour, String sid) {
        /// When somebody or something picks up; empty when nobody does.
        Optional<Duration> picksUp() {
            return switch (behaviour) {
                case Humans.Behaviour.Answers(var after, var _, var _) -> Optional.of(after);
                case Humans.Behaviour.Refuses(var after) -> Optional.of(after);
                case Humans.Behaviour.Voicemail(var after) -> Optional.of(after);
                default -> Optional.empty();
            };
        }
    }

    private record Result(String status, boolean bridged, String sid, Duration talk) {}

    private final TwimlRunner runner;
    private final SimulatedCall call;
    private Result soFar = new Result("no-answer", false, "", Duration.ZERO);

    DialVerb(TwimlRunner runner) {
        this.runner = runner;
        call = runner.call();
    }

    Outcome perform(TwimlVerb dial, TwimlDocument document) throws TwimlException {
        Result result;
        try {
            var room = dial.child("Conference");
            result = room.isPresent() ? confer(dial, room.get(), document) : dial(dial, document);
        } catch (Line.Broken broken) {
            runner.actionAfterHangup(dial, document, form(dial, soFar.bridged() ? soFar : canceled()));
            throw broken;
        }
        call.step(at -> new CallStep.DialEnded(at, result.status(), result.bridged(), result.talk()));
        return runner.action(dial, document, form(dial, result));
    }

    private Result canceled() {
        return new Result("canceled", false, soFar.sid(), Duration.ZERO);
    }

    /// The leg goes into a conference, which is no destination that rings.
    private Result confer(TwimlVerb dial, TwimlVerb noun, TwimlDocument document) throws TwimlException {
        if (dial.children().size() > 1 || !dial.text().isEmpty()) {
            call.notice(12200, "Dial: a Conference stands alone");
        }
        soFar = new Result("answered", true, "", Duration.ZERO);
        return new ConferenceVerb(runner)
                .perform(dial, noun, document)
                .map(talk -> new Result("answered", true, "", talk))
                .orElseGet(() -> new Result("failed", false, "", Duration.ZERO));
    }

    private Result dial(TwimlVerb dial, TwimlDocument document) throws TwimlException {
        var targets = targets(dial);
        var callerId = dial.filled("callerId").orElse(call.caller().from());
        var timeout = runner.seconds(dial.number("timeout", 30));
        var names = targets.stream().map(Target::destination).toList();
        call.step(at -> new CallStep.Dialled(at, names, callerId, timeout));
        if (targets.isEmpty()) {
            return new Result("failed", false, "", Duration.ZERO);
        }
        if (!call.carrier().mayShow(callerId, call.caller())) {
            call.notice(13214, "Dial: invalid callerId: neither verified nor the caller's own");
            return new Result("failed", false, targets.getFirst().sid(), Duration.ZERO);
        }
        for (var target : targets) {
            progress(target, document, callerId, "initiated", "initiated");
            progress(target, document, callerId, "ringing", "ringing");
        }
        return ring(dial, document, targets, callerId, timeout);
    }

    private List<Target> targets(TwimlVerb dial) {
        var nouns = new ArrayList<>(dial.children());
        if (!dial.text().isEmpty()) {
            nouns.add(new TwimlVerb("Number", Map.of(), dial.text(), List.of()));
        }
        if (nouns.isEmpty() || nouns.size() > MAX_DESTINATIONS) {
            call.notice(12200, "Dial needs 1 to " + MAX_DESTINATIONS + " destinations, not " + nouns.size());
        }
        return nouns.stream().limit(MAX_DESTINATIONS).map(this::target).toList();
    }

    private Target target(TwimlVerb noun) {
        var destination = noun.child("Identity").map(TwimlVerb::text).orElse(noun.text());
        boolean valid = switch (noun.name()) {
            case "Number" -> destination.replaceAll("[ ().-]", "").matches("\\+?[1-9]\\d{4,14}");
            case "Sip" -> destination.matches("sips?:[^@\\s]+@\\S+");
            default -> !destination.isEmpty();
        };
        if (!valid) {
            call.notice(13224, "Dial: invalid " + noun.name() + ": " + destination);
        }
        var behaviour = valid ? call.carrier().humans().of(destination) : new Humans.Behaviour.Failed();
        return new Target(noun, destination, behaviour, Sids.random("CA"));
    }

    private Result ring(TwimlVerb dial, TwimlDocument document, List<Target> targets, String callerId, Duration timeout)
            throws TwimlException {
        long begun = call.carrier().clock().nanos();
        var pickUps = targets.stream()
                .filter(each -> each.picksUp()
                        .filter(after -> after.compareTo(timeout) < 0)
                        .isPresent())
                .sorted(Comparator.comparing(each -> each.picksUp().orElseThrow()))
                .toList();
        boolean refused = false;
        for (var target : pickUps) {
            soFar = new Result("no-answer", false, target.sid(), Duration.ZERO);
            var rung = Duration.ofNanos(call.carrier().clock().nanos() - begun);
            runner.leg().line().sleep(target.picksUp().orElseThrow().minus(rung));
            progress(target, document, callerId, "answered", "in-progress");
            if (accepts(target, document, callerId)) {
                return bridge(dial, document, target, callerId);
            }
            refused = true;
            progress(target, document, callerId, "completed", "completed");
        }
        return unanswered(targets, document, callerId, timeout, begun, refused);
    }

    private Result unanswered(
            List<Target> targets,
            TwimlDocument document,
            String callerId,
            Duration timeout,
            long begun,
            boolean refused)
            throws TwimlException {
        var status = refused ? call.carrier().humans().refusedWhisper() : "failed";
        var patience = Duration.ofSeconds(1);
        for (var target : targets) {
            var each = switch (target.behaviour()) {
                case Humans.Behaviour.Busy _ -> "busy";
                case Humans.Behaviour.Declines(var after) -> {
                    patience = after.compareTo(patience) > 0 ? after : patience;
                    yield "busy";
                }
                case Humans.Behaviour.NoAnswer _ -> "no-answer";
                case Humans.Behaviour.Failed _, Humans.Behaviour.QueueFull _ -> "failed";
                default -> target.picksUp().orElseThrow().compareTo(timeout) < 0 ? "" : "no-answer";
            };
            if (each.equals("no-answer")) {
                patience = timeout;
            }
            if (each.equals("no-answer") || (each.equals("busy") && status.equals("failed"))) {
                status = each;
            }
        }
        var rung = Duration.ofNanos(call.carrier().clock().nanos() - begun);
        runner.leg().line().sleep((patience.compareTo(timeout) > 0 ? timeout : patience).minus(rung));
        for (var target : targets) {
            if (target.picksUp().isEmpty()) {
                progress(target, document, callerId, "completed", status);
            }
        }
        return new Result(status, false, targets.getLast().sid(), Duration.ZERO);
    }

    /// Runs the whisper for the person who picked up; a hang-up in it is a refusal.
    private boolean accepts(Target target, TwimlDocument document, String callerId) throws TwimlException {
        var url = target.noun().filled("url");
        // For a queue the whisper is heard by the one who waits, not by the one who is called.
        if (url.isEmpty() || target.noun().name().equals("Queue")) {
            return true;
        }
        var source =
                new TwimlSource.At(document.resolve(url.get()), target.noun().or("method", "POST"));
        var key = target.behaviour() instanceof Humans.Behaviour.Answers(var _, var pressed, var _)
                ? pressed
                : Optional.<Character>empty();
        var line = runner.leg().line().dialled();
        var person = new Leg(line, Leg.Role.CALLEE, () -> child(target, callerId, "in-progress"), key);
        var whisper = new TwimlRunner(call, person);
        if (target.behaviour() instanceof Humans.Behaviour.Refuses) {
            var _ = line.within(Duration.ofSeconds(1), () -> whisper.run(source, Map.of()));
            return false;
        }
        return whisper.run(source, Map.of()) instanceof Outcome.GoOn;
    }

    private Result bridge(TwimlVerb dial, TwimlDocument document, Target target, String callerId)
            throws TwimlException {
        call.step(at -> new CallStep.Bridged(at, target.destination()));
        var status = target.noun().name().equals("Conference") ? "answered" : "completed";
        soFar = new Result(status, true, target.sid(), Duration.ZERO);
        var talk = switch (target.behaviour()) {
            case Humans.Behaviour.Answers(var _, var _, var length) -> length;
            case Humans.Behaviour.Voicemail _ -> Duration.ofSeconds(20);
            default -> Duration.ofSeconds(1);
        };
        var limit = runner.seconds(dial.number("timeLimit", 14_400));
        var length = talk.compareTo(limit) < 0 ? talk : limit;
        runner.leg().line().sleep(length);
        progress(target, document, callerId, "completed", "completed");
        return new Result(status, true, target.sid(), length);
    }

    private Map<String, String> form(TwimlVerb dial, Result result) {
        var form = new LinkedHashMap<String, String>();
        form.put("DialCallStatus", result.status());
        if (dial.child("Conference").isEmpty()) {
            // Whether Twilio says so of a conference is not documented.
            form.put("DialBridged", String.valueOf(result.bridged()));
        }
        if (!result.sid().isEmpty()) {
            form.put("DialCallSid", result.sid());
        }
        if (result.bridged()) {
            form.put("DialCallDuration", String.valueOf(result.talk().toSeconds()));
            if (!dial.or("record", "do-not-record").equals("do-not-record")) {
                form.put("RecordingUrl", call.carrier().keepRecording(Sids.random("RE"), Clip.silence(result.talk())));
            }
        }
        return form;
    }

    private void progress(Target target, TwimlDocument document, String callerId, String event, String status)
            throws TwimlException {
        var callback = target.noun().filled("statusCallback");
        var wanted =
                List.of(target.noun().or("statusCallbackEvent", "completed").split("[ ,]+", -1));
        if (callback.isEmpty() || !wanted.contains(event)) {
            return;
        }
        var form = new LinkedHashMap<>(child(target, callerId, status));
        form.put("CallbackSource", "call-progress-events");
        var order = List.of("initiated", "ringing", "answered", "completed");
        form.put("SequenceNumber", String.valueOf(order.indexOf(event)));
        var url = Optional.of(document.resolve(callback.get()));
        runner.report(url, target.noun().or("statusCallbackMethod", "POST"), form);
    }

    private Map<String, String> child(Target target, String callerId, String status) {
        var form = new LinkedHashMap<String, String>();
        form.put("CallSid", target.sid());
        form.put("ParentCallSid", call.sid());
        form.put("AccountSid", call.carrier().accountSid());
        form.put("From", callerId);
        form.put("To", target.destination());
        form.put("Caller", callerId);
        form.put("Called", target.destination());
        form.put("CallStatus", status);
        form.put("Direction", "outbound-dial");
        form.put("ApiVersion", "2010-04-01");
        return form;
    }
}
