package io.offhook.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.offhook.call.Money;
import io.offhook.call.PhoneNumber;
import io.offhook.store.Fact;
import io.offhook.store.FactJson;
import io.offhook.store.OutboxEvent;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;

/// How one kind of fact becomes rows. Each statement may run again with the same fact, and in any order with the
/// others.
record FactStatement<F extends Fact>(Class<F> kind, String sql, Binder<F> binder) {
    private static final int LONGEST_KEY = 250;

    interface Binder<F> {
        void bind(PreparedBatch batch, F fact, FactJson json);
    }

    static final List<FactStatement<?>> ALL = List.of(
            new FactStatement<>(
                    Fact.Started.class,
                    // A row without an agent was made by a fact that overtook this one.
                    """
                    insert into call (id, agent, caller_number, called_number, verstat, phase, phase_at, started_at)
                    values (:call, :agent, :from, :to, :verstat, 'ringing', :at, :at)
                    on conflict (id) do update set agent = excluded.agent, caller_number = excluded.caller_number,
                        called_number = excluded.called_number, verstat = excluded.verstat,
                        started_at = excluded.started_at
                    where call.agent = ''
                    """,
                    (batch, fact, _) -> batch.bind("agent", clean(fact.agent()))
                            .bind("from", number(fact.from()))
                            .bind("to", number(fact.to()))
                            .bind("verstat", clean(fact.verstat()))),
            new FactStatement<>(
                    Fact.PhaseChanged.class, """
                    insert into call (id, agent, verstat, phase, phase_at, started_at)
                    values (:call, '', '', :phase, :at, :at)
                    on conflict (id) do update set phase = excluded.phase, phase_at = excluded.phase_at
                    where call.ended_at is null and call.phase_at <= excluded.phase_at
                    """, (batch, fact, _) -> batch.bind("phase", clean(fact.phase()))),
            new FactStatement<>(
                    Fact.Ended.class,
                    """
                    insert into call (id, agent, verstat, phase, phase_at, started_at, ended_at, outcome, reason)
                    values (:call, '', '', 'ended', :at, :at, :at, :outcome, :reason)
                    on conflict (id) do update set phase = 'ended', phase_at = excluded.phase_at,
                        ended_at = excluded.ended_at, outcome = excluded.outcome, reason = excluded.reason
                    where call.ended_at is null or excluded.ended_at <= call.ended_at
                        or (call.reason = 'node_lost' and excluded.outcome <> 'failed')
                    """,
                    // A node that was taken for dead knows better when it is heard of again.
                    (batch, fact, _) -> batch.bind(
                                    "outcome", fact.disposition().outcome().slug())
                            .bind("reason", clean(fact.disposition().reason()))),
            new FactStatement<>(
                    Fact.Voicemail.class,
                    """
                    insert into call (id, agent, verstat, phase, phase_at, started_at, voicemail_recording,
                        voicemail_seconds, voicemail_at, voicemail_mailbox)
                    values (:call, '', '', 'transferred', :at, :at, :recording, :seconds, :at, :mailbox)
                    on conflict (id) do update set voicemail_recording = excluded.voicemail_recording,
                        voicemail_seconds = excluded.voicemail_seconds, voicemail_at = excluded.voicemail_at,
                        voicemail_mailbox = excluded.voicemail_mailbox
                    """,
                    (batch, fact, _) ->
                            batch.bind("recording", clean(fact.recording()))
                                    .bind("seconds", fact.seconds())
                                    .bind("mailbox", fact.mailbox())),
            new FactStatement<>(
                    Fact.CallbackAsked.class,
                    """
                    insert into callback (call_id, asked_at, number, called_number, route, consent, language, spoken,
                        state, tries, next_at, claimed_until, result)
                    values (:call, :at, :number, :called, :route, :consent, :language, :spoken, 'waiting', 0, 0, 0, '')
                    on conflict (call_id) do update set asked_at = excluded.asked_at, number = excluded.number,
                        called_number = excluded.called_number, route = excluded.route, consent = excluded.consent,
                        language = excluded.language, spoken = excluded.spoken
                    where callback.asked_at <= excluded.asked_at and callback.tries = 0
                        and callback.finished_at is null
                    """,
                    // Once somebody has been rung for a wish it stays as it is.
                    (batch, fact, _) -> batch.bind("number", fact.number().e164())
                            .bind("called", fact.called().e164())
                            .bind("route", clean(fact.route()))
                            .bind("consent", clean(fact.consent()))
                            .bind("language", clean(fact.language()))
                            .bind("spoken", fact.spoken() ? 1 : 0)),
            new FactStatement<>(
                    Fact.Happened.class,
                    """
                    insert into call_event (call_id, sequence, at, kind, detail)
                    values (:call, :sequence, :at, :kind, :detail) on conflict do nothing
                    """,
                    (batch, fact, _) -> batch.bind("sequence", fact.sequence())
                            .bind("kind", clean(fact.kind()))
                            .bind("detail", clean(fact.detail()))),
            new FactStatement<>(
                    Fact.Said.class,
                    """
                    insert into turn (call_id, speaker, item, place, words, cut, at, recorded_at)
                    values (:call, :speaker, :item, :place, :words, :cut, :spoken, :at)
                    on conflict (call_id, speaker, item) do update set place = excluded.place,
                        words = excluded.words, cut = excluded.cut, at = excluded.at,
                        recorded_at = excluded.recorded_at
                    where turn.recorded_at <= excluded.recorded_at
                    """,
                    (batch, fact, _) -> batch.bind(
                                    "speaker", fact.turn().speaker().name().toLowerCase(Locale.ROOT))
                            .bind("item", key(fact.turn().item()))
                            .bind("place", fact.place())
                            .bind("words", clean(fact.turn().text()))
                            .bind("cut", fact.turn().cut() ? 1 : 0)
                            .bind("spoken", fact.turn().at().toEpochMilli())),
            new FactStatement<>(
                    Fact.ToolRan.class,
                    """
                    insert into tool_run (call_id, request_id, at, name, arguments, answer, result, took_ms, shortened)
                    values (:call, :request, :at, :name, :arguments, :answer, :result, :took, :shortened)
                    on conflict do nothing
                    """,
                    (batch, fact, _) -> batch.bind(
                                    "request", key(fact.request().id()))
                            .bind("name", clean(fact.request().name()))
                            .bind("arguments", clean(fact.request().arguments()))
                            .bind("answer", clean(fact.outcome().answer()))
                            .bind("result", clean(fact.outcome().result()))
                            .bind("took", fact.outcome().took().toMillis())
                            .bind("shortened", fact.outcome().shortened() ? 1 : 0)),
            new FactStatement<>(
                    Fact.Charged.class,
                    """
                    insert into usage (call_id, charge, at, model, text_in, audio_in, cached_text_in, cached_audio_in,
                        text_out, audio_out, transcribed_ms, cost_nanos, currency)
                    values (:call, :charge, :at, :model, :text_in, :audio_in, :cached_text_in, :cached_audio_in,
                        :text_out, :audio_out, :transcribed_ms, :cost_nanos, :currency)
                    on conflict do nothing
                    """,
                    (batch, fact, _) -> batch.bind("charge", key(fact.key()))
                            .bind("model", clean(fact.usage().model()))
                            .bind("text_in", fact.usage().textIn())
                            .bind("audio_in", fact.usage().audioIn())
                            .bind("cached_text_in", fact.usage().cachedTextIn())
                            .bind("cached_audio_in", fact.usage().cachedAudioIn())
                            .bind("text_out", fact.usage().textOut())
                            .bind("audio_out", fact.usage().audioOut())
                            .bind("transcribed_ms", fact.usage().transcribed().toMillis())
                            .bind("cost_nanos", fact.cost().map(FactStatement::nanos))
                            .bind("currency", fact.cost().map(Money::currency))),
            new FactStatement<>(
                    Fact.HandedOff.class,
                    """
                    insert into handoff (call_id, at, cause, urgency, body)
                    values (:call, :at, :cause, :urgency, :body)
                    on conflict (call_id, at) do update set cause = excluded.cause, urgency = excluded.urgency,
                        body = excluded.body
                    """,
                    (batch, fact, json) -> batch.bind(
                                    "cause", fact.handoff().cause().slug())
                            .bind("urgency", fact.handoff().urgency().name().toLowerCase(Locale.ROOT))
                            .bind("body", clean(json.write(fact.handoff())))),
            new FactStatement<>(
                    Fact.RouteStepped.class,
                    """
                    insert into route_step (call_id, step, destination, result, at)
                    values (:call, :step, :destination, :result, :at)
                    on conflict (call_id, step) do update set destination = excluded.destination,
                        result = excluded.result, at = excluded.at
                    where route_step.at < excluded.at or (route_step.at = excluded.at and route_step.result is null)
                    """,
                    (batch, fact, _) -> batch.bind("step", fact.step())
                            .bind("destination", clean(fact.destination()))
                            .bind("result", fact.result().map(result -> result.slug()))),
            // In the order in which they happen in a call: statements are grouped by kind.
            event(Fact.HandedOff.class, OutboxEvent.HANDOFF_CREATED, fact -> String.valueOf(fact.at()
                    .toEpochMilli())),
            event(Fact.Voicemail.class, OutboxEvent.VOICEMAIL_LEFT, Fact.Voicemail::recording),
            event(Fact.Ended.class, OutboxEvent.CALL_ENDED, _ -> "1"));

