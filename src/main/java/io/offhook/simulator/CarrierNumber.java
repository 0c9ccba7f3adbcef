package io.offhook.simulator;

import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// A phone number of the simulated account, and where its calls go. Any thread may change it.
public final class CarrierNumber {
    private final String sid = Sids.random("PN");
    private final String number;
    private final Instant bought = Instant.now();
    private final Map<String, String> settings = new ConcurrentHashMap<>();

    CarrierNumber(String number) {
        this.number = number;
        settings.put("FriendlyName", number);
        for (var each : new String[] {"Voice", "VoiceFallback", "Sms", "SmsFallback"}) {
            settings.put(each + "Method", "POST");
        }
        settings.put("StatusCallbackMethod", "POST");
    }

    public String sid() {
        return sid;
    }

    /// In E.164 form.
    public String number() {
        return number;
    }

    /// A setting by the name of its REST parameter, such as `VoiceUrl`; `""` where there is none.
    public String setting(String parameter) {
        return settings.getOrDefault(parameter, "");
    }

    /// Changes a setting as the console or another program would.
    public CarrierNumber set(String parameter, String value) {
        settings.put(parameter, value);
        return this;
    }

    /// Whether something else than the webhooks answers this number.
    boolean overridden() {
        return !setting("VoiceApplicationSid").isEmpty()
                || !setting("TrunkSid").isEmpty();
    }

    Instant bought() {
        return bought;
    }
}
