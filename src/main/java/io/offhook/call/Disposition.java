package io.offhook.call;

import java.util.List;

/// How the call ended.
///
/// @param reason constant slug, such as `goodbye`, `caller_hangup`, `engine_unreachable`
public record Disposition(Outcome outcome, String reason) {
    /// The caller hung up on the agent.
    public static final Disposition HUNG_UP = new Disposition(Outcome.HUNG_UP, "caller_hangup");

    /// How a call ended that was handed over: what came of the way to a human, whatever order the provider tells it in.
    ///
    /// @param results  of the steps of the route that were taken
    /// @param recorded whether a message of the caller is known
    public static Disposition after(Handoff handoff, List<Route.Result> results, boolean recorded) {
        var outcome = results.contains(Route.Result.ACCEPTED)
                ? Outcome.TRANSFERRED
                : recorded || results.contains(Route.Result.VOICEMAIL)
                        ? Outcome.VOICEMAIL
                        : results.contains(Route.Result.CALLBACK) ? Outcome.CALLBACK : Outcome.ABANDONED;
        return new Disposition(outcome, handoff.cause().slug());
    }

    /// The closed set of outcomes.
    public enum Outcome {
        /// The agent finished the call, and the caller heard the goodbye.
        RESOLVED,
        /// The caller hung up while talking to the agent.
        HUNG_UP,
        /// A human took the caller.
        TRANSFERRED,
        /// The caller left a message.
        VOICEMAIL,
        /// The caller agreed to be called back.
        CALLBACK,
        /// The caller hung up on the way to a human, and left no message.
        ABANDONED,
        /// The call was not admitted or broke.
        FAILED;

        /// For example `hung-up`.
        public String slug() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }
}
