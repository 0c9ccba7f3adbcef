package io.offhook.simulator;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The world around one [CannedCaller], for whoever plays all of it: the time, the people who may be rung, and what
/// there is to see in the end. Immutable.
///
/// @param number  where the caller rings from
/// @param time    the time of day, as far as opening hours go
/// @param people  what the first of the agent's people does, and what the second
/// @param outcome how the call is to be stored, such as `transferred`
/// @param page    what a person who takes the call must find on the page about it; empty when nobody looks
public record Scene(String number, Instant time, List<Humans.Behaviour> people, String outcome, List<String> page) {
    /// Numbers from the range kept free for fiction: one that nobody knows, and that of the demo's customer.
    static final String STRANGER = "+14155550142";

    static final String CUSTOMER = "+14155550123";

    /// Whom the demo's agent rings.
    private static final List<String> PEOPLE = List.of("+14155550100", "+14155550101");

    /// Tuesday, ten in the morning in New York, and twenty to ten in the evening.
    private static final Instant DAY = Instant.parse("2026-03-17T14:00:00Z");

    private static final Instant NIGHT = Instant.parse("2026-03-18T01:40:00Z");

    /// A stranger rings by day, and the first person who is asked takes the call. The agent does without.
    static final Scene USUAL = new Scene(
            STRANGER, DAY, List.of(answers(Duration.ofSeconds(3)), new Humans.Behaviour.NoAnswer()), "resolved", List.of());

    public Scene {
        people = List.copyOf(people);
        page = List.copyOf(page);
    }

    /// Picks up, takes the call, and talks for so long.
    static Humans.Behaviour answers(Duration talk) {
        return new Humans.Behaviour.Answers(Duration.ofSeconds(2), Optional.of('1'), talk);
    }

    Scene from(String other) {
        return new Scene(other, time, people, outcome, page);
    }

    Scene atNight() {
        return new Scene(number, NIGHT, people, outcome, page);
    }

    Scene where(Humans.Behaviour first, Humans.Behaviour second) {
        return new Scene(number, time, List.of(first, second), outcome, page);
    }

    Scene ends(String otherwise) {
        return new Scene(number, time, people, otherwise, page);
    }

    public Scene withPage(String... texts) {
        return new Scene(number, time, people, outcome, List.of(texts));
    }

    /// The same by day, when the first person takes the call.
    public Scene onAnOrdinaryDay() {
        return new Scene(number, USUAL.time, USUAL.people, outcome, page);
    }

    /// The people of this scene, at their phones.
    public Humans humans() {
        var humans = new Humans();
        for (int i = 0; i < people.size(); i++) {
            humans.at(PEOPLE.get(i), people.get(i));
        }
        return humans;
    }
}
