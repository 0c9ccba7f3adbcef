package io.offhook.live;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.telephony.IncomingCall;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// One-time tokens that bind a media stream to its call, and tell how it was announced:
/// `nonce.expiry.announcement.signature`. Signed with a secret that all nodes share, so that any node can check one,
/// and knows who calls whom, without asking the store: it may be down, or not have heard of the call yet. Any thread.
final class StreamTokens {
    private static final Duration LIFE = Duration.ofSeconds(60);
    /// Nodes' clocks may differ this much.
    private static final Duration SKEW = Duration.ofSeconds(60);
    /// The provider carries 500 characters, the parameter's name among them.
    private static final int MAX_LENGTH = 480;
    /// All that it says is in its first 24.
    private static final int MAX_VERSTAT = 40;

    private final SecureRandom random = new SecureRandom();
    private final List<byte[]> keys;
    private final java.util.function.LongSupplier wallMillis;
    private final ConcurrentHashMap<String, Long> used = new ConcurrentHashMap<>();

    /// @param secrets the first signs, all verify (during rotation there are two)
    StreamTokens(List<String> secrets, java.util.function.LongSupplier wallMillis) {
        this.keys = secrets.stream()
                .map(secret -> hmac(secret.getBytes(StandardCharsets.UTF_8), "offhook stream token"))
                .toList();
        this.wallMillis = wallMillis;
    }

    String issue(IncomingCall call) {
        var nonce = new byte[16];
        random.nextBytes(nonce);
        var body = HexFormat.of().formatHex(nonce) + "." + (wallMillis.getAsLong() + LIFE.toMillis()) + "." + told(call);
        return body + "." + signature(keys.getFirst(), call.id(), body);
    }

    /// A token that was good.
    record Proof(String nonce, IncomingCall call) {}

    /// What the token says if it is genuine, for this call, fresh, and new to this node; uses it up.
    Optional<Proof> redeem(CallId call, String token) {
        var parts = token.length() > MAX_LENGTH ? new String[0] : token.split("\\.", -1);
        if (parts.length != 4 || !parts[1].matches("\\d{1,18}")) {
            return Optional.empty();
        }
        var body = parts[0] + "." + parts[1] + "." + parts[2];
        boolean genuine = keys.stream()
                .anyMatch(key -> MessageDigest.isEqual(
                        signature(key, call, body).getBytes(StandardCharsets.UTF_8),
                        parts[3].getBytes(StandardCharsets.UTF_8)));
        long now = wallMillis.getAsLong();
        long expiry = Long.parseLong(parts[1]);
        if (!genuine || expiry + SKEW.toMillis() < now) {
            return Optional.empty();
        }
        used.values().removeIf(end -> end + 2 * SKEW.toMillis() < now);
        return used.putIfAbsent(parts[0], expiry) == null
                ? Optional.of(new Proof(parts[0], heard(call, parts[2])))
                : Optional.empty();
    }

    private static String told(IncomingCall call) {
        var verstat = call.verstat().substring(0, Math.min(call.verstat().length(), MAX_VERSTAT));
        var text = number(call.from()) + "|" + number(call.to()) + "|" + verstat;
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String number(Optional<PhoneNumber> number) {
        return number.map(PhoneNumber::e164).orElse("");
    }

    /// Only of what was signed here.
    private static IncomingCall heard(CallId call, String told) {
        var parts = new String(Base64.getUrlDecoder().decode(told), StandardCharsets.UTF_8).split("\\|", 3);
        return IncomingCall.elsewhere(call, PhoneNumber.parse(parts[0]), PhoneNumber.parse(parts[1]), parts[2]);
    }

    /// A stable name for something that must not be told, such as a phone number.
    String hash(String secret) {
        return HexFormat.of().formatHex(hmac(keys.getFirst(), "name|" + secret), 0, 16);
    }

    private static String signature(byte[] key, CallId call, String body) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hmac(key, call.value() + "|" + body));
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
