package io.offhook.simulator;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/// A conference and the legs in it, which hear each other once it has begun: when two are in it, and one of them was to
/// start it. Any thread may use it.
public final class CarrierConference {
    /// What the account is told about it, once the first who came has said where.
    ///
    /// @param to what takes the events, in their order
    record Reports(List<String> events, java.util.function.Consumer<Map<String, String>> to) {}

    /// One call in the conference; its settings go by the names of their REST parameters.
    ///
    /// @param call empty for one that is only there by name
    public record Member(
            String callSid, String label, Map<String, String> settings, Optional<SimulatedCall> call) {
        boolean on(String parameter) {
            return settings.getOrDefault(parameter, "false").equalsIgnoreCase("true");
        }

        boolean starts() {
            return settings.getOrDefault("StartConferenceOnEnter", "true").equalsIgnoreCase("true");
        }

        private boolean beeps(String when) {
            var beep = settings.getOrDefault("Beep", "true");
            return beep.equalsIgnoreCase("true") || beep.equalsIgnoreCase(when);
        }
    }

    private final String sid = Sids.random("CF");
    private final String name;
    private final List<Member> members = new CopyOnWriteArrayList<>();
    private final AtomicInteger sequence = new AtomicInteger();
    private volatile Optional<Reports> reports = Optional.empty();
    private volatile boolean begun;
    private volatile boolean over;
    private volatile String reason = "";

    CarrierConference(String name) {
        this.name = name;
    }

    public String sid() {
        return sid;
    }

    public String name() {
        return name;
    }

    public boolean over() {
        return over;
    }

    /// Whether those who are in it hear each other.
    public boolean begun() {
        return begun;
    }

    /// Why it is over, in Twilio's words; empty before.
    public String reason() {
        return reason;
    }

    public List<Member> members() {
        return List.copyOf(members);
    }

    public CarrierConference join(String callSid, String label) {
        enter(new Member(callSid, label, new ConcurrentHashMap<>(), Optional.empty()), Optional.empty());
        return this;
    }

    /// @param first where events go, if nobody before has said so
    /// @return false when it was over already, or full
    synchronized boolean enter(Member member, Optional<Reports> first) {
        int most = Integer.parseInt(member.settings().getOrDefault("MaxParticipants", "250"));
        if (over || members.size() >= most) {
            return false;
        }
        if (members.isEmpty()) {
            reports = first;
        }
        members.add(member);
        report("participant-join", "join", Optional.of(member), Map.of());
        if (member.beeps("onEnter")) {
            beep();
        }
        if (!begun && members.size() > 1 && members.stream().anyMatch(Member::starts)) {
            begun = true;
            report("conference-start", "start", Optional.empty(), Map.of());
            members.forEach(each -> each.call().ifPresent(call -> call.step(at -> new CallStep.Bridged(at, name))));
        }
        return true;
    }

    /// The leg leaves; where it was to take the conference with it, that is over.
    public synchronized void leave(String callSid) {
        var leaving = member(callSid);
        if (leaving.isEmpty()) {
            return;
        }
        members.remove(leaving.get());
        report("participant-leave", "leave", leaving, Map.of());
        if (leaving.get().beeps("onExit")) {
            beep();
        }
        if (leaving.get().on("EndConferenceOnExit")) {
            end("participant-with-end-conference-on-exit-left", callSid);
        } else if (members.isEmpty()) {
            end("last-participant-left", callSid);
        }
    }

    public synchronized void end() {
        end("conference-ended-via-api", "");
    }

    private void end(String why, String by) {
        if (over) {
            return;
        }
        over = true;
        reason = why;
        for (var member : members) {
            report("participant-leave", "leave", Optional.of(member), Map.of());
        }
        members.clear();
        report("conference-end", "end", Optional.empty(), by.isEmpty()
                ? Map.of("ReasonConferenceEnded", why)
                : Map.of("ReasonConferenceEnded", why, "CallSidEndingConference", by));
    }

    private void beep() {
        members.forEach(each -> each.call().ifPresent(call -> call.step(CallStep.Beeped::new)));
    }

    /// By call SID or label.
    Optional<Member> member(String callSidOrLabel) {
        return members.stream()
                .filter(each -> each.callSid().equals(callSidOrLabel)
                        || (!each.label().isEmpty() && each.label().equals(callSidOrLabel)))
                .findFirst();
    }

    String status() {
        return over ? "completed" : members.size() < 2 ? "init" : "in-progress";
    }

    /// What one of them hears of the others between two moments of the carrier's clock.
    byte[] heardBy(String callSid, long fromNanos, int bytes) {
        var mix = new int[bytes];
        var silent = new byte[bytes];
        Arrays.fill(silent, MuLaw.SILENCE);
        if (!begun || member(callSid).filter(each -> each.on("Hold")).isPresent()) {
            return silent;
        }
        for (var other : members) {
            if (other.callSid().equals(callSid) || other.on("Muted") || other.on("Hold")) {
                continue;
            }
            other.call().ifPresent(call -> {
                var voice = call.voice().read(call.position(fromNanos), bytes);
                for (int i = 0; i < bytes; i++) {
                    mix[i] += MuLaw.decode(voice[i]);
                }
            });
        }
        for (int i = 0; i < bytes; i++) {
            silent[i] = mix[i] == 0 ? MuLaw.SILENCE : MuLaw.encode(mix[i]);
        }
        return silent;
    }

    private void report(String event, String word, Optional<Member> about, Map<String, String> more) {
        int number = sequence.incrementAndGet();
        reports.filter(to -> to.events().contains(word)).ifPresent(to -> {
            var form = new java.util.LinkedHashMap<String, String>();
            form.put("ConferenceSid", sid);
            form.put("FriendlyName", name);
            form.put("StatusCallbackEvent", event);
            form.put("SequenceNumber", String.valueOf(number));
            about.ifPresent(member -> {
                form.put("CallSid", member.callSid());
                form.put("Muted", String.valueOf(member.on("Muted")));
                form.put("Hold", String.valueOf(member.on("Hold")));
                form.put("Coaching", String.valueOf(member.on("Coaching")));
                form.put("EndConferenceOnExit", String.valueOf(member.on("EndConferenceOnExit")));
                form.put("StartConferenceOnEnter", String.valueOf(member.starts()));
                if (!member.label().isEmpty()) {
                    form.put("ParticipantLabel", member.label());
                }
            });
            form.putAll(more);
            to.to().accept(form);
        });
    }
}
