package io.offhook.telephony.twilio;

import io.offhook.config.TwilioSid;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// The Twilio account that may call us, and the address at which it does. Refuses what could not work or would not be
/// safe: a public URL with a query, plain http or unsigned requests anywhere but on this machine.
///
/// @param accountSid    requests and streams of any other account are refused
/// @param tokens        the account's auth tokens; two during a rotation
/// @param publicUrl     the only source of URLs in TwiML and of the URLs that signatures are checked against
/// @param allowUnsigned lets requests without a signature in, for trying things out; a wrong signature is refused
/// anyway
public record TwilioSettings(String accountSid, List<String> tokens, URI publicUrl, boolean allowUnsigned) {
    private static final Pattern LOOPBACK =
            Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]|\\[0:0:0:0:0:0:0:1]", Pattern.CASE_INSENSITIVE);

    public TwilioSettings {
        tokens = tokens.stream().map(String::strip).filter(t -> !t.isEmpty()).toList();
        if (!TwilioSid.ACCOUNT.is(accountSid)) {
            throw new IllegalArgumentException("the Twilio account SID is " + TwilioSid.ACCOUNT.form());
        }
        var scheme = scheme(publicUrl);
        var host = publicUrl.getHost() == null ? "" : publicUrl.getHost();
        boolean loopback = LOOPBACK.matcher(host).matches();
        if (host.isEmpty() || !(scheme.equals("https") || scheme.equals("http"))) {
            throw new IllegalArgumentException("the public URL must look like https://voice.example.com");
        }
        if (publicUrl.getRawQuery() != null
                || publicUrl.getRawFragment() != null
                || publicUrl.getRawUserInfo() != null) {
            throw new IllegalArgumentException("the public URL must have no query, fragment or user");
        }
        if (scheme.equals("http") && !loopback) {
            throw new IllegalArgumentException("the public URL must be https: Twilio streams audio to wss only");
        }
        if (allowUnsigned && !loopback) {
            throw new IllegalArgumentException(
                    "unsigned requests can be allowed only with a public URL on this machine, such as http://localhost:8080");
        }
        if (tokens.isEmpty() && !allowUnsigned) {
            throw new IllegalArgumentException("a Twilio auth token is needed to check signatures");
        }
    }

    /// The path prefix of the public URL without a slash at its end; empty for a bare host.
    String prefix() {
        var path = publicUrl.getRawPath() == null ? "" : publicUrl.getRawPath();
        return path.replaceAll("/+$", "");
    }

    /// The absolute URL of one of our paths, as Twilio knows it.
    String url(String path) {
        return scheme(publicUrl) + "://" + publicUrl.getRawAuthority() + prefix() + path;
    }

    /// The same for a WebSocket: `wss`, or `ws` on this machine.
    String socketUrl(String path) {
        return "ws" + url(path).substring("http".length());
    }

    private static String scheme(URI url) {
        return url.getScheme() == null ? "" : url.getScheme().toLowerCase(Locale.ROOT);
    }

    /// Without the tokens.
    @Override
    public String toString() {
        return "TwilioSettings[" + accountSid + " " + publicUrl + (allowUnsigned ? " unsigned allowed" : "") + "]";
    }
}
