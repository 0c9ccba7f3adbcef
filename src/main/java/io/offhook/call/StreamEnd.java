package io.offhook.call;

/// Why the caller's media stream is gone although we did not close it.
public enum StreamEnd {
    /// The provider said `stop`: the call is over or the provider took it elsewhere.
    STOPPED,
    /// The provider could not open it.
    FAILED,
    /// The socket closed without `stop`.
    LOST,
    /// No media and no close for ten seconds.
    SILENT,
    /// A message above the size limit.
    TOO_BIG,
    /// The provider doesn't read what we send; more than a minute of audio is waiting.
    BACKPRESSURE;

    /// For example `stream_lost`; stored, and used as a metric tag.
    public String slug() {
        return switch (this) {
            case TOO_BIG -> "frame_too_big";
            case BACKPRESSURE -> "backpressure";
            default -> "stream_" + name().toLowerCase(java.util.Locale.ROOT);
        };
    }
}
