package io.offhook.telephony;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import java.util.Optional;

/// A call that rings.
///
/// @param from     empty when withheld, `sip:` or `client:`
/// @param to       the number called; empty when it isn't one
/// @param verstat  the provider's word on the caller id (`StirVerstat`), or empty
/// @param over     the provider says in the same request that the call has ended already
/// @param request  the provider's mark of this request, the same when it is sent again; empty when it sends none
public record IncomingCall(
        CallId id,
        Optional<PhoneNumber> from,
        Optional<PhoneNumber> to,
        String verstat,
        boolean over,
        String request) {
    /// In the place of the provider's word where nobody here has seen the request that announced the call.
    public static final String UNTOLD = "untold";

    /// A call that was announced to another node, or to this one before it forgot.
    ///
    /// @param verstat as above, or `UNTOLD`
    public static IncomingCall elsewhere(
            CallId id, Optional<PhoneNumber> from, Optional<PhoneNumber> to, String verstat) {
        return new IncomingCall(id, from, to, verstat, false, "");
    }

    /// Whether it may be that the provider has warned of the number.
    public boolean untold() {
        return verstat.equals(UNTOLD);
    }
}
