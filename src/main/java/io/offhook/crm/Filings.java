package io.offhook.crm;

import io.offhook.call.CallId;
import java.util.Optional;

/// Which calls were filed in which CRM, so that a call is filed once and what comes later finds it. Blocks; any thread.
public interface Filings {
    /// @param id  what the CRM calls the interaction; empty when it gave no id
    /// @param key of the message that filed it
    record Filing(String id, String key) {}

    /// @param crm a name of its own for each CRM of each agent
    Optional<Filing> find(CallId call, String crm) throws CrmFailure;

    /// The first filing of a call stays.
    void keep(CallId call, String crm, Filing filing) throws CrmFailure;
}
