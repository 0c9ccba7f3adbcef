package io.offhook.websocket;

/// The close codes of RFC 6455 section 7.4 that this package sends or reports.
public final class CloseCode {
    public static final int NORMAL = 1000;
    public static final int GOING_AWAY = 1001;
    public static final int PROTOCOL_ERROR = 1002;
    /// The peer closed and gave no code. Never on the wire.
    public static final int NONE_GIVEN = 1005;
    /// The connection ended without a close frame. Never on the wire.
    public static final int ABNORMAL = 1006;

    public static final int NOT_TEXT = 1007;
    public static final int TOO_BIG = 1009;
    public static final int OUR_FAULT = 1011;

    private CloseCode() {}

    /// Whether a peer may put this code into a close frame.
    static boolean sendable(int code) {
        return (code >= 3000 && code < 5000)
                || (code >= 1000 && code <= 1014 && code != 1004 && code != NONE_GIVEN && code != ABNORMAL);
    }
}
