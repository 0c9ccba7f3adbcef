package io.offhook.live;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberFormat;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import io.offhook.call.PhoneNumber;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Which numbers a caller can be called back at: ordinary ones in the country that was called, or in one that the
/// operator has named. Whoever phones in must not choose what it costs to phone back, and a caller id is easily forged,
/// so the country that a call claims to come from does not count.
///
/// @param from    the caller's number, if it is known
/// @param regions ISO 3166; empty when it isn't known which number was called, which would have to be shown
record CallbackNumbers(Optional<PhoneNumber> from, List<String> regions) {
    private static final PhoneNumberUtil NUMBERS = PhoneNumberUtil.getInstance();
    private static final String THIS_ONE = "1";
    /// What people type: libphonenumber would also read letters and an extension.
    private static final Pattern KEYS = Pattern.compile("[0-9]{2,16}");
    private static final Pattern GROUP = Pattern.compile("[0-9]+");
    /// Without numbers of personal and company-wide services, which may cost extra.
    private static final Set<PhoneNumberType> ORDINARY = Set.of(
            PhoneNumberType.FIXED_LINE,
            PhoneNumberType.MOBILE,
            PhoneNumberType.FIXED_LINE_OR_MOBILE,
            PhoneNumberType.VOIP);

    /// @param called    the number that the caller has dialled
    /// @param countries of the operator's choice
    static CallbackNumbers of(Optional<PhoneNumber> from, Optional<PhoneNumber> called, Set<String> countries) {
        var regions = new LinkedHashSet<String>();
        called.flatMap(CallbackNumbers::region).ifPresent(regions::add);
        if (called.isPresent()) {
            countries.stream().sorted().forEach(regions::add);
        }
        return new CallbackNumbers(from, List.copyOf(regions));
    }

    /// Whether there is any that a caller could choose.
    boolean any() {
        return !regions.isEmpty();
    }

    /// The one that the caller phones from.
    Optional<PhoneNumber> own() {
        return from.flatMap(number -> ordinary(number.e164()));
    }

    /// @param keys `1` for the caller's own, or another number as it is dialled in one of the countries
    Optional<PhoneNumber> chosen(String keys) {
        if (isOwn(keys)) {
            return own();
        }
        return KEYS.matcher(keys).matches() ? ordinary(keys) : Optional.empty();
    }

    /// @param numbers that a caller may have said, the likeliest first
    Optional<PhoneNumber> spoken(List<String> numbers) {
        return numbers.stream().flatMap(number -> ordinary(number).stream()).findFirst();
    }

    /// The digits as they are read out, one by one: `4 1 5, 5 5 5, 0 1 2 3`; with `+` and country code for a number of
    /// another country than the one that was called.
    String groups(PhoneNumber number) {
        boolean here = region(number).equals(regions.stream().findFirst());
        var text = format(number, here ? PhoneNumberFormat.NATIONAL : PhoneNumberFormat.INTERNATIONAL);
        var digits = GROUP.matcher(text)
                .results()
                .map(group -> String.join(" ", group.group().split("")))
                .collect(Collectors.joining(", "));
        return here ? digits : "+" + digits;
    }

    static boolean isOwn(String keys) {
        return keys.equals(THIS_ONE);
    }

    private Optional<PhoneNumber> ordinary(String text) {
        return regions.stream().flatMap(region -> ordinary(text, region).stream()).findFirst();
    }

    private static String format(PhoneNumber number, PhoneNumberFormat format) {
        try {
            return NUMBERS.format(NUMBERS.parse(number.e164(), null), format);
        } catch (NumberParseException _) {
            return number.e164();
        }
    }

    private static Optional<PhoneNumber> ordinary(String text, String region) {
        try {
            var number = NUMBERS.parse(text, region);
            return NUMBERS.isValidNumberForRegion(number, region) && ORDINARY.contains(NUMBERS.getNumberType(number))
                    ? PhoneNumber.parse(NUMBERS.format(number, PhoneNumberFormat.E164))
                    : Optional.empty();
        } catch (NumberParseException _) {
            return Optional.empty();
        }
    }

    private static Optional<String> region(PhoneNumber number) {
        try {
            return Optional.ofNullable(NUMBERS.getRegionCodeForNumber(NUMBERS.parse(number.e164(), null)))
                    .filter(NUMBERS.getSupportedRegions()::contains);
        } catch (NumberParseException _) {
            return Optional.empty();
        }
    }

    /// Without the caller's number.
    @Override
    public String toString() {
        return "CallbackNumbers" + regions;
    }
}
