package io.offhook.outbox;

import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Turn;
import io.offhook.crm.StirVerdict;
import io.offhook.store.Fact;
import io.offhook.store.OutboxEvent;
import io.offhook.store.StoredCall;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.json.JsonMapper;

/// Events as receivers get them, `offhook.event/1`. Keys are only ever added; one that means something else needs a new
/// schema. Described in docs/webhooks.md.
final class EventJson {
    private static final String SCHEMA = "offhook.event/1";
    /// A call of hours must not make a message of megabytes: the end is what matters to a human.
    private static final int TURNS = 200;

    private final Function<CallId, Optional<URI>> pages;

    /// @param pages where a human reads of a call that is handed off, if there is such a page
    EventJson(Function<CallId, Optional<URI>> pages) {
        this.pages = pages;
    }

    /// What is known of a call when an event is told.
    ///
    /// @param topic what it was about, in a few words
    /// @param stir  what the network says about the caller's number
    record Known(
            StoredCall call,
            Optional<Handoff> handoff,
            Optional<Fact.Voicemail> voicemail,
            Optional<String> topic,
            StirVerdict stir) {}

    String write(OutboxEvent event, Known known, Subscriptions how) {
        var body = new LinkedHashMap<String, Object>();
        body.put("schema", SCHEMA);
        body.put("id", event.key());
        body.put("event", event.name());
        body.put("sequence", event.sequence());
        body.put("at", event.at().toString());
        var call = call(known, how);
        body.put("call", call);
        switch (event.name()) {
            case OutboxEvent.CALL_ENDED -> {
                end(known.call(), call);
                known.handoff().ifPresent(handoff -> body.put("handoff", handoff(handoff, how)));
            }
            case OutboxEvent.HANDOFF_CREATED ->
                known.handoff().ifPresent(handoff -> {
                    var all = handoff(handoff, how);
                    pages.apply(event.call()).ifPresent(page -> all.put("page", page.toString()));
                    if (how.words()) {
                        all.put("transcript", transcript(handoff.transcript(), how));
                    }
                    body.put("handoff", all);
                });
            case OutboxEvent.VOICEMAIL_LEFT -> {
                body.put("voicemail", voicemail(event, known));
                known.handoff().ifPresent(handoff -> body.put("handoff", handoff(handoff, how)));
            }
            default -> throw new IllegalArgumentException("no event is called " + event.name());
        }
        return JsonMapper.shared().writeValueAsString(body);
    }

    private static Map<String, Object> call(Known known, Subscriptions how) {
        var call = known.call();
        var map = new LinkedHashMap<String, Object>();
        map.put("id", call.id().value());
        map.put("agent", call.agent());
        call.from().map(PhoneNumber::e164).ifPresent(number -> map.put("from", number));
        call.to().map(PhoneNumber::e164).ifPresent(number -> map.put("to", number));
        if (known.stir() != StirVerdict.NONE) {
            map.put("stir", known.stir().slug());
        }
        known.topic().ifPresent(topic -> map.put("topic", how.redaction().apply(topic)));
        map.put("started_at", call.startedAt().toString());
        return map;
    }

    private static void end(StoredCall call, Map<String, Object> map) {
        call.endedAt().ifPresent(at -> {
            map.put("ended_at", at.toString());
            map.put("seconds", Duration.between(call.startedAt(), at).toSeconds());
        });
        call.disposition().ifPresent(end -> {
            map.put("outcome", end.outcome().slug());
            map.put("reason", end.reason());
        });
    }

    private static Map<String, Object> handoff(Handoff handoff, Subscriptions how) {
        var map = new LinkedHashMap<String, Object>();
        map.put("cause", handoff.cause().slug());
        map.put("urgency", handoff.urgency().name().toLowerCase(Locale.ROOT));
        map.put("reason", how.redaction().apply(handoff.reason()));
        map.put("summary", how.redaction().apply(handoff.summary()));
        map.put("language", handoff.language());
        map.put("verified", handoff.identity().verified());
        if (!handoff.identity().attestation().isEmpty()) {
            map.put("attestation", handoff.identity().attestation());
        }
        if (!handoff.story().summary().isBlank()) {
            map.put("story", StoryJson.of(handoff.story(), how.redaction()));
        }
        return map;
    }

    private static List<Map<String, Object>> transcript(List<Turn> turns, Subscriptions how) {
        var spoken = turns.stream()
                .filter(turn -> turn.speaker() != Turn.Speaker.NOTE)
                .toList();
        return spoken.subList(Math.max(0, spoken.size() - TURNS), spoken.size()).stream()
                .map(turn -> turn(turn, how))
                .toList();
    }

    private static Map<String, Object> turn(Turn turn, Subscriptions how) {
        var map = new LinkedHashMap<String, Object>();
        map.put("speaker", turn.speaker().name().toLowerCase(Locale.ROOT));
        map.put("text", how.redaction().apply(turn.text()));
        map.put("cut", turn.cut());
        map.put("at", turn.at().toString());
        return map;
    }

    private static Map<String, Object> voicemail(OutboxEvent event, Known known) {
        var map = new LinkedHashMap<String, Object>();
        map.put("recording", event.occasion());
        known.voicemail()
                .filter(left -> left.recording().equals(event.occasion()))
                .ifPresent(left -> map.put("seconds", left.seconds()));
        return map;
    }
}
