package io.offhook.callback;

import io.offhook.call.PhoneNumber;
import io.offhook.store.Wish;
import java.time.Instant;
import java.util.List;

/// What becomes of a wish.
sealed interface Next {
    /// One of these is rung: the first who is free.
    record Ring(List<PhoneNumber> humans) implements Next {}

    /// Nobody is rung before then, and the try does not count.
    record Wait(Instant until) implements Next {}

    /// The try has failed; the next one may begin then.
    ///
    /// @param tries counted from here on
    record Again(Instant at, int tries) implements Next {}

    record End(Wish.State how, String reason) implements Next {}
}
