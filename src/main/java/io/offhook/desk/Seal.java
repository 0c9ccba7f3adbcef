package io.offhook.desk;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs short texts with keys that all nodes derive from the same secrets, so that any of them can check what another
/// has signed. Any thread.
final class Seal {
    private final List<byte[]> keys;

    /// @param secrets the first signs, all verify (during rotation there are two)
    /// @param purpose what is signed; a signature made for one purpose is worth nothing for another
    Seal(List<String> secrets, String purpose) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("signing takes a secret");
        }
        this.keys = secrets.stream()
                .map(secret -> hmac(secret.getBytes(StandardCharsets.UTF_8), purpose))
                .toList();
    }

    String sign(String text) {
        return signature(keys.getFirst(), text);
    }

    boolean genuine(String text, String signature) {
        var given = signature.getBytes(StandardCharsets.UTF_8);
        return keys.stream()
                .anyMatch(key -> MessageDigest.isEqual(signature(key, text).getBytes(StandardCharsets.UTF_8), given));
    }

    private static String signature(byte[] key, String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(hmac(key, text));
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
