package io.offhook.store;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Messages that must leave the house, whatever happens to it: each is delivered at least once, and in its call's order
/// to each receiver. Methods block and throw `StoreException`: call them on virtual threads only.
///
/// ```
/// fact --> event --address--> waiting --claim--> claimed --done--> done
///                                ^                  |
///                                +------retry-------+--bury--> dead
///                                +--------------revive----------+
/// ```
///
/// The order rule: of the messages of one call to one receiver, only the first that is neither done nor dead can be
/// claimed. So a message that is still being tried holds back the later ones of its call, for that receiver and for as
/// long as tries go on; one that is dead holds back none. A dead message that is revived comes late, and is the only
/// thing that may.
public interface Outbox {
    /// Events that nobody has addressed yet, oldest first and in order within a call; those of calls whose agent is not
    /// known come after all others.
    List<OutboxEvent> unaddressed(int limit);

    /// Puts in the messages that tell of an event and marks it as addressed, both or neither. A message that is already
    /// there stays as it is.
    void address(OutboxEvent event, List<OutboxMessage> messages, Instant now);

    /// Receivers for whom something can be claimed.
    List<OutboxMessage.Target> due(Instant now);

    /// Takes messages for delivery: nobody else gets them until the lease ends. Counts as an attempt of each.
    List<OutboxMessage> claim(OutboxMessage.Target target, int limit, Instant now, Duration lease);

    /// Delivered. Holds even when the claim had run out.
    void done(OutboxMessage message, Instant now);

    /// Not delivered: it waits until `next`. Without effect when somebody else has claimed it since.
    void retry(OutboxMessage message, Instant next, String error);

    /// Given up. Without effect when somebody else has claimed it since.
    void bury(OutboxMessage message, String error, Instant now);

    /// Sends a dead message again, as if it were new.
    ///
    /// @return whether it was dead
    boolean revive(String id, Instant now);

    Optional<OutboxMessage> find(String id);

    /// Messages in this state, oldest first; of all states when empty.
    List<OutboxMessage> list(Optional<OutboxMessage.State> state, int limit);

    Load load();

    /// Forgets what was done, or given up, before this time.
    ///
    /// @return how many messages
    int forget(Instant before);

    /// How full it is.
    ///
    /// @param waiting neither done nor dead
    /// @param oldest  since when the oldest of those waits
    record Load(long waiting, long dead, Optional<Instant> oldest) {}
}
