package io.offhook.live;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BinaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The digits of a phone number in what a caller has said, as speech recognition writes it down: in figures, or in words
/// for digits and for the pairs that numbers are spoken in, up to 99. Pure.
///
/// Lenient, since nothing counts that comes out here: it must be a number that can be called, and it is read back.
final class SpokenDigits {
    /// Nobody needs more words for a phone number.
    static final int MAX_TEXT = 300;

    private static final int MOST_WORDS = 4;
    private static final int FEWEST_DIGITS = 4;
    private static final int MOST_DIGITS = 16;
    private static final Pattern TOKEN = Pattern.compile("\\p{L}+|[0-9]+|\\+");
    private static final Pattern MARKS = Pattern.compile("\\p{M}+");

    /// The number words of one language, without accents.
    ///
    /// @param values by the word, or by several with blanks between them
    /// @param times  words such as "double", and how often the next digit stands there
    /// @param plus   what is said for the sign before a country code
    private record Tongue(Map<String, String> values, Map<String, Integer> times, Set<String> plus) {}

    private static final Tongue ENGLISH = new Tongue(
            values(
                    "zero/oh/o/nought one two three four five six seven eight nine",
                    "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen",
                    "twenty thirty forty fifty sixty seventy eighty ninety",
                    (tens, unit) -> tens + " " + unit),
            Map.of("double", 2, "triple", 3),
            Set.of("plus"));
    private static final Map<String, Tongue> OTHERS = Map.of(
            "es",
            new Tongue(
                    values(
                            "cero uno dos tres cuatro cinco seis siete ocho nueve",
                            "diez once doce trece catorce quince dieciseis diecisiete dieciocho diecinueve",
                            "veinte treinta cuarenta cincuenta sesenta setenta ochenta noventa",
                            (tens, unit) -> tens.equals("veinte") ? "veinti" + unit : tens + " y " + unit),
                    Map.of("doble", 2, "triple", 3),
                    Set.of("mas")),
            "de",
            new Tongue(
                    values(
                            "null eins zwei/zwo drei vier funf/fuenf sechs sieben acht neun",
                            "zehn elf zwolf/zwoelf dreizehn vierzehn funfzehn/fuenfzehn sechzehn siebzehn achtzehn neunzehn",
                            "zwanzig dreissig vierzig funfzig/fuenfzig sechzig siebzig achtzig neunzig",
                            (tens, unit) -> (unit.equals("eins") ? "ein" : unit) + "und" + tens),
                    Map.of("doppel", 2),
                    Set.of("plus")),
            "fr",
            new Tongue(french(), Map.of("double", 2, "triple", 3), Set.of("plus")),
            "pt",
            new Tongue(
                    values(
                            "zero um/uma dois/duas tres quatro cinco seis/meia sete oito nove",
                            "dez onze doze treze catorze/quatorze quinze dezesseis/dezasseis dezessete/dezassete dezoito"
                                    + " dezenove/dezanove",
                            "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa",
                            (tens, unit) -> tens + " e " + unit),
                    Map.of("duplo", 2, "triplo", 3),
                    Set.of("mais")));

    private final Tongue tongue;
    private final List<StringBuilder> runs = new ArrayList<>();
    private boolean international;

    private SpokenDigits(Tongue tongue) {
        this.tongue = tongue;
    }

    /// What may be meant, the likeliest first: all digits together, then the longest row of them that no other word breaks.
    ///
    /// @param language such as `es` or `es-MX`
    /// @return digits, with a plus before them if it was said
    static List<String> in(String text, String language) {
        if (text.length() > MAX_TEXT) {
            return List.of();
        }
        var reading = new SpokenDigits(tongue(language));
        reading.read(TOKEN.matcher(plain(text)).results().map(found -> found.group()).toList());
        return reading.numbers();
    }

    /// The words that may be heard, for a recogniser that wants to know.
    static List<String> words(String language) {
        return tongue(language).values().entrySet().stream()
                .filter(word -> word.getValue().length() == 1)
                .map(Map.Entry::getKey)
                .sorted()
                .toList();
    }

