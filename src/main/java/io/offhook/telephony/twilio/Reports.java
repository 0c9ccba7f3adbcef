package io.offhook.telephony.twilio;

import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.telephony.NumberQuestion;
import io.offhook.telephony.Progress;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/// What Twilio reports of a call: in a webhook's form, and in the query that we gave its address. Pure: text goes in,
/// our words come out; any thread. Refuses no report: what can't be read counts as not said, or as a failure.
final class Reports {
    private static final Pattern AFTER_STEP = Pattern.compile("(?:^|&)" + TwilioRoutes.AFTER + "=(\\d{1,3})(?:&|$)");
    private static final Pattern ONCE_MORE = Pattern.compile("(?:^|&)" + TwilioRoutes.AGAIN + "=1(?:&|$)");
    private static final Pattern HEARD_NUMBER =
            Pattern.compile("(?:^|&)" + TwilioRoutes.HEARD + "=([^&]{0,200})(?:&|$)");
    private static final Pattern OF_MAILBOX =
            Pattern.compile("(?:^|&)" + TwilioRoutes.MAILBOX + "=([a-z][a-z0-9_-]{0,63})(?:&|$)");
    /// Without an exponent, which nobody writes for a number from 0 to 1.
    private static final Pattern CONFIDENCE = Pattern.compile("[01](?:\\.[0-9]{1,20})?");
    private static final Pattern NO_CONFIDENCE = Pattern.compile("0(?:\\.0{1,20})?");
    /// Such as 31920, in a text whose form is not documented.
    private static final Pattern ERROR_CODE = Pattern.compile("\\b\\d{5}\\b");

    private static final Set<String> FINAL = Set.of("completed", "busy", "failed", "no-answer", "canceled");

    /// How carriers spell "no number" on a keypad: anonymous, restricted, blocked, unknown, unavailable.
    private static final Set<String> WITHHELD =
            Set.of("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253");

    private Reports() {}

    static boolean over(TwilioForm form) {
        return FINAL.contains(form.first("CallStatus"));
    }

    /// How a step of the route ended. What Twilio may say in the future counts as a failure: the next step is tried.
    static Route.Result result(TwilioForm form) {
        if (form.has("DialCallStatus")) {
            return switch (form.first("DialCallStatus")) {
                // Twilio may say so of a leg that a mailbox picked up and nobody took.
                case "completed", "answered" ->
                    form.first("DialBridged").equals("false") ? Route.Result.NO_ANSWER : Route.Result.ACCEPTED;
                case "busy" -> Route.Result.BUSY;
                case "no-answer" -> Route.Result.NO_ANSWER;
                case "canceled" -> Route.Result.CALLER_GONE;
                default -> Route.Result.FAILED;
            };
        }
        if (form.has("QueueResult")) {
            return switch (form.first("QueueResult")) {
                case "bridged", "bridging-in-process", "redirected", "redirected-from-bridged" -> Route.Result.ACCEPTED;
                case "hangup" -> Route.Result.CALLER_GONE;
                case "leave" -> Route.Result.NO_ANSWER;
                case "queue-full" -> Route.Result.QUEUE_FULL;
                default -> Route.Result.FAILED;
            };
        }
        if (form.has("RecordingUrl")) {
            return Route.Result.VOICEMAIL;
        }
        return over(form) ? Route.Result.CALLER_GONE : Route.Result.FAILED;
    }

    /// What the caller says to a question; empty when the number that the caller was asked to confirm can't be read.
    static Optional<Progress.Reply> reply(TwilioForm form, String query, NumberSeal seal) {
        var sealed = HEARD_NUMBER.matcher(query);
        boolean confirming = sealed.find();
        var heard = confirming ? seal.open(sealed.group(1)) : Optional.<PhoneNumber>empty();
        if (confirming && heard.isEmpty()) {
            return Optional.empty();
        }
        var question = new NumberQuestion(ONCE_MORE.matcher(query).find(), heard);
        var keys = form.first("Digits");
        var words = form.first("SpeechResult");
        return Optional.of(
                keys.isEmpty() && !words.isEmpty()
                        ? new Progress.Reply("", words, confidence(form.first("Confidence")), question)
                        : new Progress.Reply(keys, "", 0, question));
    }

    /// Some of the recognisers that Twilio chooses from do not say, and then it writes 0.
    private static double confidence(String text) {
        if (text.isEmpty() || NO_CONFIDENCE.matcher(text).matches()) {
            return 1;
        }
        return CONFIDENCE.matcher(text).matches() ? Math.min(1, Double.parseDouble(text)) : 0;
    }

    // --- single values ---

    /// Whose number it is; empty when that is withheld.
    static Optional<PhoneNumber> number(String text) {
        return WITHHELD.contains(text) ? Optional.empty() : PhoneNumber.parse(text);
    }

    static OptionalInt step(String query) {
        var found = AFTER_STEP.matcher(query);
        return found.find() ? OptionalInt.of(Integer.parseInt(found.group(1))) : OptionalInt.empty();
    }

    static Optional<String> mailbox(String query) {
        var found = OF_MAILBOX.matcher(query);
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }

    static OptionalInt whole(String text) {
        return text.matches("\\d{1,6}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    static int seconds(String text) {
        return whole(text).orElse(0);
    }

    /// The code in what Twilio says of a stream that failed.
    static String error(TwilioForm form) {
        var code = ERROR_CODE.matcher(form.first("StreamError"));
        return code.find() ? code.group() : "unknown";
    }
}
