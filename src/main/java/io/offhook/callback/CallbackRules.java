package io.offhook.callback;

import io.offhook.call.Destination;
import io.offhook.call.OpeningHours;
import io.offhook.call.PhoneNumber;
import io.offhook.store.Wish;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Optional;

/// When and by whom a caller is called back. Pure.
///
/// An attempt goes round all humans, one try for each. A human who does not take it makes room for the next one at
/// once; a caller who can't be reached ends the attempt, since the next human would not reach them either.
public record CallbackRules(Destination.Callback how, Optional<OpeningHours> hours) {
    static final String NOBODY = "nobody-to-ring";
    static final String TOO_OLD = "too-old";
    static final String ASKED_AGAIN = "asked-again";
    /// The hours may be changed meanwhile.
    private static final Duration LOOK_AGAIN = Duration.ofHours(1);
    private static final Duration LONGEST_PAUSE = Duration.ofHours(4);

    /// A wish whose time has come.
    ///
    /// @param wish with this try counted
    Next due(Wish wish, Instant now) {
        int each = how.humans().size();
        if (each == 0) {
            return new Next.End(Wish.State.KEPT, NOBODY);
        }
        if (now.isAfter(wish.askedAt().plus(how.within()))) {
            return new Next.End(Wish.State.GIVEN_UP, TOO_OLD);
        }
        if (wish.tries() > each * how.attempts()) {
            return new Next.End(Wish.State.GIVEN_UP, wish.result());
        }
        return closedUntil(now).<Next>map(Next.Wait::new).orElseGet(() -> {
            var humans = new ArrayList<PhoneNumber>(how.humans());
            Collections.rotate(humans, -((wish.tries() - 1) % each));
            return new Next.Ring(humans);
        });
    }

    private Optional<Instant> closedUntil(Instant now) {
        return hours.filter(times -> !times.open(now)).map(times -> {
            var later = now.plus(LOOK_AGAIN);
            return times.nextOpening(now).filter(later::isAfter).orElse(later);
        });
    }

    /// A try has ended.
    Next after(Wish wish, Result result, Instant now) {
        if (result == Result.CONNECTED) {
            return new Next.End(Wish.State.CONNECTED, result.slug());
        }
        int each = Math.max(1, how.humans().size());
        if (result.ofHuman() && wish.tries() % each != 0) {
            return new Next.Again(now, wish.tries());
        }
        int attempts = (wish.tries() + each - 1) / each;
        return attempts >= how.attempts()
                ? new Next.End(Wish.State.GIVEN_UP, result.slug())
                : new Next.Again(now.plus(pause(attempts)), attempts * each);
    }

    private Duration pause(int attempts) {
        var longest = how.every().compareTo(LONGEST_PAUSE) > 0 ? how.every() : LONGEST_PAUSE;
        var doubled = how.every().multipliedBy(1L << Math.min(20, attempts - 1));
        return doubled.compareTo(longest) > 0 ? longest : doubled;
    }
}
