package io.offhook.desk;

import io.offhook.call.CallId;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Who is logged in: signed cookies, `since.seen.name.signature`, so that a session goes on on any node and over a
/// restart. It ends after half an hour without a look, after twelve hours in any case, and with the admin token. Any
/// thread.
final class DeskSessions {
    static final Duration IDLE = Duration.ofMinutes(30);
    static final Duration LONGEST = Duration.ofHours(12);

    private static final Pattern FORM =
            Pattern.compile("(\\d{1,12})\\.(\\d{1,12})\\.([0-9a-f]{32})\\.([A-Za-z0-9_-]{20,64})");
    /// Nodes' clocks may differ this much.
    private static final Duration SKEW = Duration.ofSeconds(60);
    private static final int MOST_OPENED = 10_000;

    private final SecureRandom random = new SecureRandom();
    private final Seal seal;
    private final InstantSource clock;
    private final Set<String> opened = new LinkedHashSet<>();

    /// One person's login.
    ///
    /// @param name random; tells sessions apart in the log
    record Session(Instant since, Instant seen, String name) {
        private String body() {
            return since.getEpochSecond() + "." + seen.getEpochSecond() + "." + name;
        }
    }

    DeskSessions(List<String> secrets, String adminToken, InstantSource clock) {
        var keys = new ArrayList<String>();
        secrets.forEach(secret -> keys.add(secret + "|" + adminToken));
        this.seal = new Seal(keys, "offhook desk session");
        this.clock = clock;
    }

    Session begin() {
        var name = new byte[16];
        random.nextBytes(name);
        return new Session(clock.instant(), clock.instant(), HexFormat.of().formatHex(name));
    }

    String cookie(Session session) {
        return session.body() + "." + seal.sign(session.body());
    }

    /// The session of this cookie, seen now; empty when it is over or was never one.
    Optional<Session> read(String cookie) {
        var form = FORM.matcher(cookie);
        if (!form.matches()) {
            return Optional.empty();
        }
        var session = new Session(
                Instant.ofEpochSecond(Long.parseLong(form.group(1))),
                Instant.ofEpochSecond(Long.parseLong(form.group(2))),
                form.group(3));
        var now = clock.instant();
        boolean live = seal.genuine(session.body(), form.group(4))
                && now.isBefore(session.seen().plus(IDLE))
                && now.isBefore(session.since().plus(LONGEST))
                && session.seen().isBefore(now.plus(SKEW));
        return live ? Optional.of(new Session(session.since(), now, session.name())) : Optional.empty();
    }

    /// The session has opened the page of this call, and may load it again while it lasts.
    synchronized void opened(Session session, CallId call) {
        opened.add(session.name() + call.value());
        if (opened.size() > MOST_OPENED) {
            opened.remove(opened.iterator().next());
        }
    }

    synchronized boolean hasOpened(Session session, CallId call) {
        return opened.contains(session.name() + call.value());
    }
}
