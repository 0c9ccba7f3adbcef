package io.offhook.outbox;

import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Payment card numbers in texts, which leave the house in no message, whatever the agent's file says. A number is one
/// of 13 to 19 digits, in whole groups, that begins as cards do and whose check digit is right: so an order or phone
/// number is rarely taken for one.
public final class CardNumbers {
    private static final String BLACKENED = "[card]";
    private static final Pattern DIGITS = Pattern.compile("\\d(?:[ .\u00A0-]{0,2}\\d){12,}+");
    private static final int SHORTEST = 13;
    private static final int LONGEST = 19;

    private CardNumbers() {}

    /// The text with each card number replaced by `[card]`.
    public static String blackened(String text) {
        return DIGITS.matcher(text).replaceAll(CardNumbers::blackened);
    }

    /// A run of digits may hold other numbers beside the card's.
    private static String blackened(MatchResult run) {
        var text = run.group();
        var plain = new StringBuilder();
        for (int at = 0; at < text.length(); ) {
            int end = digit(text, at) && !digit(text, at - 1) ? cardEnd(text, at) : at;
            plain.append(end > at ? BLACKENED : text.charAt(at));
            at = Math.max(end, at + 1);
        }
        return plain.toString();
    }

    /// Where the longest card number ends that begins here, with its last group; here, when none does.
    private static int cardEnd(String text, int from) {
        int end = from;
        var digits = new StringBuilder(LONGEST);
        for (int at = from; at < text.length() && digits.length() < LONGEST; at++) {
            if (digit(text, at)) {
                digits.append(text.charAt(at));
                if (digits.length() >= SHORTEST && !digit(text, at + 1) && isCard(digits)) {
                    end = at + 1;
                }
            }
        }
        return end;
    }

    private static boolean digit(String text, int at) {
        return at >= 0 && at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9';
    }

    /// Cards for payment begin with 2 to 6; the last digit checks the others (ISO/IEC 7812-1).
    private static boolean isCard(CharSequence digits) {
        int sum = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(digits.length() - 1 - i) - '0';
            int doubled = i % 2 == 0 ? digit : digit * 2;
            sum += doubled > 9 ? doubled - 9 : doubled;
        }
        return sum % 10 == 0 && digits.charAt(0) >= '2' && digits.charAt(0) <= '6';
    }
}
