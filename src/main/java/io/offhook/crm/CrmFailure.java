package io.offhook.crm;

/// A CRM could not answer. The message names the operation and never the customer, an address or a key.
public final class CrmFailure extends Exception {
    private static final long serialVersionUID = 1L;

    private final String reason;

    /// @param reason constant slug, such as `http_status`
    public CrmFailure(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    public String reason() {
        return reason;
    }
}
