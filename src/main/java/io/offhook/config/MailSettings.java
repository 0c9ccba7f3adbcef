package io.offhook.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// The mail server that messages leave by.
///
/// @param login for servers that ask for one
/// @param tls   from the first byte on; otherwise the connection must turn to TLS before anything is said, unless the
///              server is this machine
/// @param from  the sender's address
public record MailSettings(String host, int port, boolean tls, boolean loopback, Optional<Login> login, String from) {
    static final String URL = "OFFHOOK_SMTP_URL";
    static final String FROM = "OFFHOOK_MAIL_FROM";

    private static final Pattern ADDRESS = Pattern.compile("[^@\\s<>\"(),;:\\\\]{1,64}@[A-Za-z0-9.-]{1,253}");
    private static final String FORM =
            "Write it like smtps://user:password@mail.example.com:465, or smtp://localhost:25; in user and password,"
                    + " write @ as %40 and the like.";

    public record Login(String user, Secret password) {}

    /// Reads the environment. Values are never part of a mistake's text: the URL holds a password.
    ///
    /// @return empty when no mail server is named
    public static Optional<MailSettings> read(Map<String, String> environment, List<Mistake> mistakes) {
        var url = text(environment, URL);
        var from = text(environment, FROM);
        if (url.isEmpty()) {
            from.ifPresent(_ -> mistakes.add(
                    mistake(FROM + " is set but " + URL + " is not.", "Set both or neither.")));
            return Optional.empty();
        }
        if (from.filter(address -> ADDRESS.matcher(address).matches()).isEmpty()) {
            mistakes.add(mistake(
                    FROM + (from.isEmpty() ? " is missing." : " is no mail address."),
                    "Set it to the sender's address, such as offhook@example.com."));
            return Optional.empty();
        }
        return server(url.get(), from.get(), mistakes);
    }

    private static Optional<MailSettings> server(String text, String from, List<Mistake> mistakes) {
        try {
            var url = new URI(text);
            boolean tls = "smtps".equalsIgnoreCase(url.getScheme());
            if (!tls && !"smtp".equalsIgnoreCase(url.getScheme())) {
                mistakes.add(mistake(URL + " must begin with smtps:// or smtp://.", FORM));
                return Optional.empty();
            }
            var rest = url.getRawPath();
            if (url.getHost() == null
                    || !(rest.isEmpty() || rest.equals("/"))
                    || url.getRawQuery() != null
                    || url.getRawFragment() != null) {
                mistakes.add(mistake(URL + " is not the address of a mail server.", FORM));
                return Optional.empty();
            }
            var login = login(url);
            if (url.getRawUserInfo() != null && login.isEmpty()) {
                mistakes.add(mistake(URL + " has a user without a password.", FORM));
                return Optional.empty();
            }
            int port = url.getPort() >= 0 ? url.getPort() : tls ? 465 : Loopback.is(url) ? 25 : 587;
            return Optional.of(new MailSettings(url.getHost(), port, tls, Loopback.is(url), login, from));
        } catch (URISyntaxException | IllegalArgumentException _) {
            mistakes.add(mistake(URL + " is not a URL.", FORM));
            return Optional.empty();
        }
    }

    private static Optional<Login> login(URI url) {
        return Optional.ofNullable(url.getRawUserInfo())
                .map(info -> info.split(":", 2))
                .filter(parts -> parts.length == 2 && !parts[0].isEmpty() && !parts[1].isEmpty())
                .map(parts -> new Login(decoded(parts[0]), new Secret(decoded(parts[1]))));
    }

    /// In this part of a URL a plus is a plus.
    private static String decoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), UTF_8);
    }

    private static Optional<String> text(Map<String, String> environment, String name) {
        return Optional.ofNullable(environment.get(name)).map(String::strip).filter(value -> !value.isEmpty());
    }

    private static Mistake mistake(String what, String fix) {
        return new Mistake("environment", what, fix);
    }
}
