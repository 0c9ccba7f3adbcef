package io.offhook.telephony.twilio;

import java.time.Duration;

/// What one media stream may cost us, and how many may be unproven at a time.
///
/// @param maxMessageBytes  a larger message ends the stream
/// @param startWithin      from the upgrade to a proven `start`
/// @param silentAfter      a stream without media for this long is dead; media comes every 20 ms
/// @param maxWaitingBytes  what may wait to be read by Twilio: a minute of audio is 640 KB of base64
/// @param maxUnproven      streams on this server that have not proven themselves yet
/// @param check            how often the times above are looked at
public record TwilioLimits(
        int maxMessageBytes,
        Duration startWithin,
        Duration silentAfter,
        long maxWaitingBytes,
        int maxUnproven,
        Duration check) {
    public static final TwilioLimits DEFAULT = new TwilioLimits(
            64 << 10, Duration.ofSeconds(5), Duration.ofSeconds(10), 640_000, 2_000, Duration.ofSeconds(1));

    public TwilioLimits {
        if (maxMessageBytes < 4 << 10 || maxMessageBytes > 256 << 10) {
            throw new IllegalArgumentException("the largest media message must be between 4 KiB and 256 KiB");
        }
    }
}
