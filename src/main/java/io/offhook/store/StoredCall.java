package io.offhook.store;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.PhoneNumber;
import java.time.Instant;
import java.util.Optional;

/// One call as it stands in the store.
///
/// @param phase see `Fact.PhaseChanged`
public record StoredCall(
        CallId id,
        String agent,
        Optional<PhoneNumber> from,
        Optional<PhoneNumber> to,
        String phase,
        Instant startedAt,
        Optional<Instant> endedAt,
        Optional<Disposition> disposition) {}
