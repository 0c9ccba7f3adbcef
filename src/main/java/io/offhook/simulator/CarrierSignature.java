package io.offhook.simulator;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Signs as the carrier signs: written from Twilio's page "Webhooks security", and on purpose not shared with the
/// server's check.
final class CarrierSignature {
    static final String HEADER = "X-Twilio-Signature";

    private final SecretKeySpec key;

    CarrierSignature(String authToken) {
        key = new SecretKeySpec(authToken.getBytes(StandardCharsets.UTF_8), "HmacSHA1");
    }

    /// For a GET and for a WebSocket upgrade: the address alone.
    String sign(String url) {
        return sign(url, Map.of());
    }

    /// For a form post: the address, then each name and value, sorted by name.
    String sign(String url, Map<String, String> form) {
        var text = new StringBuilder(withoutFragment(url));
        new TreeMap<>(form).forEach((name, value) -> text.append(name).append(value));
        try {
            var mac = Mac.getInstance(key.getAlgorithm());
            mac.init(key);
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(text.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA1", e);
        }
    }

    /// The fragment holds connection overrides for the carrier itself; it is neither sent nor signed.
    static String withoutFragment(String url) {
        int hash = url.indexOf('#');
        return hash < 0 ? url : url.substring(0, hash);
    }
}
