package io.offhook.call;

/// How the call ended.
///
/// @param reason constant slug, such as `goodbye`, `caller_hangup`, `engine_unreachable`
public record Disposition(Outcome outcome, String reason) {

    /// The closed set of outcomes.
    public enum Outcome {
        /// The agent finished the call, and the caller heard the goodbye.
        RESOLVED,
        /// The caller hung up while talking to the agent.
        HUNG_UP,
        /// A human took the caller.
        TRANSFERRED,
        /// The caller left a message, or could have.
        VOICEMAIL,
        /// The caller hung up on the way to a human.
        ABANDONED,
        /// The call was not admitted or broke.
        FAILED;

        /// For example `hung-up`.
        public String slug() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }
}
