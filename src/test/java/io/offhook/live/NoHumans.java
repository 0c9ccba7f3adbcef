package io.offhook.live;

import io.offhook.call.PhoneNumber;
import io.offhook.telephony.HumanLegs;
import io.offhook.telephony.Meeting;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/// A provider that reaches nobody, unless it is told to.
final class NoHumans implements HumanLegs {
    volatile boolean reachable;
    final List<Meeting> rung = new CopyOnWriteArrayList<>();
    private final List<String> dismissed;

    /// @param dismissed who was sent away
    NoHumans(List<String> dismissed) {
        this.dismissed = dismissed;
    }

    @Override
    public Rung ring(Meeting meeting, PhoneNumber human, PhoneNumber from, Duration patience) {
        rung.add(meeting);
        return reachable ? new Rung.Ringing(leg(meeting)) : new Rung.Failed("nobody");
    }

    @Override
    public boolean dismiss(String leg, String say, String language) {
        dismissed.add(leg);
        return true;
    }

    static String leg(Meeting meeting) {
        return "CAhuman" + meeting.attempt();
    }

    @Override
    public boolean recall(Meeting meeting) {
        return true;
    }
}
