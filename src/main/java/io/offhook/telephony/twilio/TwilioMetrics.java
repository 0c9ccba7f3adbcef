package io.offhook.telephony.twilio;

/// Counts what goes wrong on the line to Twilio. The slugs are the constants here and no others, so they can serve as
/// metric tags. May be called on any thread; must not block or throw.
@FunctionalInterface
public interface TwilioMetrics {
    String BAD_SIGNATURE = "bad_signature";
    String BAD_ACCOUNT = "bad_account";
    String BAD_REQUEST = "bad_request";
    String BODY_TOO_BIG = "body_too_big";
    String ANSWER_LATE = "answer_late";
    String STREAM_ERROR = "stream_error";
    String TOO_MANY_STREAMS = "too_many_streams";
    String NO_START = "no_start";
    String BAD_START = "bad_start";
    String BAD_TOKEN = "bad_token";
    String EARLY_FRAME = "early_frame";
    String SECOND_START = "second_start";
    String UNKNOWN_EVENT = "unknown_event";
    String JUNK_FRAME = "junk_frame";
    String BINARY_FRAME = "binary_frame";
    String FRAME_TOO_BIG = "frame_too_big";
    String DTMF_DROPPED = "dtmf_dropped";
    String AUDIO_DROPPED = "audio_dropped";
    String BACKPRESSURE = "backpressure";
    String STREAM_SILENT = "stream_silent";
    String STREAM_LOST = "stream_lost";

    void count(String slug);
}
