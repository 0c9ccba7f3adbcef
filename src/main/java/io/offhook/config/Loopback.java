package io.offhook.config;

import java.net.URI;
import java.util.regex.Pattern;

/// Which hosts are this machine itself. Decided by the text alone: a name that merely resolves to 127.0.0.1 can be
/// pointed elsewhere by whoever owns it.
public final class Loopback {
    private static final Pattern HOST =
            Pattern.compile("localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1]", Pattern.CASE_INSENSITIVE);

    private Loopback() {}

    public static boolean is(URI url) {
        var host = url.getHost();
        return host != null && HOST.matcher(host).matches();
    }
}
