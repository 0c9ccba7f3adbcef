package io.offhook.live;

import io.offhook.call.PhoneNumber;
import io.offhook.telephony.HumanLegs;
import io.offhook.telephony.Meeting;
import java.time.Duration;
import java.util.List;

/// A provider that reaches nobody.
///
/// @param dismissed who was sent away
record NoHumans(List<String> dismissed) implements HumanLegs {
    @Override
    public Rung ring(Meeting meeting, PhoneNumber human, PhoneNumber from, Duration patience) {
        return new Rung.Failed("nobody");
    }

    @Override
    public boolean dismiss(String leg, String say, String language) {
        dismissed.add(leg);
        return true;
    }

    @Override
    public boolean recall(Meeting meeting) {
        return true;
    }
}
