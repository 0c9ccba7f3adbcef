package io.offhook.telephony.twilio;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The language of a Say, which names its region: Twilio's libraries list no `es`, only `es-ES`, `es-MX` and so on (npm
/// package `twilio`, 6.2.0), and a language that no voice has may make the Say fail.
final class SayLanguage {
    /// Where a language is listed with several regions, the first is meant by a code that names none, or one that is not
    /// listed.
    private static final List<String> LISTED = List.of("""
            ar-XA cmn-CN de-DE en-US es-ES fr-FR nl-NL pt-BR zh-CN
            af-ZA am-ET ar-AE arb bg-BG bn-IN ca-ES cmn-TW cs-CZ cy-GB da-DK de-AT el-GR en-AU en-CA en-GB
            en-IE en-IN en-NZ en-ZA es-MX es-US fi-FI fil-PH fr-BE fr-CA gu-IN he-IL hi-IN hu-HU id-ID is-IS
            it-IT ja-JP kn-IN ko-KR lv-LV ml-IN mr-IN ms-MY nb-NO nl-BE pa-IN pl-PL pt-PT ro-RO ru-RU sk-SK
            sr-RS sv-SE ta-IN te-IN th-TH tr-TR uk-UA vi-VN yue-HK zh-HK zh-TW
            """.strip().split("\\s+"));
    /// Norwegian in general, and Filipino under its other name.
    private static final Map<String, String> ALIASES = Map.of("no", "nb-NO", "tl", "fil-PH");

    private SayLanguage() {}

    /// @param language such as `es` or `es-mx`
    /// @return empty when Twilio lists no such language: its own default then speaks as well as it can
    static Optional<String> of(String language) {
        var tag = Locale.forLanguageTag(language);
        var exact = tag.toLanguageTag();
        return LISTED.contains(exact) ? Optional.of(exact) : usual(tag.getLanguage());
    }

    private static Optional<String> usual(String language) {
        return Optional.ofNullable(ALIASES.get(language)).or(() -> LISTED.stream()
                .filter(listed -> listed.startsWith(language + "-"))
                .findFirst());
    }
}
