package io.offhook.websocket;

import java.io.Serial;

/// A request that asked for a WebSocket in a wrong way; it has been answered with the status.
public final class UpgradeRefused extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    private final int status;

    UpgradeRefused(int status, String why) {
        super(why);
        this.status = status;
    }

    public int status() {
        return status;
    }
}
