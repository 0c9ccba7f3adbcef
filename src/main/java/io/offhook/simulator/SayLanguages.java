package io.offhook.simulator;

import java.util.Set;

/// The languages that Say speaks: those that Twilio's own libraries list (npm package `twilio`, 6.2.0). Another may make
/// it fail, and here it does.
final class SayLanguages {
    private static final Set<String> LISTED = Set.of("""
            af-ZA am-ET ar-AE ar-XA arb bg-BG bn-IN ca-ES cmn-CN cmn-TW cs-CZ cy-GB da-DK de-AT de-DE el-GR
            en-AU en-CA en-GB en-GB-WLS en-IE en-IN en-NZ en-US en-ZA es-ES es-MX es-US fi-FI fil-PH fr-BE
            fr-CA fr-FR gu-IN he-IL hi-IN hu-HU id-ID is-IS it-IT ja-JP kn-IN ko-KR lv-LV ml-IN mr-IN ms-MY
            nb-NO nl-BE nl-NL pa-IN pl-PL pt-BR pt-PT ro-RO ru-RU sk-SK sr-RS sv-SE ta-IN te-IN th-TH tr-TR
            uk-UA vi-VN yue-HK zh-CN zh-HK zh-TW
            """.strip().split("\\s+"));

    private SayLanguages() {}

    static boolean speaks(String language) {
        return language.isEmpty() || LISTED.contains(language);
    }
}
