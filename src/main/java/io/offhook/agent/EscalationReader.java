package io.offhook.agent;

import io.offhook.call.Destination;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.EscalationRule;
import io.offhook.call.Handoff;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.config.TwilioSid;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `escalate:` to an [Escalation]. Every destination says by `else` what comes after it; the reader follows those to
/// the end, so that no route has a loop or a dead end, and every destination is reached by somebody.
final class EscalationReader {
    private static final String PATTERN = "escalate.to.*";
    private static final String VOICEMAIL = "voicemail";
    private static final String CALLBACK = "callback";
    private static final List<String> KINDS = List.of("workflow", "queue", "dial", "sip", CALLBACK, VOICEMAIL);
    private static final String AGENT = "agent";
    private static final List<String> RESERVED = List.of(VOICEMAIL, CALLBACK, AGENT);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_-]{0,63}");
    private static final Pattern QUEUE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9 _.-]{0,63}");
    private static final Pattern MAIL = Pattern.compile("[^@\\s]+@[^@\\s]+\\.[^@\\s]+");
    private static final Pattern SIP = Pattern.compile("sips?:[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9.-]{1,190}(:\\d{2,5})?");
    private static final int MOST_URGENT = 1_000_000;
    private static final Duration MESSAGE = Duration.ofMinutes(3);
    private static final Destination LAST_RESORT = new Destination.Voicemail(MESSAGE);
    private static final String FORM = "Write it like: default: { dial: \"+14155550100\", wait: 20s, else: voicemail }";

    private final boolean hours;

    /// @param hours whether the agent has opening hours
    EscalationReader(boolean hours) {
        this.hours = hours;
    }

    Optional<Escalation> read(Value escalate, List<String> topics) {
        if (!escalate.isMap()) {
            return escalate.phone()
                    .map(number -> new Escalation(
                            Escalation.ANNOUNCE,
                            Map.of(
                                    EscalationPolicy.DEFAULT,
                                    new Route(List.of(
                                            new Destination.Phone(new PhoneNumber(number), usual("dial")),
                                            LAST_RESORT))),
                            List.of()));
        }
        return escalate.fields("escalate").flatMap(fields -> {
            var announce = fields.value("announce").flatMap(Value::prose).orElse(Escalation.ANNOUNCE);
            var to = fields.required("to", "Say where callers go, such as to: { default: \"+14155550100\" }.")
                    .flatMap(Value::names);
            if (to.isEmpty()) {
                return Optional.empty();
            }
            var steps = steps(to.get());
            var rules = fields.value("when")
                    .map(when -> new RulesReader(List.copyOf(steps.keySet()), topics, hours).read(when))
                    .orElse(List.of());
            return routes(to.get(), steps, rules).map(routes -> new Escalation(announce, routes, rules));
        });
    }

    /// One entry under `escalate.to`.
    ///
    /// @param destinations tried in turn; empty if the entry makes no sense
    /// @param borrows      whether those call back whom the route has tried before
    private record Step(List<Destination> destinations, Optional<Value> otherwise, boolean borrows) {
        static final Step NONE = new Step(List.of(), Optional.empty());

        Step(List<Destination> destinations, Optional<Value> otherwise) {
            this(destinations, otherwise, false);
        }

        boolean ends() {
            return !destinations.isEmpty() && destinations.getLast() instanceof Destination.Voicemail;
        }
    }

    private static Map<String, Step> steps(Fields to) {
        var steps = new LinkedHashMap<String, Step>();
        to.all().forEach((name, value) -> {
            if (!NAME.matcher(name).matches() || RESERVED.contains(name)) {
                to.mistake(
                        name,
                        "A destination can't have the name \"" + name + "\".",
                        "Use lower-case letters, digits, _ and -; " + String.join(", ", RESERVED)
                                + " are words of Offhook's own.");
            }
            steps.put(name, step(name, value));
        });
        return steps;
    }

    private static Step step(String name, Value value) {
        if (value.isScalar()) {
            return new Step(
                    value.phone()
                            .<Destination>map(number -> new Destination.Phone(new PhoneNumber(number), usual("dial")))
                            .stream()
                            .toList(),
                    Optional.empty());
        }
        return value.fields(PATTERN).map(fields -> step(name, fields)).orElse(Step.NONE);
    }

    private static Step step(String name, Fields fields) {
        var otherwise = fields.value("else");
        var kinds = KINDS.stream().filter(fields::mentions).toList();
        if (kinds.size() != 1) {
            fields.mistake(
                    "The destination " + name + " needs exactly one of: " + String.join(", ", KINDS) + ".", FORM);
            return new Step(List.of(), otherwise);
        }
        var kind = kinds.getFirst();
        var value = fields.value(kind).orElseThrow();
        refuseForeign(fields, kind);
        if (kind.equals(CALLBACK)) {
            return CallbackReader.read(value)
                    .map(read -> new Step(List.of(read.callback()), otherwise, read.ofRoute()))
                    .orElseGet(() -> new Step(List.of(), otherwise));
        }
        var patience = fields.value("wait")
                .flatMap(wait -> wait.duration(Duration.ofSeconds(5), longest(kind)))
                .orElse(usual(kind));
        var whisper = fields.value("whisper")
                .flatMap(v -> v.oneOf(List.of("summary", "none")))
                .orElse("summary")
                .equals("summary");
        List<Destination> destinations =
                switch (kind) {
                    case "workflow" ->
                        one(value.matching(
                                        TwilioSid.WORKFLOW.pattern(),
                                        "Use the SID of a TaskRouter workflow (" + TwilioSid.WORKFLOW.form()
                                                + "), such as ${TWILIO_WORKFLOW_SID}.")
                                .map(sid -> new Destination.Workflow(sid, patience, priorities(fields))));
                    case "queue" ->
                        one(value.matching(QUEUE, "Use up to 64 letters, digits, blanks, _, . and -, such as support.")
                                .map(queue -> new Destination.Queue(queue, patience)));
                    case "sip" ->
                        one(value.matching(SIP, "Write it like sip:desk@acme.example")
                                .map(address -> new Destination.Sip(address, patience, whisper)));
                    case "dial" -> dial(value, fields, patience, whisper);
                    default ->
                        one(value.matching(MAIL, "Use the e-mail address that is told about messages.")
                                .map(mail -> new Destination.Voicemail(
                                        MESSAGE, Optional.of(new Destination.Mailbox(name, mail)))));
                };
        return new Step(destinations, otherwise);
    }

    private static List<Destination> one(Optional<? extends Destination> destination) {
        return destination.<Destination>map(d -> d).stream().toList();
    }

    private static List<Destination> dial(Value value, Fields fields, Duration patience, boolean whisper) {
        var numbers = (value.isList() ? value.items() : List.of(value))
                .stream().flatMap(item -> item.phone().stream()).map(PhoneNumber::new).toList();
        if (value.isList() && (numbers.isEmpty() || numbers.size() > Destination.MOST_AT_ONCE)) {
            value.mistake(
                    value.path() + " takes from 1 to " + Destination.MOST_AT_ONCE + " numbers.",
                    "Put the others into a destination of its own, and name it by else.");
            return List.of();
        }
        boolean together = fields.value("ring")
                .flatMap(v -> v.oneOf(List.of("in_turn", "together")))
                .orElse("in_turn")
                .equals("together");
        if (fields.value("warm").flatMap(Value::flag).orElse(false)) {
            return warm(numbers, fields, patience, together, whisper);
        }
        if (together && !numbers.isEmpty()) {
            return List.of(new Destination.Phone(numbers, patience, whisper));
        }
        return numbers.stream()
                .<Destination>map(number -> new Destination.Phone(List.of(number), patience, whisper))
                .toList();
    }

    /// Each is called in turn while the agent has the caller, and is always asked whether to take the call.
    private static List<Destination> warm(
            List<PhoneNumber> numbers, Fields fields, Duration patience, boolean together, boolean whisper) {
        if (together) {
            fields.mistake("ring", "With warm: true, numbers ring one after the other.", "Remove ring or warm.");
        }
        if (!whisper) {
            fields.mistake(
                    "whisper",
                    "With warm: true, whoever is called hears what it is about and takes the call by a key.",
                    "Remove whisper or warm.");
        }
        return numbers.stream()
                .<Destination>map(number -> new Destination.Warm(number, patience))
                .toList();
    }

    private static Map<Handoff.Urgency, Integer> priorities(Fields fields) {
        var priorities = new EnumMap<>(Destination.Workflow.USUAL_PRIORITIES);
        fields.value("priority")
                .flatMap(value -> value.fields(PATTERN + ".priority"))
                .ifPresent(given -> priorities.replaceAll((urgency, usual) -> given.value(slug(urgency))
                        .flatMap(value -> value.integer(0, MOST_URGENT))
                        .orElse(usual)));
        return priorities;
    }

    private static String slug(Handoff.Urgency urgency) {
        return urgency.name().toLowerCase(Locale.ROOT);
    }

    private static void refuseForeign(Fields fields, String kind) {
        var foreign = new HashMap<String, Set<String>>();
        foreign.put("priority", Set.of(VOICEMAIL, CALLBACK, "queue", "dial", "sip"));
        foreign.put("wait", Set.of(VOICEMAIL, CALLBACK));
        foreign.put("else", Set.of(VOICEMAIL));
        foreign.put("whisper", Set.of(VOICEMAIL, CALLBACK, "workflow", "queue"));
        foreign.put("ring", Set.of(VOICEMAIL, CALLBACK, "workflow", "queue", "sip"));
        foreign.put("warm", Set.of(VOICEMAIL, CALLBACK, "workflow", "queue", "sip"));
        foreign.forEach((key, kinds) -> {
            if (fields.mentions(key) && kinds.contains(kind)) {
                fields.mistake(
                        key,
                        kind.equals(VOICEMAIL)
                                ? "A voicemail ends the route, so it has no " + key + "."
                                : "A destination of the kind " + kind + " has no " + key + ".",
                        "Remove it.");
            }
        });
    }

    // --- the ways from one to the next

    private Optional<Map<String, Route>> routes(Fields to, Map<String, Step> steps, List<EscalationRule> rules) {
        if (!steps.containsKey(EscalationPolicy.DEFAULT)) {
            to.mistake("The key escalate.to.default is missing.", FORM);
            return Optional.empty();
        }
        var entrances = new LinkedHashSet<>(List.of(EscalationPolicy.DEFAULT));
        rules.forEach(rule -> rule.to().filter(steps::containsKey).ifPresent(entrances::add));
        if (steps.containsKey(EscalationPolicy.CLOSED)) {
            if (hours) {
                entrances.add(EscalationPolicy.CLOSED);
            } else {
                to.mistake(
                        EscalationPolicy.CLOSED,
                        "Callers reach the destination closed outside opening hours, and there are none.",
                        "Add hours: { zone: …, open: [ \"Mon-Fri 09:00-18:00\" ] }, or remove it.");
                return Optional.empty();
            }
        }
        var routes = new LinkedHashMap<String, Route>();
        var reached = new LinkedHashSet<String>();
        for (var entrance : entrances) {
            chain(entrance, steps, reached).ifPresent(route -> routes.put(entrance, route));
        }
        steps.keySet().stream()
                .filter(name -> !reached.contains(name))
                .forEach(name -> to.mistake(
                        name,
                        "No caller ever reaches the destination " + name + ".",
                        "Name it in a rule (escalate.when) or in an else, or remove it."));
        return routes.size() == entrances.size() ? Optional.of(routes) : Optional.empty();
    }

    private static Optional<Route> chain(String entrance, Map<String, Step> steps, Set<String> reached) {
        var chain = new ArrayList<Destination>();
        var visited = new LinkedHashSet<String>();
        var name = entrance;
        var way = Optional.<Value>empty();
        while (true) {
            var step = steps.getOrDefault(name, Step.NONE);
            visited.add(name);
            reached.add(name);
            if (asks(chain) && asks(step.destinations())) {
                way.ifPresent(EscalationReader::asksTwice);
                return Optional.empty();
            }
            chain.addAll(step.borrows() ? borrowed(step.destinations(), chain) : step.destinations());
            if (step.ends()) {
                return Optional.of(new Route(chain)).filter(_ -> whole(steps, visited));
            }
            var otherwise = step.otherwise();
            var next = otherwise.map(Value::text).orElse(Optional.of(VOICEMAIL));
            if (next.isEmpty()) {
                return Optional.empty();
            }
            boolean back = next.get().equals(AGENT);
            if (next.get().equals(CALLBACK)) {
                if (asks(chain)) {
                    otherwise.ifPresent(EscalationReader::asksTwice);
                    return Optional.empty();
                }
                chain.addAll(borrowed(List.of(CallbackReader.Reading.USUAL.callback()), chain));
            }
            if (back || next.get().equals(CALLBACK) || next.get().equals(VOICEMAIL)) {
                chain.add(LAST_RESORT);
                return Optional.of(new Route(chain, back)).filter(_ -> whole(steps, visited));
            }
            if (!leadsOn(otherwise.orElseThrow(), next.get(), steps, visited)) {
                return Optional.empty();
            }
            name = next.get();
            way = otherwise;
        }
    }

    private static boolean asks(List<Destination> chain) {
        return chain.stream().anyMatch(Destination.Callback.class::isInstance);
    }

    private static void asksTwice(Value otherwise) {
        otherwise.mistake(
                "The route asks the caller twice for a number to call back.", "End it with else: voicemail.");
    }

    /// Those call back who can be phoned on the way.
    private static List<Destination> borrowed(List<Destination> destinations, List<Destination> before) {
        var humans = before.stream()
                .flatMap(EscalationReader::numbers)
                .distinct()
                .limit(Destination.MOST_AT_ONCE)
                .toList();
        return destinations.stream()
                .map(each -> each instanceof Destination.Callback callback ? callback.by(humans) : each)
                .toList();
    }

    private static Stream<PhoneNumber> numbers(Destination destination) {
        return switch (destination) {
            case Destination.Phone(var numbers, _, _) -> numbers.stream();
            case Destination.Warm(var number, _) -> Stream.of(number);
            case Destination.Workflow _, Destination.Queue _, Destination.Sip _ -> Stream.empty();
            case Destination.Callback _, Destination.Voicemail _ -> Stream.empty();
        };
    }

    /// A destination that makes no sense has been reported; where it leads is looked at all the same.
    private static boolean whole(Map<String, Step> steps, Set<String> visited) {
        return visited.stream()
                .noneMatch(name ->
                        steps.getOrDefault(name, Step.NONE).destinations().isEmpty());
    }

    private static boolean leadsOn(Value otherwise, String next, Map<String, Step> steps, Set<String> visited) {
        if (!steps.containsKey(next)) {
            var names = Stream.concat(steps.keySet().stream(), RESERVED.stream()).toList();
            otherwise.mistake(
                    "There is no destination " + otherwise.quoted() + "." + Value.didYouMean(next, names),
                    "Name a destination under escalate.to, or write else: voicemail, callback or agent.");
            return false;
        }
        if (visited.contains(next)) {
            otherwise.mistake(
                    "The route goes round in a circle: " + String.join(", then ", visited) + ", then " + next
                            + " again.",
                    "End it with else: voicemail.");
            return false;
        }
        return true;
    }

    private static Duration usual(String kind) {
        return switch (kind) {
            case "dial", "sip" -> Duration.ofSeconds(20);
            default -> Duration.ofSeconds(90);
        };
    }

    private static Duration longest(String kind) {
        return kind.equals("dial") || kind.equals("sip") ? Duration.ofMinutes(10) : Duration.ofHours(1);
    }
}
