package io.offhook.desk;

import io.offhook.call.CallId;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// Links to the page about one handoff: `call.expiry.signature`. A link opens the page of its call only, for a while,
/// and only for somebody who is logged in. Any thread, any node.
public final class HandoffLinks {
    static final String PATH = "/desk/handoff/";

    private static final Pattern FORM =
            Pattern.compile("([A-Za-z0-9_-]{1,64})\\.(\\d{1,12})\\.([A-Za-z0-9_-]{20,64})");

    private final Seal seal;
    private final Duration life;
    private final InstantSource clock;

    /// What a genuine link leads to.
    record Target(CallId call, Instant until) {}

    public HandoffLinks(List<String> secrets, Duration life, InstantSource clock) {
        this.seal = new Seal(secrets, "offhook handoff link");
        this.life = life;
        this.clock = clock;
    }

    /// The path of the page, good from now on.
    public String path(CallId call) {
        var body = call.value() + "." + clock.instant().plus(life).getEpochSecond();
        return PATH + body + "." + seal.sign(body);
    }

    /// What the last part of such a path leads to, expired or not; empty when it was not made by us.
    Optional<Target> read(String token) {
        var form = FORM.matcher(token);
        if (!form.matches() || !seal.genuine(form.group(1) + "." + form.group(2), form.group(3))) {
            return Optional.empty();
        }
        return Optional.of(
                new Target(new CallId(form.group(1)), Instant.ofEpochSecond(Long.parseLong(form.group(2)))));
    }
}
