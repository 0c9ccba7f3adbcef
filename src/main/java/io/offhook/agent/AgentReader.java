package io.offhook.agent;

import io.offhook.call.Destination;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Route;
import io.offhook.call.Signals;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The map at the top of agent.yaml to an [AgentProfile]. Files its mistakes and goes on; the profile counts only if no
/// mistake was filed, since others stand in for what is missing or wrong.
final class AgentReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9_-]{0,63}");
    private static final Pattern VOICE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}");
    private static final String USUAL_VOICE = "marin";
    private static final Greeting USUAL_GREETING =
            new Greeting("Thanks for calling. I'm an AI assistant. How can I help?", true);
    private static final int CONCURRENT_MAX = 10_000;
    private static final Escalation NOWHERE = new Escalation(
            Escalation.ANNOUNCE,
            Map.of(EscalationPolicy.DEFAULT, new Route(List.of(new Destination.Voicemail(Duration.ofMinutes(3))))),
            List.of());

    AgentProfile read(Fields top) {
        top.required("offhook", "Begin with the line: offhook: 1").ifPresent(AgentReader::version);
        var name = top.required("name", "Give the agent a name, such as name: acme-support.")
                .flatMap(value -> value.matching(NAME, "Use lower-case letters, digits, _ and -."));
        var instructions = top.required(
                        "instructions", "Say what the agent does, here or in a file: file:prompts/agent.md")
                .flatMap(Value::prose);
        var hours = top.value("hours").flatMap(new HoursReader(Clock.systemUTC())::read);
        var topics = top.value("analytics").map(AgentReader::topics).orElse(List.of());
        var escalation = top.required("escalate", "Say where people wait: escalate: \"+14155550100\"")
                .flatMap(value -> new EscalationReader(top.mentions("hours"))
                        .read(value, topics.stream().map(Signals.Topic::name).toList()));
        var numbers = top.value("number").map(AgentReader::numbers).orElse(List.of());
        var engine =
                top.value("engine").map(value -> new EngineReader().read(value)).orElse(EngineChoice.DEFAULT);
        var languages = languages(top);
        var limits = top.value("limits").map(value -> limits(value, engine)).orElse(Limits.DEFAULT);
        var tools = top.value("tools").map(new ToolReader(limits.tool())::read).orElse(List.of());
        var privacy = top.value("privacy").map(AgentReader::privacy).orElse(Privacy.DEFAULT);
        var webhooks = top.value("webhooks").map(new WebhookReader()::read).orElse(List.of());
        top.value("keys").ifPresent(AgentReader::keys);
        var caller =
                top.value("caller").flatMap(value -> value.unlessMistaken(() -> new CallerReader().read(value)));
        return new AgentProfile(
                name.orElse("agent"),
                numbers,
                engine,
                instructions.orElse(""),
                languages,
                caller,
                tools,
                escalation.orElse(NOWHERE),
                hours,
                topics,
                limits,
                privacy,
                webhooks,
                List.of());
    }

    private static void version(Value value) {
        value.raw()
                .filter(text -> !text.equals("1"))
                .ifPresent(_ -> value.mistake(
                        "This version of Offhook reads offhook: 1, not " + value.quoted() + ".", "Write offhook: 1."));
    }

    private static List<String> numbers(Value value) {
        var items = value.isList() ? value.items() : List.of(value);
        var numbers = new ArrayList<String>();
        var seen = new HashSet<String>();
        for (var item : items) {
            // ${OFFHOOK_NUMBER:-} is how a file says "a number, if there is one".
            var absent = item.isScalar()
                    && !item.isEmpty()
                    && item.raw().filter(String::isBlank).isPresent();
            if (!absent) {
                item.phone().ifPresent(number -> {
                    if (seen.add(number)) {
                        numbers.add(number);
                    } else {
                        item.mistake("The number " + item.quoted() + " is here twice.", "Keep one of them.");
                    }
                });
            }
        }
        return numbers;
    }

    // --- languages and greetings

    private static List<Language> languages(Fields top) {
        var greeting = top.value("greeting").flatMap(AgentReader::greeting);
        var languages = new ArrayList<Language>();
        top.value("languages").flatMap(Value::names).ifPresent(names -> {
            names.all().forEach((code, value) -> {
                if (!LanguageCodes.known(code)) {
                    names.mistake(
                            code,
                            "\"" + code + "\" is not a language code."
                                    + LanguageCodes.meant(code)
                                            .map(meant -> " Did you mean " + meant + "?")
                                            .orElse(""),
                            "Use ISO 639-1 codes such as en, es or pt-BR.");
                }
                languages.add(language(
                        code, value, languages.isEmpty() ? Optional.empty() : Optional.of(languages.getFirst())));
            });
            if (names.all().isEmpty()) {
                names.mistake("languages names no language.", "Write it like languages: { en: { voice: marin } }.");
            }
        });
        if (languages.isEmpty()) {
            return List.of(new Language("en", USUAL_VOICE, greeting.or(() -> Optional.of(USUAL_GREETING))));
        }
        var first = languages.getFirst();
        if (top.mentions("greeting") && first.greeting().isPresent()) {
            top.mistake(
                    "greeting",
                    "The greeting is given twice, here and under languages." + first.code() + ".",
                    "Keep one of them.");
        }
        var usual = first.code().equals("en") || first.code().startsWith("en-")
                ? Optional.of(USUAL_GREETING)
                : Optional.<Greeting>empty();
        languages.set(
                0,
                new Language(
                        first.code(),
                        first.voice(),
                        first.greeting().or(() -> greeting).or(() -> usual)));
        return languages;
    }

    private static Language language(String code, Value value, Optional<Language> first) {
        var usualVoice = first.map(Language::voice).orElse(USUAL_VOICE);
        if (value.isEmpty()) {
            return new Language(code, usualVoice, Optional.empty());
        }
        return value.fields("languages.*")
                .map(fields -> {
                    var voice = fields.value("voice")
                            .flatMap(v -> v.matching(VOICE, "Use a voice of the engine, such as marin or cedar."));
                    if (first.isPresent()) {
                        fields.value("greeting")
                                .ifPresent(v -> v.notYet("A greeting in a second language (" + v.path() + ")"));
                    }
                    if (first.isPresent() && voice.isPresent() && !voice.get().equals(usualVoice)) {
                        fields.value("voice").ifPresent(v -> v.notYet("A second voice (" + v.path() + ")"));
                    }
                    return new Language(
                            code,
                            voice.orElse(usualVoice),
                            fields.value("greeting").flatMap(AgentReader::greeting));
                })
                .orElse(new Language(code, usualVoice, Optional.empty()));
    }

    private static Optional<Greeting> greeting(Value value) {
        if (!value.isMap()) {
            return value.prose().map(say -> greeting(value, say, Optional.empty()));
        }
        return value.fields("greeting").flatMap(fields -> {
            var cached = fields.value("cached").flatMap(Value::flag);
            return fields.required("say", "Write it like { say: Hello., cached: false }.")
                    .flatMap(say -> say.prose().map(text -> greeting(say, text, cached)));
        });
    }

    private static Greeting greeting(Value value, String say, Optional<Boolean> cached) {
        for (var name : Placeholders.in(say)) {
            if (!Placeholders.isFact(name)) {
                value.mistake(
                        "A greeting can't take {" + name + "}.",
                        "Use {caller.first_name} and the like, or plain words.");
            }
        }
        var personal = Placeholders.mentionsFacts(say);
        if (personal && cached.orElse(false)) {
            value.mistake(
                    "A greeting that names the caller can't be cached.", "Remove cached: true, or the {caller.…}.");
        }
        return new Greeting(say, cached.orElse(!personal) && !personal);
    }

    // --- the rest

    private static Limits limits(Value value, EngineChoice engine) {
        var usual = Limits.DEFAULT;
        return value.fields("limits")
                .map(fields -> new Limits(
                        fields.value("call")
                                .flatMap(v -> v.duration(Duration.ofSeconds(10), Duration.ofHours(4)))
                                .orElse(usual.call()),
                        fields.value("silence")
                                .flatMap(v -> v.duration(Duration.ofSeconds(3), Duration.ofMinutes(10)))
                                .orElse(usual.silence()),
                        fields.value("tool")
                                .flatMap(v -> v.duration(ToolReader.TIMEOUT_MIN, ToolReader.TIMEOUT_MAX))
                                .orElse(usual.tool()),
                        fields.value("concurrent")
                                .flatMap(v -> v.integer(1, CONCURRENT_MAX))
                                .orElse(usual.concurrent()),
                        fields.value("cost_per_call").flatMap(v -> CostLimit.read(v, engine))))
                .orElse(usual);
    }

    private static List<Signals.Topic> topics(Value value) {
        return value.fields("analytics")
                .flatMap(fields -> fields.value("topics"))
                .map(TopicsReader::read)
                .orElse(List.of());
    }

    private static Privacy privacy(Value value) {
        return value.fields("privacy")
                .map(fields -> {
                    var record = fields.value("record").flatMap(v -> v.fields("privacy.record"));
                    record.flatMap(r -> r.value("audio"))
                            .ifPresent(audio -> audio.raw()
                                    .filter(text -> !text.equals("off"))
                                    .ifPresent(_ -> audio.notYet("Recording audio (" + audio.path() + ")")));
                    return new Privacy(
                            fields.value("disclose").flatMap(Value::prose).filter(text -> !text.equals("none")),
                            record.flatMap(r -> r.value("transcript"))
                                    .flatMap(Value::flag)
                                    .orElse(Privacy.DEFAULT.recordTranscript()));
                })
                .orElse(Privacy.DEFAULT);
    }

    private static void keys(Value value) {
        value.names()
                .ifPresent(names -> names.all().forEach((key, action) -> {
                    if (key.equals("0")) {
                        if (action.isMap()
                                || action.isList()
                                || action.raw().filter("escalate"::equals).isEmpty()) {
                            action.mistake(
                                    "Key 0 always leads to a person.", "Write \"0\": escalate, or leave it away.");
                        }
                    } else if (Stream.of("1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#")
                            .anyMatch(key::equals)) {
                        names.mistake(
                                key,
                                "Key " + key + " is not yet available.",
                                "Remove it: nothing in this file is ever ignored in silence.");
                    } else {
                        names.mistake(
                                key,
                                "There is no key \"" + key + "\" on a telephone.",
                                "Use \"0\" to \"9\", \"*\" or \"#\".");
                    }
                }));
    }
}
