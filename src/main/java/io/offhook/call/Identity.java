package io.offhook.call;

/// How far it is known that the caller is who they seem to be. Two things that prove different ones: a number may be
/// genuine and somebody else at the phone.
///
/// @param verified    whether the caller has proved it in this call: one of the operator's tools has said so
/// @param attestation the network's word on the number: `A`, `B`, `C` or `failed`; empty when it says nothing
public record Identity(boolean verified, String attestation) {
    /// The fact by which a tool says so: its answer has `"caller_verified": true`.
    public static final String VERIFIED = "caller_verified";

    /// The number is probably borrowed.
    public static final String FAILED = "failed";

    public static final Identity UNKNOWN = new Identity(false, "");

    /// Whoever calls with a borrowed number has proved nothing.
    static Identity of(Signals signals, String attestation) {
        return new Identity("true".equals(signals.facts().get(VERIFIED)) && !attestation.equals(FAILED), attestation);
    }
}
