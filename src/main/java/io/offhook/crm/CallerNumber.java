package io.offhook.crm;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import io.offhook.call.PhoneNumber;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// Reads numbers as people and carriers write them.
public final class CallerNumber {
    /// "No number", as carriers spell it on a keypad: anonymous, restricted, blocked, unknown, unavailable.
    private static final Set<String> KEYPAD =
            Set.of("266696687", "7378742833", "2562533", "8656696", "86282452253");

    private static final int LONGEST = 40;

    private CallerNumber() {}

    /// The number in E.164 form; empty when it is withheld, or isn't one.
    ///
    /// @param region two-letter country for numbers without a country code, such as `US`
    public static Optional<PhoneNumber> read(String text, String region) {
        var plain = text.strip();
        if (plain.isEmpty() || plain.length() > LONGEST || withheld(plain)) {
            return Optional.empty();
        }
        var numbers = PhoneNumberUtil.getInstance();
        try {
            var number = numbers.parse(plain, region.toUpperCase(Locale.ROOT));
            return numbers.isPossibleNumber(number)
                    ? PhoneNumber.parse(numbers.format(number, PhoneNumberFormat.E164))
                    : Optional.empty();
        } catch (NumberParseException e) {
            return Optional.empty();
        }
    }

    public static boolean withheld(String text) {
        var digits = text.replaceAll("[^0-9]", "");
        return digits.isEmpty() || KEYPAD.contains(digits);
    }

    public static boolean withheld(PhoneNumber number) {
        return withheld(number.e164());
    }

    /// Whether numbers of this country are known.
    public static boolean knowsRegion(String region) {
        return PhoneNumberUtil.getInstance().getSupportedRegions().contains(region.toUpperCase(Locale.ROOT));
    }

    /// The digits without country code, for systems that keep numbers so.
    public static String national(PhoneNumber number) {
        var numbers = PhoneNumberUtil.getInstance();
        try {
            return numbers.getNationalSignificantNumber(numbers.parse(number.e164(), "ZZ"));
        } catch (NumberParseException e) {
            return number.e164().substring(1);
        }
    }
}
