package io.offhook.telephony.twilio;

import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// The languages in which callers are listened to outside a stream. Twilio's recognisers want a region, too, and a Gather
/// with another tag, such as a bare `en`, fails (Twilio, error 13331).
final class SpeechLanguages {
    private static final String USUAL = "en-US";
    /// By language; the first region stands in for those that are not listed.
    private static final Map<String, String> REGIONS = Map.of(
            "en", "US AU CA GB GH HK IE IN KE NG NZ PH PK SG TZ ZA",
            "es", "US AR BO CL CO CR DO EC ES GT HN MX NI PA PE PR PY SV UY VE",
            "de", "DE AT CH",
            "fr", "FR BE CA CH",
            "pt", "BR PT");

    private SpeechLanguages() {}

    /// @param language such as `es` or `es-MX`
    static String closest(String language) {
        var locale = Locale.forLanguageTag(language);
        var regions = REGIONS.get(locale.getLanguage());
        if (regions == null) {
            return USUAL;
        }
        var known = regions.split(" ");
        var region = Set.of(known).contains(locale.getCountry()) ? locale.getCountry() : known[0];
        return locale.getLanguage() + "-" + region;
    }
}
