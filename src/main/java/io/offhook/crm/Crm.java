package io.offhook.crm;

import io.offhook.call.PhoneNumber;
import java.util.Optional;

/// Where the operator keeps customers. Every method blocks, so it is called on virtual threads only, and may be
/// interrupted at its deadline. Shared by all calls, so it must be thread-safe.
public interface Crm {
    /// The one customer with this number. Nobody, and also more than one, is empty: a household must not hear its
    /// neighbour's name.
    Optional<Caller> find(PhoneNumber number) throws CrmFailure, InterruptedException;

    /// Files the contact that is one call; a second time for the same call brings it up to date or does nothing.
    ///
    /// @return the contact's id for `note`, or an empty text when this CRM gave none; nothing when it keeps no contact
    ///     with such a caller
    Optional<String> open(Interaction interaction) throws CrmFailure, InterruptedException;

    /// Adds words to an interaction that `open` has returned. The same words twice are one note where the CRM can tell.
    void note(String interaction, String text) throws CrmFailure, InterruptedException;
}