    private void read(List<String> tokens) {
        int at = 0;
        boolean broken = true;
        while (at < tokens.size()) {
            int times = Optional.ofNullable(tongue.times().get(tokens.get(at))).orElse(1);
            boolean plus = tokens.get(at).equals("+") || tongue.plus().contains(tokens.get(at));
            int number = times > 1 || plus ? at + 1 : at;
            int length = length(tokens, number);
            if (length == 0) {
                broken = true;
                at++;
                continue;
            }
            var digits = digits(tokens, number, length);
            if (plus) {
                // What was said before it is no part of the number.
                runs.clear();
                international = true;
            }
            if (broken || plus) {
                runs.add(new StringBuilder());
            }
            runs.getLast().append(digits.length() == 1 ? digits.repeat(times) : digits);
            broken = false;
            at = number + length;
        }
    }

    /// How many tokens from here on are one number; as many as can be.
    private int length(List<String> tokens, int from) {
        for (int length = Math.min(MOST_WORDS, tokens.size() - from); length > 0; length--) {
            if (!digits(tokens, from, length).isEmpty()) {
                return length;
            }
        }
        return 0;
    }

    private String digits(List<String> tokens, int from, int length) {
        var first = tokens.get(from);
        if (length == 1 && Character.isDigit(first.charAt(0))) {
            return first;
        }
        return tongue.values().getOrDefault(String.join(" ", tokens.subList(from, from + length)), "");
    }

    private List<String> numbers() {
        var longest = runs.stream().max(Comparator.comparingInt(StringBuilder::length));
        return Stream.concat(Stream.of(String.join("", runs)), longest.stream().map(StringBuilder::toString))
                .filter(digits -> digits.length() >= FEWEST_DIGITS && digits.length() <= MOST_DIGITS)
                .map(digits -> international ? "+" + digits : digits)
                .distinct()
                .toList();
    }

    private static Tongue tongue(String language) {
        return OTHERS.getOrDefault(Locale.forLanguageTag(language).getLanguage(), ENGLISH);
    }

    /// In lower case and without accents, in which recognisers differ.
    private static String plain(String text) {
        var apart = Normalizer.normalize(text.toLowerCase(Locale.ROOT), Normalizer.Form.NFD);
        return MARKS.matcher(apart).replaceAll("").replace("\u00df", "ss");
    }

    // --- the words ---

    /// Words that mean the same are separated by a slash.
    ///
    /// @param joined how tens and a unit are spoken together
    private static Map<String, String> values(
            String units, String teens, String tens, BinaryOperator<String> joined) {
        var values = new HashMap<String, String>();
        put(values, units, 0, 1);
        put(values, teens, 10, 1);
        put(values, tens, 20, 10);
        var unitWords = Map.copyOf(values);
        for (var ten : Map.copyOf(values).entrySet()) {
            if (ten.getValue().length() == 2 && ten.getValue().endsWith("0") && !ten.getValue().equals("10")) {
                unitWords.forEach((word, digit) -> {
                    if (digit.length() == 1 && !digit.equals("0")) {
                        values.put(joined.apply(ten.getKey(), word), ten.getValue().charAt(0) + digit);
                    }
                });
            }
        }
        return Map.copyOf(values);
    }

    private static void put(Map<String, String> values, String words, int first, int step) {
        int value = first;
        for (var same : words.split(" ")) {
            for (var word : same.split("/")) {
                values.put(word.replace('_', ' '), Integer.toString(value));
            }
            value += step;
        }
    }

    /// Where seventy is sixty and ten, and eighty four times twenty; or, in Belgium and Switzerland, not.
    private static Map<String, String> french() {
        var teens = "dix onze douze treize quatorze quinze seize dix_sept dix_huit dix_neuf";
        var values = new HashMap<>(values(
                "zero un/une deux trois quatre cinq six sept huit neuf",
                teens,
                "vingt trente quarante cinquante soixante septante huitante/octante nonante",
                (tens, unit) -> tens + (unit.startsWith("un") ? " et " : " ") + unit));
        var units = "un/une deux trois quatre cinq six sept huit neuf";
        values.put("quatre vingt", "80");
        values.put("quatre vingts", "80");
        put(values, prefixed("quatre_vingt_", units), 81, 1);
        put(values, prefixed("quatre_vingt_", teens), 90, 1);
        put(values, prefixed("soixante_", teens), 70, 1);
        values.put("soixante et onze", "71");
        return Map.copyOf(values);
    }

    private static String prefixed(String prefix, String words) {
        return prefix + words.replace(" ", " " + prefix).replace("/", "/" + prefix);
    }
}
