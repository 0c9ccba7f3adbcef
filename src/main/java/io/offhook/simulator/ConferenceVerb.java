package io.offhook.simulator;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/// Dial with a Conference: the leg waits until somebody else is there, hears the others and is heard, until it leaves,
/// is taken out, or the conference is over. A person whom the application has called hangs up after talking as long as
/// [Humans] say.
final class ConferenceVerb {
    private static final Duration FRAME = Duration.ofMillis(20);
    /// How long such a document lasts, about.
    private static final Duration AGAIN = Duration.ofSeconds(5);
    private static final int MAX_NAME = 128;
    private static final Set<String> BEEPS = Set.of("true", "false", "onEnter", "onExit");
    private static final Set<String> EVENTS = Set.of(
            "start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement");
    private static final Set<String> REGIONS = Set.of("us1", "us2", "ie1", "sg1", "br1", "au1", "jp1", "de1");
    private static final Set<String> BUFFERS = Set.of("small", "medium", "large", "off");
    private static final Pattern BLANKS = Pattern.compile("\\s+");

    private final TwimlRunner runner;
    private final SimulatedCall call;

    ConferenceVerb(TwimlRunner runner) {
        this.runner = runner;
        call = runner.call();
    }

    /// How long the leg was in it; empty when it could not enter.
    Optional<Duration> perform(TwimlVerb dial, TwimlVerb noun, TwimlDocument document) throws TwimlException {
        var name = noun.text();
        if (name.isEmpty() || name.length() > MAX_NAME) {
            call.notice(12200, "Conference: a name has 1 to " + MAX_NAME + " characters");
            return Optional.empty();
        }
        check(noun);
        awaited(noun, document);
        var conference = call.carrier().account().room(name);
        var member = new CarrierConference.Member(
                call.sid(), noun.or("participantLabel", ""), settings(noun), Optional.of(call));
        if (!conference.enter(member, reports(noun, document))) {
            call.notice(0, "Conference: no room for " + name);
            return Optional.empty();
        }
        call.step(at -> new CallStep.Joined(at, name));
        long begun = call.carrier().clock().nanos();
        try {
            talk(conference, runner.seconds(dial.number("timeLimit", 14_400)), noun, document);
        } finally {
            conference.leave(call.sid());
            call.step(at -> new CallStep.Left(at, name));
        }
        return Optional.of(Duration.ofNanos(call.carrier().clock().nanos() - begun));
    }

    // ---- what it is given ----

    private void check(TwimlVerb noun) {
        oneOf(noun, "beep", BEEPS);
        oneOf(noun, "region", REGIONS);
        oneOf(noun, "jitterBufferSize", BUFFERS);
        for (var flag : List.of("muted", "startConferenceOnEnter", "endConferenceOnExit")) {
            oneOf(noun, flag, Set.of("true", "false"));
        }
        int most = noun.number("maxParticipants", 250);
        if (most < 2 || most > 250) {
            call.notice(12200, "Conference: maxParticipants is 2 to 250, not " + most);
        }
        events(noun).stream()
                .filter(event -> !EVENTS.contains(event))
                .forEach(event -> call.notice(12200, "Conference: no such event: " + event));
    }

    private void oneOf(TwimlVerb noun, String attribute, Set<String> allowed) {
        noun.filled(attribute)
                .filter(value -> !allowed.contains(value))
                .ifPresent(value -> call.notice(12200, "Conference: " + attribute + " can't be " + value));
    }

    private static Map<String, String> settings(TwimlVerb noun) {
        var settings = new ConcurrentHashMap<String, String>();
        settings.put("Muted", noun.or("muted", "false"));
        settings.put("Beep", noun.or("beep", "true"));
        settings.put("StartConferenceOnEnter", noun.or("startConferenceOnEnter", "true"));
        settings.put("EndConferenceOnExit", noun.or("endConferenceOnExit", "false"));
        settings.put("MaxParticipants", String.valueOf(noun.number("maxParticipants", 250)));
        return settings;
    }

    private static List<String> events(TwimlVerb noun) {
        return noun.filled("statusCallbackEvent")
                .map(text -> List.of(BLANKS.split(text)))
                .orElse(List.of());
    }

    private Optional<CarrierConference.Reports> reports(TwimlVerb noun, TwimlDocument document)
            throws TwimlException {
        var callback = noun.filled("statusCallback");
        if (callback.isEmpty()) {
            return Optional.empty();
        }
        var url = Optional.of(document.resolve(callback.get()));
        return Optional.of(new CarrierConference.Reports(events(noun), form -> {
            form.put("AccountSid", call.carrier().accountSid());
            form.put("Timestamp", ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.RFC_1123_DATE_TIME));
            runner.report(url, noun.or("statusCallbackMethod", "POST"), form);
        }));
    }

    /// The document for those who wait must be there, and is asked for again while they do; what it plays stays unheard.
    private void awaited(TwimlVerb noun, TwimlDocument document) throws TwimlException {
        var waitUrl = noun.filled("waitUrl");
        if (waitUrl.isPresent()) {
            var url = document.resolve(waitUrl.get());
            var answer = runner.leg()
                    .line()
                    .await(runner.send(
                            noun.or("waitMethod", "POST"), url, runner.leg().parameters().get()));
            if (!(answer instanceof Webhooks.Result.Got got) || !got.ok()) {
                call.notice(11200, "HTTP retrieval failure: " + url);
            }
        }
    }

    // ---- being in it ----

    /// How long somebody talks whom the application has called; callers hang up by themselves.
    private Optional<Duration> talk() {
        boolean called = call.caller().extras().getOrDefault("Direction", "").equals("outbound-api");
        return called && call.carrier().humans().of(call.caller().to())
                        instanceof Humans.Behaviour.Answers(var _, var _, var length)
                ? Optional.of(length)
                : Optional.empty();
    }

    private void talk(CarrierConference conference, Duration limit, TwimlVerb noun, TwimlDocument document)
            throws TwimlException {
        var clock = call.carrier().clock();
        var sound = new ByteArrayOutputStream();
        var since = call.sinceRing();
        long until = clock.nanos() + limit.toNanos();
        long heard = clock.nanos();
        long again = heard + AGAIN.toNanos();
        Optional<Long> enough = Optional.empty();
        try {
            while (!conference.over() && conference.member(call.sid()).isPresent() && clock.nanos() < until) {
                runner.leg().line().sleep(FRAME);
                int bytes = (int) ((clock.nanos() - heard) / 125_000);
                var audio = conference.heardBy(call.sid(), heard, bytes);
                heard += bytes * 125_000L;
                sound.writeBytes(audio);
                call.observed(audio);
                if (!conference.begun() && clock.nanos() >= again) {
                    awaited(noun, document);
                    again = clock.nanos() + AGAIN.toNanos();
                }
                if (enough.isEmpty() && conference.begun()) {
                    enough = talk().map(length -> clock.nanos() + length.toNanos());
                    call.carrier().humans().words(call.caller().to()).ifPresent(call::say);
                }
                if (enough.filter(at -> clock.nanos() >= at).isPresent()) {
                    call.hangUp();
                }
            }
        } finally {
            var audio = sound.toByteArray();
            call.heard(Heard.Source.CONFERENCE, since, SimulatedCall.lasting(audio.length), "", audio);
        }
    }
}
