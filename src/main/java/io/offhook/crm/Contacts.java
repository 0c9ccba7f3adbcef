package io.offhook.crm;

import io.offhook.call.PhoneNumber;
import java.time.Instant;
import java.util.Optional;

/// What this server remembers of earlier calls, whichever CRM is in use. Blocks; any thread.
public interface Contacts {
    /// The latest contact with this number that ended after `since` and had a topic.
    Optional<LastContact> last(PhoneNumber number, Instant since) throws CrmFailure, InterruptedException;
}