    /// Notes that others may want to hear of this fact; once, however often it is written.
    private static <F extends Fact> FactStatement<F> event(Class<F> kind, String name, Function<F, String> occasion) {
        return new FactStatement<>(
                kind,
                """
                insert into outbox_event (key, call_id, sequence, name, occasion, at)
                select :key, :call, coalesce(max(sequence), 0) + 1, :name, :occasion, :at
                from outbox_event where call_id = :call
                on conflict do nothing
                """,
                (batch, fact, _) -> {
                    var which = clean(occasion.apply(fact));
                    batch.bind("key", fact.call() + ":" + name + ":" + which)
                            .bind("name", name)
                            .bind("occasion", which);
                });
    }

    /// Writes those of the facts that are of this kind, in their order.
    void write(Handle handle, List<Fact> facts, FactJson json) {
        var mine = facts.stream().filter(kind::isInstance).map(kind::cast).toList();
        if (mine.isEmpty()) {
            return;
        }
        try (var batch = handle.prepareBatch(sql)) {
            for (var fact : mine) {
                batch.bind("call", fact.call().value()).bind("at", fact.at().toEpochMilli());
                binder.bind(batch, fact, json);
                batch.add();
            }
            batch.execute();
        }
    }

    private static long nanos(Money cost) {
        return cost.amount().movePointRight(Money.PLACES).longValueExact();
    }

    private static Optional<String> number(Optional<PhoneNumber> number) {
        return number.map(PhoneNumber::e164);
    }

    /// An engine's id as part of a key. An index takes no key of a few thousand characters, so of a long one its
    /// beginning and its hash must do.
    static String key(String id) {
        return id.length() <= LONGEST_KEY ? clean(id) : clean(id.substring(0, LONGEST_KEY - 65)) + "#" + sha256(id);
    }

    private static String sha256(String text) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// PostgreSQL refuses NUL, and no encoder takes half a surrogate pair. A model may send either, and one such
    /// character must not cost the row.
    static String clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isSurrogate(c)) {
                return text.codePoints()
                        .map(point -> point == 0 || (point >= 0xD800 && point <= 0xDFFF) ? 0xFFFD : point)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
            }
        }
        return text;
    }
}
