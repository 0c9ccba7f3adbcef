package io.offhook.simulator;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/// What the simulated account owns, as REST shows it: its type, its numbers, its conferences. Any thread may use it.
public final class CarrierAccount {
    private final List<CarrierNumber> numbers = new CopyOnWriteArrayList<>();
    private final List<CarrierConference> conferences = new CopyOnWriteArrayList<>();
    private final List<String> verified = new CopyOnWriteArrayList<>();
    private volatile boolean trial;
    private volatile String status = "active";

    CarrierAccount() {}

    /// From here on the account calls verified numbers only.
    public CarrierAccount trial() {
        trial = true;
        return this;
    }

    public CarrierAccount suspended() {
        status = "suspended";
        return this;
    }

    /// A number that a trial account may call, and that may be shown as the caller.
    public CarrierAccount verify(String number) {
        verified.add(number);
        return this;
    }

    /// Buys a number, in E.164 form.
    public CarrierNumber add(String number) {
        var bought = new CarrierNumber(number);
        numbers.add(bought);
        return bought;
    }

    public Optional<CarrierNumber> number(String e164) {
        return numbers.stream().filter(each -> each.number().equals(e164)).findFirst();
    }

    public List<CarrierNumber> numbers() {
        return List.copyOf(numbers);
    }

    /// Opens a conference with these calls in it.
    public CarrierConference conference(String name, String... callSids) {
        var conference = new CarrierConference(name);
        for (var sid : callSids) {
            conference.join(sid, "");
        }
        conferences.add(conference);
        return conference;
    }

    /// The conference of this name that runs; a new one if there is none.
    synchronized CarrierConference room(String name) {
        return conferences.stream()
                .filter(each -> each.name().equals(name) && !each.over())
                .findFirst()
                .orElseGet(() -> conference(name));
    }

    public List<CarrierConference> conferences() {
        return List.copyOf(conferences);
    }

    boolean isTrial() {
        return trial;
    }

    String status() {
        return status;
    }

    boolean mayCall(String number) {
        return !trial || verified.contains(number);
    }

    boolean mayCallFrom(String number) {
        return number(number).isPresent() || verified.contains(number);
    }
}
