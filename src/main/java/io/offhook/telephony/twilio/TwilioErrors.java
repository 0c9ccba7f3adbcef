package io.offhook.telephony.twilio;

import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// Twilio's error codes in plain words: what happened to the call or the request, and what to do about it. Only those
/// that a server of ours can meet; the rest is at `https://www.twilio.com/docs/api/errors/<code>`.
public final class TwilioErrors {
    /// Both sentences are complete.
    public record Explanation(String what, String fix) {}

    private static final SortedMap<Integer, Explanation> KNOWN = new TreeMap<>();

    static {
        account();
        calls();
        webhooks();
        streams();
    }

    private TwilioErrors() {}

    public static Optional<Explanation> explain(int code) {
        return Optional.ofNullable(KNOWN.get(code));
    }

    /// All that are explained, by code.
    public static Map<Integer, Explanation> all() {
        return Map.copyOf(KNOWN);
    }

    private static void account() {
        say(20001, "A parameter has a value that Twilio does not know.", "This is a mistake of Offhook: report it.");
        say(
                20003,
                "Twilio refused the credentials.",
                "Check TWILIO_ACCOUNT_SID with TWILIO_AUTH_TOKEN, or TWILIO_API_KEY with TWILIO_API_SECRET: they must"
                        + " be of the same account and region, and not test credentials. A suspended account answers"
                        + " so, too.");
        say(
                20008,
                "These are Twilio's test credentials, which can't do this.",
                "Use the live account SID and auth token from the console.");
        say(
                20404,
                "Twilio does not know this resource.",
                "Check the SID, that it belongs to this account, and TWILIO_REGION: numbers and calls live in one"
                        + " region.");
        say(
                20429,
                "Twilio gets too many requests from this account; nothing was done.",
                "Try again in a few seconds. Other programs on the account count, too.");
        say(20500, "Twilio had an error of its own.", "Try again; status.twilio.com tells of outages.");
        say(20503, "Twilio's API is not available.", "Try again; status.twilio.com tells of outages.");
        say(
                21404,
                "A trial account may hold one number only.",
                "Use the number it has (offhook number list), or upgrade the account.");
    }

    private static void calls() {
        say(21201, "No number was given to call.", "Give one in E.164 form, such as +14155550100.");
        say(21205, "Twilio can't use the URL.", "It must be https with a public host name.");
        say(
                21210,
                "The number to call from is not one of the account's, and is not verified.",
                "Use one of the account's numbers, or verify it under Phone Numbers > Verified Caller IDs.");
        say(
                21211,
                "The number to call is not valid.",
                "Write it in E.164 form: a plus, the country code, the number; no spaces.");
        say(21212, "The number to call from is not valid.", "Use one of the account's numbers in E.164 form.");
        say(
                21215,
                "The account may not call that country.",
                "Allow it in the console under Voice > Settings > Geo permissions, if you mean to.");
        say(21216, "Twilio does not call that number.", "Choose another one: it is blocked or of a premium kind.");
        say(21217, "The number to call is not valid.", "Write it in E.164 form, such as +14155550100.");
        say(21218, "Twilio got neither a URL nor TwiML, or both.", "This is a mistake of Offhook: report it.");
        say(
                21219,
                "A trial account calls verified numbers only.",
                "Verify the number under Phone Numbers > Verified Caller IDs, or upgrade the account.");
        say(21220, "The call is over already.", "There is nothing left to do for it.");
        say(
                13214,
                "Dial was given a caller ID that it may not show.",
                "Use the caller's own number, or a number of the account.");
        say(13224, "Dial was given a number that is not valid.", "Check the destinations in agent.yaml.");
        say(
                13227,
                "The account may not call that country.",
                "Allow it in the console under Voice > Settings > Geo permissions, if you mean to.");
        say(32018, "TwiML in a REST request is limited to 4,000 characters.", "Give a URL instead.");
    }

    private static void webhooks() {
        say(
                11100,
                "The URL is not valid for Twilio: it is incomplete, or its host is not on the public internet.",
                "Give the number a public https address: offhook number connect");
        say(
                11200,
                "Twilio reached the server, but got no good answer: an error page, or nothing in 15 s.",
                "Look at the server's log for that second; check that a proxy or tunnel leads to Offhook.");
        say(
                11205,
                "Twilio could not connect to the server.",
                "See that the server and its tunnel run, and that the host name leads there: offhook check");
        say(12100, "The answer was not XML.", "A proxy or tunnel showed its own page: open the URL to see it.");
        say(12200, "The TwiML has something in it that Twilio does not know.", "It was ignored; report it.");
    }

    private static void streams() {
        var proxy = "See that proxy or tunnel let WebSockets through: offhook number connect proves it.";
        say(31901, "The stream could not connect in time.", proxy);
        say(31902, "The stream's connection was refused.", proxy);
        say(31903, "The server vanished in mid-stream.", "Look at the server's log: did it stop or run out of memory?");
        say(
                31910,
                "The stream could not agree on TLS.",
                "The certificate must be of a public authority and name the host; renew it if it has expired.");
        say(
                31920,
                "The server or something before it did not accept the stream's WebSocket.",
                "Usual causes: a proxy that does not pass WebSockets on, OFFHOOK_PUBLIC_URL that differs from the"
                        + " number's address, a wrong TWILIO_AUTH_TOKEN, or a query in the address.");
        say(31921, "The server closed the stream.", "This is how every handover and goodbye looks: no fault.");
        say(31922, "The stream's address is not wss.", "OFFHOOK_PUBLIC_URL must be https.");
        say(31923, "The stream's address is malformed.", "Check OFFHOOK_PUBLIC_URL.");
        say(31924, "The WebSocket broke its protocol.", "Something between Twilio and the server alters the data.");
        say(
                31930,
                "The server read the caller's audio too slowly; some is lost.",
                "Look at the machine's load and at docs/performance.md.");
        say(31941, "The stream asks for a track that it can't have.", "This is a mistake of Offhook: report it.");
        say(31950, "A binary message was sent.", "This is a mistake of Offhook, or a proxy alters messages.");
        say(31951, "A message was not understood.", "This is a mistake of Offhook, or a proxy alters messages.");
    }

    private static void say(int code, String what, String fix) {
        KNOWN.put(code, new Explanation(what, fix));
    }
}
