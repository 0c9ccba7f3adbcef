package io.offhook.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.offhook.config.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// The header `Offhook-Signature`, which proves to a receiver that a webhook comes from us and when:
///
/// ```
/// Offhook-Signature: t=1795435200,v1=5257a869…          one for each secret while they are rotated
/// v1 = hex(HMAC-SHA256(secret, t + "." + body))
/// ```
///
/// Receivers in Java may use `verify`; docs/webhooks.md shows the same for others.
public final class WebhookSignature {
    public static final String HEADER = "Offhook-Signature";
    public static final Duration TOLERANCE = Duration.ofMinutes(5);

    private static final Pattern TIME = Pattern.compile("t=(\\d{1,12})");
    private static final int LONGEST_HEADER = 1_000;

    private WebhookSignature() {}

    /// The header's value.
    ///
    /// @param secrets the present one, and the one before while receivers still use it
    public static String sign(String body, List<Secret> secrets, Instant now) {
        var time = String.valueOf(now.getEpochSecond());
        return "t=" + time
                + secrets.stream()
                        .map(secret -> ",v1=" + HexFormat.of().formatHex(mac(secret, time, body)))
                        .collect(Collectors.joining());
    }

    /// Whether a request came from whoever knows one of the secrets, at most `TOLERANCE` ago.
    ///
    /// @param header the header as it came
    /// @param body   the body as it came, before anything parsed it
    public static boolean verify(String header, String body, List<Secret> secrets, Instant now) {
        if (header.length() > LONGEST_HEADER) {
            return false;
        }
        var parts = Arrays.stream(header.split(",", -1)).map(String::strip).toList();
        var time = TIME.matcher(parts.getFirst());
        if (!time.matches()
                || Duration.between(Instant.ofEpochSecond(Long.parseLong(time.group(1))), now)
                                .abs()
                                .compareTo(TOLERANCE)
                        > 0) {
            return false;
        }
        boolean right = false;
        for (var secret : secrets) {
            var wanted = ("v1=" + HexFormat.of().formatHex(mac(secret, time.group(1), body))).getBytes(UTF_8);
            for (var part : parts.subList(1, parts.size())) {
                right |= MessageDigest.isEqual(wanted, part.getBytes(UTF_8));
            }
        }
        return right;
    }

    private static byte[] mac(Secret secret, String time, String body) {
        try {
            var mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.reveal().getBytes(UTF_8), "HmacSHA256"));
            return mac.doFinal((time + "." + body).getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }
}
