package io.offhook.agent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// `escalate:` to an [Escalation] whose route ends at a voicemail.
final class EscalationReader {
    private static final String PATTERN = "escalate.to.*";
    private static final String VOICEMAIL = "voicemail";
    private static final List<String> KINDS = List.of("workflow", "dial", VOICEMAIL);
    private static final List<String> LATER = List.of("queue", "sip", "callback");
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
    private static final Pattern WORKFLOW = Pattern.compile("WW[0-9A-Za-z]+");
    private static final Pattern MAIL = Pattern.compile("[^@\\s]+@[^@\\s]+\\.[^@\\s]+");
    private static final Destination.Voicemail LAST_RESORT = new Destination.Voicemail(VOICEMAIL, Optional.empty());
    private static final String FORM = "Write it like: default: { dial: \"+14155550100\", wait: 20s, else: voicemail }";

    Optional<Escalation> read(Value escalate) {
        if (!escalate.isMap()) {
            return escalate.phone()
                    .map(number -> new Escalation(
                            Escalation.ANNOUNCE,
                            List.of(new Destination.Dial("default", number, usual("dial")), LAST_RESORT)));
        }
        return escalate.fields("escalate").flatMap(fields -> {
            var announce = fields.value("announce").flatMap(Value::prose).orElse(Escalation.ANNOUNCE);
            return fields.required("to", "Say where callers go, such as to: { default: \"+14155550100\" }.")
                    .flatMap(Value::names)
                    .flatMap(EscalationReader::route)
                    .map(route -> new Escalation(announce, route));
        });
    }

    private record Step(Optional<Destination> destination, Optional<Value> otherwise) {}

    private static Optional<List<Destination>> route(Fields to) {
        var steps = new LinkedHashMap<String, Step>();
        to.all().forEach((name, value) -> {
            if (!NAME.matcher(name).matches() || name.equals(VOICEMAIL) || name.equals("callback")) {
                to.mistake(
                        name,
                        "A destination can't have the name \"" + name + "\".",
                        "Use lower-case letters, digits, _ and -; voicemail and callback are words of Offhook's own.");
            }
            steps.put(name, step(name, value));
        });
        var first = steps.get("default");
        if (first == null) {
            to.mistake("The key escalate.to.default is missing.", FORM);
            return Optional.empty();
        }
        var last = first.otherwise().map(value -> last(value, steps)).orElse(Optional.of(LAST_RESORT));
        unreached(to, steps, last.map(Destination::name).orElse(""));
        return first.destination()
                .flatMap(destination -> destination instanceof Destination.Voicemail
                        ? Optional.of(List.of(destination))
                        : last.map(voicemail -> List.of(destination, voicemail)));
    }

    private static Step step(String name, Value value) {
        if (value.isScalar()) {
            return new Step(
                    value.phone().map(number -> new Destination.Dial(name, number, usual("dial"))), Optional.empty());
        }
        return value.fields(PATTERN)
                .map(fields -> step(name, fields))
                .orElse(new Step(Optional.empty(), Optional.empty()));
    }

    private static Step step(String name, Fields fields) {
        var otherwise = fields.value("else");
        var kinds = KINDS.stream().filter(fields::mentions).toList();
        if (kinds.size() != 1) {
            if (!kinds.isEmpty() || LATER.stream().noneMatch(fields::mentions)) {
                fields.mistake(
                        "The destination " + name + " needs exactly one of: " + String.join(", ", KINDS) + ".", FORM);
            }
            return new Step(Optional.empty(), otherwise);
        }
        var kind = kinds.getFirst();
        var value = fields.value(kind).orElseThrow();
        var patience = fields.value("wait")
                .flatMap(wait -> wait.duration(Duration.ofSeconds(5), longest(kind)))
                .orElse(usual(kind));
        var destination = switch (kind) {
            case "workflow" ->
                value.matching(WORKFLOW, "Use the SID of a TaskRouter workflow (WW…), such as ${TWILIO_WORKFLOW_SID}.")
                        .<Destination>map(sid -> new Destination.Workflow(name, sid, patience));
            case "dial" -> value.phone().<Destination>map(number -> new Destination.Dial(name, number, patience));
            default -> {
                for (var key : List.of("wait", "else")) {
                    if (fields.mentions(key)) {
                        fields.mistake(key, "A voicemail ends the route, so it has no " + key + ".", "Remove it.");
                    }
                }
                yield value.matching(MAIL, "Use the e-mail address that is told about messages.")
                        .<Destination>map(mail -> new Destination.Voicemail(name, Optional.of(mail)));
            }
        };
        return new Step(destination, otherwise);
    }

    private static Optional<Destination> last(Value otherwise, Map<String, Step> steps) {
        return otherwise.text().flatMap(name -> {
            if (name.equals(VOICEMAIL)) {
                return Optional.of(LAST_RESORT);
            }
            if (name.equals("callback")) {
                otherwise.notYet("else: callback");
                return Optional.empty();
            }
            var step = steps.get(name);
            if (step == null) {
                var names = new ArrayList<>(steps.keySet());
                names.add(VOICEMAIL);
                otherwise.mistake(
                        "There is no destination " + otherwise.quoted() + "." + Value.didYouMean(name, names),
                        "Name a voicemail destination under escalate.to, or write else: voicemail.");
                return Optional.empty();
            }
            if (step.destination().isPresent() && !(step.destination().get() instanceof Destination.Voicemail)) {
                otherwise.mistake(
                        "else: " + name + " does not lead to a voicemail.",
                        "In this version the second step of a route is a voicemail: write else: voicemail.");
                return Optional.empty();
            }
            return step.destination();
        });
    }

    private static void unreached(Fields to, Map<String, Step> steps, String last) {
        for (var name : steps.keySet()) {
            if (name.equals("closed")) {
                to.mistake(
                        name,
                        "The destination closed is not available in this version: it needs opening hours.",
                        "Remove it: nothing in this file is ever ignored in silence.");
            } else if (!name.equals("default") && !name.equals(last)) {
                to.mistake(
                        name,
                        "No caller ever reaches the destination " + name + ".",
                        "Only default and the voicemail that its else names are used in this version; remove it.");
            }
        }
    }

    private static Duration usual(String kind) {
        return kind.equals("dial") ? Duration.ofSeconds(20) : Duration.ofSeconds(90);
    }

    private static Duration longest(String kind) {
        return kind.equals("dial") ? Duration.ofMinutes(10) : Duration.ofHours(1);
    }
}
