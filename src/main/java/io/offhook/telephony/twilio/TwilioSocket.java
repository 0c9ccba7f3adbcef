package io.offhook.telephony.twilio;

/// What a stream needs of its WebSocket. Used on the socket's event loop only; nothing waits.
interface TwilioSocket {
    /// Sends the three, one after the other, as one text message. None is changed; none may change afterwards.
    void send(byte[] start, byte[] body, byte[] end);

    void send(byte[] text);

    /// Bytes sent that the peer's side has not taken yet.
    long waiting();

    /// Closes with this code, within a second even when the peer doesn't answer.
    void close(int code);
}
