package io.offhook;

import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeoutException;

/// What keeps a server from its port, as far as the operating system says, and the way out.
final class ClosedPort {
    private ClosedPort() {}

    static ConfigException because(int port, Throwable failure) {
        var said = String.valueOf(failure.getMessage());
        var known = said.toLowerCase(Locale.ROOT);
        if (failure instanceof TimeoutException) {
            return mistake(port, "it took too long", "Start the server again.");
        }
        if (known.contains("in use")) {
            return mistake(
                    port,
                    "something else uses it",
                    "Stop that program, or set PORT (or --port) to another number.");
        }
        if (known.contains("permission denied") || known.contains("not permitted")) {
            return mistake(
                    port,
                    "this user may not open it",
                    "Set PORT (or --port) to a number from 1024 on, and let a proxy lead to it.");
        }
        return mistake(port, said, "Set PORT (or --port) to another number, or see what that means here.");
    }

    private static ConfigException mistake(int port, String why, String fix) {
        return new ConfigException(List.of(new Mistake("PORT", "Port " + port + " can't be opened: " + why + ".", fix)));
    }
}
