package io.offhook.simulator;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/// A conference and the legs in it. Any thread may use it.
public final class CarrierConference {
    /// One call in the conference; its settings go by the names of their REST parameters.
    public record Member(String callSid, String label, Map<String, String> settings) {
        boolean on(String parameter) {
            return settings.getOrDefault(parameter, "false").equalsIgnoreCase("true");
        }
    }

    private final String sid = Sids.random("CF");
    private final String name;
    private final List<Member> members = new CopyOnWriteArrayList<>();
    private volatile boolean over;

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

    public List<Member> members() {
        return List.copyOf(members);
    }

    public CarrierConference join(String callSid, String label) {
        members.add(new Member(callSid, label, new ConcurrentHashMap<>()));
        return this;
    }

    /// The leg leaves; where it was to take the conference with it, that is over.
    public void leave(String callSid) {
        var leaving = member(callSid);
        members.removeIf(each -> each.callSid().equals(callSid));
        if (members.isEmpty()
                || leaving.filter(each -> each.on("EndConferenceOnExit")).isPresent()) {
            end();
        }
    }

    public void end() {
        over = true;
        members.clear();
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
}
