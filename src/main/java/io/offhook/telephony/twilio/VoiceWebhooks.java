package io.offhook.telephony.twilio;

/// Where Twilio turns for a number: for a call, when that fails, and when the call is over. `""` where there is none,
/// as Twilio has it.
public record VoiceWebhooks(
        String voiceUrl,
        String voiceMethod,
        String fallbackUrl,
        String fallbackMethod,
        String statusUrl,
        String statusMethod) {

    /// Whether both send callers to the same places. The method of an address that isn't there means nothing.
    public boolean sameAs(VoiceWebhooks other) {
        return same(voiceUrl, voiceMethod, other.voiceUrl, other.voiceMethod)
                && same(fallbackUrl, fallbackMethod, other.fallbackUrl, other.fallbackMethod)
                && same(statusUrl, statusMethod, other.statusUrl, other.statusMethod);
    }

    private static boolean same(String url, String method, String otherUrl, String otherMethod) {
        return url.equals(otherUrl) && (url.isEmpty() || method.equalsIgnoreCase(otherMethod));
    }
}
