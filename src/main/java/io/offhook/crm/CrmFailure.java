package io.offhook.crm;

import java.util.OptionalInt;

/// A CRM could not answer. The message names the operation and never the customer, an address or a key.
public final class CrmFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;
    private final int status;

    /// @param reason constant slug, such as `timeout`
    public CrmFailure(String reason, String message) {
        this(reason, 0, message);
    }

    private CrmFailure(String reason, int status, String message) {
        super(message);
        this.reason = reason;
        this.status = status;
    }

    /// It answered over HTTP, and not with success.
    public static CrmFailure ofStatus(int status, String message) {
        return new CrmFailure("http_" + status, status, message);
    }

    public String reason() {
        return reason;
    }

    /// Of an answer over HTTP that was none of success.
    public OptionalInt status() {
        return status == 0 ? OptionalInt.empty() : OptionalInt.of(status);
    }
}
