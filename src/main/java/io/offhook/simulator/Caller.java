package io.offhook.simulator;

import java.util.LinkedHashMap;
import java.util.Map;

/// Who phones which number, and what else the carrier knows about it: `CallerName`, `FromCity`, `StirVerstat`,
/// `ForwardedFrom` and the like.
public record Caller(String from, String to, Map<String, String> extras) {
    public Caller {
        extras = Map.copyOf(extras);
    }

    public static Caller of(String from, String to) {
        return new Caller(from, to, Map.of());
    }

    /// A withheld number, as Twilio spells it on the keypad.
    public static Caller anonymous(String to) {
        return of("+266696687", to);
    }

    public Caller with(String parameter, String value) {
        var more = new LinkedHashMap<>(extras);
        more.put(parameter, value);
        return new Caller(from, to, more);
    }

    @Override
    public String toString() {
        return "Caller[***" + from.substring(Math.max(0, from.length() - 2)) + "]";
    }
}
