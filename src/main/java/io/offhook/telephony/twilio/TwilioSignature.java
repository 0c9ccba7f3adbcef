package io.offhook.telephony.twilio;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Tells whether a request was signed with one of the account's auth tokens (header `X-Twilio-Signature`: HMAC-SHA1
/// over the public URL and the parameters). Any thread may use it.
///
/// The URL is text and is never decoded: whatever encodes it anew breaks the signature. Twilio's own validators accept
/// the URL with and without the scheme's default port, so does this; and a bare host with and without a slash, since
/// it isn't documented which is signed.
final class TwilioSignature {
    private static final Pattern URL = Pattern.compile("(https?|wss?)://([^/?#]+)([^#]*)", Pattern.CASE_INSENSITIVE);
    private static final Pattern PORT = Pattern.compile(":\\d*$");

    private final List<SecretKeySpec> keys;

    TwilioSignature(List<String> tokens) {
        this.keys = tokens.stream()
                .map(token -> new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), "HmacSHA1"))
                .toList();
    }

    /// A GET, or the upgrade to a WebSocket (whose URL starts with `wss`).
    boolean signs(String signature, String url) {
        return matches(signature, url, "");
    }

    /// A form post. Repeated values are signed once each, in order.
    boolean signs(String signature, String url, Map<String, List<String>> form) {
        var parameters = new StringBuilder();
        new TreeMap<>(form).forEach((name, values) -> {
            for (var value : new TreeSet<>(values)) {
                parameters.append(name).append(value);
            }
        });
        return matches(signature, url, parameters.toString());
    }

    private boolean matches(String signature, String url, String parameters) {
        var claimed = signature.getBytes(StandardCharsets.UTF_8);
        boolean match = false;
        // Every combination is computed, so that the time taken tells nothing.
        for (var key : keys) {
            for (var spelling : spellings(url)) {
                match |= MessageDigest.isEqual(claimed, sign(key, spelling + parameters));
            }
        }
        return match;
    }

    static Set<String> spellings(String url) {
        var result = new LinkedHashSet<String>();
        result.add(url);
        var parts = URL.matcher(url);
        if (parts.matches()) {
            var scheme = parts.group(1);
            var authority = parts.group(2);
            var rest = parts.group(3);
            var port = scheme.toLowerCase(Locale.ROOT).matches("https|wss") ? ":443" : ":80";
            var authorities = new LinkedHashSet<>(Set.of(authority));
            if (authority.endsWith(port)) {
                authorities.add(authority.substring(0, authority.length() - port.length()));
            } else if (!PORT.matcher(authority).find()) {
                authorities.add(authority + port);
            }
            var rests = new LinkedHashSet<>(Set.of(rest));
            if (rest.isEmpty() || rest.startsWith("?")) {
                rests.add("/" + rest);
            } else if (rest.equals("/") || rest.startsWith("/?")) {
                rests.add(rest.substring(1));
            }
            for (var a : authorities) {
                for (var r : rests) {
                    result.add(scheme + "://" + a + r);
                }
            }
        }
        return result;
    }

    private static byte[] sign(SecretKeySpec key, String text) {
        try {
            var mac = Mac.getInstance("HmacSHA1");
            mac.init(key);
            return Base64.getEncoder().encode(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA1", e);
        }
    }
}
