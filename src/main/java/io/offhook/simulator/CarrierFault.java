package io.offhook.simulator;

import java.time.Duration;
import java.util.Map;

/// Something that goes wrong between the carrier and the server. Given to a carrier it happens on every call, given to
/// a ring on that one. `after` counts from the stream's start, in the network's time.
public sealed interface CarrierFault {
    /// The stream's socket is dropped without `stop` and without a close; the call lives and goes on in its TwiML.
    record Cut(Duration after) implements CarrierFault {}

    /// No media, no close, and no answer to a close; the call ends only when the caller hangs up.
    record HalfOpen(Duration after) implements CarrierFault {}

    /// Audio is played, marks never come back.
    record NoMarks() implements CarrierFault {}

    /// `connected`, and then nothing.
    record NeverStart() implements CarrierFault {}

    /// A second `start`, with another stream's id.
    record SecondStart(Duration after) implements CarrierFault {}

    /// The caller hangs up and no `stop` is sent.
    record NoStop() implements CarrierFault {}

    /// The status `completed` is delivered before the stream hears of the end.
    record StatusBeforeStop() implements CarrierFault {}

    /// The status `completed` is delivered this much later.
    record LateStatus(Duration by) implements CarrierFault {}

    /// Every webhook and status callback is sent twice, the second time with the same idempotency token and at the
    /// same moment; the answer to the second is ignored.
    record DuplicateWebhooks() implements CarrierFault {}

    /// The voice webhook is repeated when the call is over.
    record LateWebhook() implements CarrierFault {}

    /// The stream reads nothing for this long.
    record SlowReader(Duration after, Duration lasting) implements CarrierFault {}

    record Junk(Kind kind, Duration after) implements CarrierFault {
        /// What arrives instead of a message.
        public enum Kind {
            NOT_JSON,
            WRONG_TYPES,
            UNKNOWN_EVENT,
            BINARY,
            DEEP_NESTING,
            OVERSIZE
        }
    }

    /// So many keys within one frame.
    record DtmfFlood(char digit, int count, Duration after) implements CarrierFault {}

    /// Of every `every` frames, the last `lost` never arrive; the timestamp jumps. With `counted` the sequence number
    /// jumps too, as when messages are lost rather than audio.
    record MediaGaps(int every, int lost, boolean counted) implements CarrierFault {}

    /// Frames come in bunches: nothing for `every` frames, then all of them at once.
    record Jitter(int every) implements CarrierFault {}

    record WrongSignature(Where where) implements CarrierFault {}

    record MissingSignature(Where where) implements CarrierFault {}

    /// Which requests a bad signature rides on.
    enum Where {
        WEBHOOKS,
        STREAM;
    }

    /// The stream's custom parameters are replaced: by none, by altered ones, or by those of another call.
    record ParametersReplaced(Map<String, String> by) implements CarrierFault {}

    /// The server's close frame is never answered; media goes on until the socket is gone.
    record NeverAcknowledgesClose() implements CarrierFault {}

    /// The stream is never dialled: error 31902.
    record StreamRefused() implements CarrierFault {}
}
