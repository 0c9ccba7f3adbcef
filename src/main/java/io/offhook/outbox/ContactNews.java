package io.offhook.outbox;

import io.offhook.call.CallId;
import io.offhook.call.Disposition.Outcome;
import io.offhook.call.PhoneNumber;
import io.offhook.crm.CallerNumber;
import io.offhook.crm.Interaction;
import io.offhook.crm.StirVerdict;
import io.offhook.store.OutboxEvent;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// An event as a CRM keeps it: the interaction that the call is, or a note on it. Callers and models have a part in its
/// texts. Prints as nothing.
record ContactNews(JsonNode event) {

    /// @param body an event, see docs/webhooks.md
    static ContactNews of(String body) {
        return new ContactNews(JsonMapper.shared().readTree(body));
    }

    /// Who may be looked up: nobody by a number that is withheld, or that the network says is not the caller's.
    Optional<PhoneNumber> number() {
        boolean forged = text("/call/stir").filter(StirVerdict.FAILED.slug()::equals).isPresent();
        return text("/call/from")
                .filter(_ -> !forged)
                .flatMap(PhoneNumber::parse)
                .filter(number -> !CallerNumber.withheld(number));
    }

    /// @param customer the caller's id in the CRM
    Interaction interaction(CallId call, Optional<String> customer) {
        return new Interaction(
                call,
                number(),
                customer,
                "phone",
                text("/handoff/reason").or(() -> text("/call/topic")).orElse(""),
                text("/call/outcome").orElseGet(this::outcomeSoFar),
                summary().orElse(""),
                text("/call/started_at").map(Instant::parse).orElse(Instant.EPOCH),
                text("/call/ended_at").map(Instant::parse));
    }

    private String outcomeSoFar() {
        return (is(OutboxEvent.VOICEMAIL_LEFT) ? Outcome.VOICEMAIL : Outcome.TRANSFERRED).slug();
    }

    private Optional<String> summary() {
        return text("/handoff/summary").or(() -> text("/handoff/story/summary"));
    }

    /// What there is to add.
    ///
    /// @param filed whether the interaction was filed with this very event, and so tells most of it
    Optional<String> note(boolean filed) {
        if (is(OutboxEvent.VOICEMAIL_LEFT)) {
            return Optional.of(
                    line("The caller left a message", length("/voicemail/seconds"), text("/voicemail/recording")));
        }
        if (filed) {
            return Optional.empty();
        }
        return Optional.of(
                is(OutboxEvent.HANDOFF_CREATED)
                        ? line("Handed to a person", text("/handoff/reason").or(() -> text("/handoff/cause")), summary())
                        : line("The call is over", outcome(), length("/call/seconds")));
    }

    private Optional<String> outcome() {
        return text("/call/outcome")
                .map(outcome -> outcome
                        + text("/call/reason").map(reason -> " (" + reason + ")").orElse(""));
    }

    private static String line(String head, Optional<String> first, Optional<String> second) {
        return Stream.of(first, second)
                .flatMap(Optional::stream)
                .collect(Collectors.joining(", ", head + ": ", ""));
    }

    private Optional<String> length(String place) {
        return Optional.of(event.at(place))
                .filter(JsonNode::isNumber)
                .map(seconds -> String.format(Locale.ROOT, "%d:%02d", seconds.asInt() / 60, seconds.asInt() % 60));
    }

    private boolean is(String name) {
        return event.path("event").asString("").equals(name);
    }

    private Optional<String> text(String place) {
        return Optional.of(event.at(place))
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .filter(text -> !text.isBlank());
    }

    @Override
    public String toString() {
        return "ContactNews";
    }
}
