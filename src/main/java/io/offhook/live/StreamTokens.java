package io.offhook.live;

import io.offhook.call.CallId;
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

/// One-time tokens that bind a media stream to its call: `nonce.expiry.signature`. Signed with a secret that all nodes
/// share, so that any node can check one without asking the store, even while the store is down. Any thread.
final class StreamTokens {
    private static final Duration LIFE = Duration.ofSeconds(60);
    /// Nodes' clocks may differ this much.
    private static final Duration SKEW = Duration.ofSeconds(60);
    private static final int MAX_LENGTH = 160;

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

    String issue(CallId call) {
        var nonce = new byte[16];
        random.nextBytes(nonce);
        var body = HexFormat.of().formatHex(nonce) + "." + (wallMillis.getAsLong() + LIFE.toMillis());
        return body + "." + signature(keys.getFirst(), call, body);
    }

    /// The token's nonce if the token is genuine, for this call, fresh, and new to this node; uses it up.
    Optional<String> redeem(CallId call, String token) {
        var parts = token.length() > MAX_LENGTH ? new String[0] : token.split("\\.", -1);
        if (parts.length != 3 || !parts[1].matches("\\d{1,18}")) {
            return Optional.empty();
        }
        var body = parts[0] + "." + parts[1];
        boolean genuine = keys.stream()
                .anyMatch(key -> MessageDigest.isEqual(
                        signature(key, call, body).getBytes(StandardCharsets.UTF_8),
                        parts[2].getBytes(StandardCharsets.UTF_8)));
        long now = wallMillis.getAsLong();
        long expiry = Long.parseLong(parts[1]);
        if (!genuine || expiry + SKEW.toMillis() < now) {
            return Optional.empty();
        }
        used.values().removeIf(end -> end + 2 * SKEW.toMillis() < now);
        return used.putIfAbsent(parts[0], expiry) == null ? Optional.of(parts[0]) : Optional.empty();
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
