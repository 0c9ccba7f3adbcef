package io.offhook.simulator;

import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/// Where a public address is really served: lets a carrier on this machine dial `wss://voice.example.com/…` at a plain
/// loopback port, as a proxy with TLS would. Requests keep the public host name, and signatures the public address.
record Reach(URI publicBase, URI actual) {
    /// Fills in where to connect and what to ask for; `IllegalArgumentException` says what is wrong with the address.
    static void fill(RequestOptions options, String url, List<Reach> reaches) {
        var target = URI.create(CarrierSignature.withoutFragment(url));
        if (target.getHost() == null || target.getScheme() == null) {
            throw new IllegalArgumentException("no host in " + url);
        }
        boolean tls = secure(target);
        options.setHost(target.getHost()).setPort(port(target)).setSsl(tls).setURI(requestTarget(target, ""));
        for (var reach : reaches) {
            if (reach.serves(target)) {
                var actual = reach.actual;
                // A WebSocket request ignores the option for another server, so the host name travels as a header.
                options.setHost(actual.getHost())
                        .setPort(port(actual))
                        .setSsl(secure(actual))
                        .setURI(requestTarget(target, path(reach.publicBase)))
                        .putHeader("Host", target.getAuthority());
                return;
            }
        }
    }

    private boolean serves(URI target) {
        return target.getHost().equalsIgnoreCase(publicBase.getHost())
                && port(target) == port(publicBase)
                && (path(target) + "/").startsWith(path(publicBase) + "/");
    }

    private static String requestTarget(URI target, String withoutPrefix) {
        var path = target.getRawPath() == null ? "" : target.getRawPath().substring(withoutPrefix.length());
        return (path.isEmpty() ? "/" : path) + (target.getRawQuery() == null ? "" : "?" + target.getRawQuery());
    }

    private static String path(URI of) {
        var path = of.getRawPath() == null ? "" : of.getRawPath();
        return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
    }

    private static int port(URI of) {
        return of.getPort() > 0 ? of.getPort() : secure(of) ? 443 : 80;
    }

    private static boolean secure(URI of) {
        var scheme = of.getScheme().toLowerCase(Locale.ROOT);
        return scheme.equals("https") || scheme.equals("wss");
    }
}
