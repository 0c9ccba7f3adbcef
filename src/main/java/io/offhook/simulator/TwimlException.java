package io.offhook.simulator;

/// A document that the carrier can't get or can't run, with Twilio's code for it.
final class TwimlException extends Exception {
    private final int code;
    private final String text;
    private final String url;

    TwimlException(int code, String text, String url) {
        super(text);
        this.code = code;
        this.text = text;
        this.url = url;
    }

    int code() {
        return code;
    }

    String text() {
        return text;
    }

    String url() {
        return url;
    }
}
