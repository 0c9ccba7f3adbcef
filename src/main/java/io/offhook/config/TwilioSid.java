package io.offhook.config;

import java.util.regex.Pattern;

/// What a Twilio SID in a setting or a file may be a name of. Each is two letters, which say what it names, and 32 more
/// characters; one of another length is half of one, or an example from a manual.
public enum TwilioSid {
    ACCOUNT("AC"),
    API_KEY("SK"),
    WORKFLOW("WW");

    private final String prefix;
    private final Pattern pattern;

    TwilioSid(String prefix) {
        this.prefix = prefix;
        this.pattern = Pattern.compile(prefix + "[0-9A-Za-z]{32}");
    }

    public boolean is(String text) {
        return pattern.matcher(text).matches();
    }

    public Pattern pattern() {
        return pattern;
    }

    /// For messages: `AC and 32 letters or digits`.
    public String form() {
        return prefix + " and 32 letters or digits";
    }
}
