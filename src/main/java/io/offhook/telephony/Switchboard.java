package io.offhook.telephony;

import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/// Where calls arrive; `live` implements it, provider adapters call it. Methods return at once and may be called on any
/// event loop; every stage completes within a second whatever else is slow or broken, and never exceptionally.
public interface Switchboard {

    /// A call rings. The same call may ring twice: the answer then is the same instruction with a fresh token.
    CompletionStage<Instruction> incoming(IncomingCall call);

    /// Tells whether the token was made for this call, is fresh, and was never used on any node; uses it up.
    CompletionStage<Boolean> redeem(CallId call, String token);

    /// A stream whose token was redeemed. Must be called on the event loop of the stream, which from then on is the
    /// call's own.
    ///
    /// @return where the stream's events go, on the same event loop; empty when the call can't be taken: then close
    Optional<Consumer<CallEvent>> connect(CallId call, Leg leg);

    /// Asked whenever the previous instruction has come to its end. May be asked on any node.
    CompletionStage<Instruction> next(Progress progress);

    /// A caller stands in a queue. May be asked on any node.
    default CompletionStage<Hold> waiting(Waiting waiting) {
        return CompletableFuture.completedStage(Hold.usual());
    }

    /// A human has picked up for this call and is asked whether to take it. May be asked on any node.
    default CompletionStage<Whisper> whisper(CallId call) {
        return CompletableFuture.completedStage(Whisper.OF_NOTHING);
    }

    /// That human has taken the call. Completes when the caller may be put through.
    ///
    /// @param step of the route at which the human was rung; empty when the provider does not say
    default CompletionStage<Boolean> accepted(CallId call, OptionalInt step) {
        return CompletableFuture.completedStage(true);
    }

    /// The provider's last word: the call is over.
    ///
    /// @param status the provider's word for how, such as `completed`
    void over(CallId call, String status);

    /// A voicemail was left. May be told more than once, on any node. Completes when it is stored, which may take longer
    /// than a second.
    ///
    /// @param mailbox the name of the mailbox that it is for; empty when the destination has none
    /// @return whether it is safe; if not, it must be told again
    CompletionStage<Boolean> recorded(CallId call, String recording, int seconds, Optional<String> mailbox);
}
