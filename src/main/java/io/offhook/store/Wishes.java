package io.offhook.store;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Wishes to be called back. Written down as facts of their call (`Fact.CallbackAsked`), and worked off here by however
/// many nodes. Methods block and throw `StoreException`: call them on virtual threads only.
///
/// ```
/// asked --> waiting --claim--> ringing --taken--> connecting --> connected
///              ^                  |                   |
///              +------again-------+-------again-------+--end--> given-up, kept
/// ```
///
/// A try has a number. What is said of a wish holds only while it stands as it was read, with the same number: so of two
/// that ring for the same wish, because one was taken for dead, only the later can have it, and only once.
public interface Wishes {
    /// Whether something can be claimed.
    boolean due(Instant now);

    /// Takes wishes whose time has come, and numbers the try: nobody else gets them until the lease ends.
    List<Wish> claim(int limit, Instant now, Duration lease);

    /// Whether the caller has asked again since, so that this wish is part of another that is not settled.
    boolean askedAgain(Wish wish);

    /// Notes who is about to be rung.
    ///
    /// @return false when this human is rung, or talks, for another wish, or when the try is no longer the latest
    boolean rings(Wish wish, PhoneNumber human);

    /// The human of this try takes the wish; the same leg may say so twice.
    ///
    /// @param leg   the provider's name for the human's call
    /// @param lease how long the last word on it is waited for
    /// @return the wish; empty when this try can't have it
    Optional<Wish> taken(CallId call, int number, CallId leg, Instant now, Duration lease);

    /// Waits for the last word on a wish that was taken until then.
    void awaited(Wish wish, Instant until);

    /// Those that were taken, and whose last word has not come in its time.
    List<Wish> unheardOf(Instant now);

    /// Puts a wish back.
    ///
    /// @param tries counted from here on
    /// @return whether it stood as it was read
    boolean again(Wish wish, Instant at, int tries, String result);

    /// Settles a wish.
    ///
    /// @return whether it stood as it was read
    boolean end(Wish wish, Wish.State how, String result, Instant now);

    /// Settles a wish by hand, wherever it stands; the two who speak already are not parted.
    ///
    /// @return whether there was one that was not settled
    boolean cancel(CallId call, Instant now);

    /// Erases the numbers of callers who are no longer to be called, and the words that they agreed to; what became of
    /// their wishes stays.
    ///
    /// @param before wishes that were settled earlier than this
    /// @return how many were erased
    int erase(Instant before);

    Optional<Wish> find(CallId call);

    /// Oldest first.
    ///
    /// @param settled whether those are listed that are settled, or those that are not
    List<Wish> list(boolean settled, int limit);
}
