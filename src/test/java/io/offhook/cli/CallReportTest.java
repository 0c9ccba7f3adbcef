package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallReportTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "I can help you. | false | I can help you.",
                "I can | true | I can… (interrupted)",
                "Of | true | Of… (interrupted)",
                "You have 30 days, and | true | You have 30 days, and… (interrupted)",
                "One moment. | true | One moment… (interrupted)",
                "'' | true | (interrupted before the first word)",
            })
    void what_was_interrupted_is_shown_as_such(String text, boolean interrupted, String shown) {
        assertThat(CallReport.said(text, interrupted)).isEqualTo(shown);
    }
}
