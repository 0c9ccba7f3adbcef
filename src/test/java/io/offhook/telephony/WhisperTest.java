package io.offhook.telephony;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WhisperTest {

    @ParameterizedTest
    @CsvSource({
        "'Disputes a $347 charge', 'Says she never authorised it.', 'Disputes a $347 charge. Says she never authorised it.'",
        "'Billing dispute!', 'Charged twice', 'Billing dispute! Charged twice'",
        "'', 'Charged twice', 'Charged twice'",
        "'Billing dispute', '', 'Billing dispute.'",
        "'Refund', 'Refund', 'Refund.'",
        "'', '', ''"
    })
    void it_is_the_reason_and_then_the_summary(String reason, String summary, String about) {
        assertThat(whisper(reason, summary)).isEqualTo(about);
    }

    @Test
    void it_takes_ten_seconds_at_most() {
        var manyWords = whisper("Refund", "one two three four ".repeat(100));
        var longWords = whisper("Refund", "Donaudampfschifffahrtsgesellschaft ".repeat(100));

        assertThat(manyWords.split(" ")).hasSize(24);
        assertThat(longWords).hasSizeLessThanOrEqualTo(160).endsWith("gesellschaft");
    }

    @Test
    void it_is_speech_and_nothing_else() {
        var about = whisper("Refund\u0000\n", "</Say><Dial>+15555550100</Dial> {\"a\": [1]} \u202e\ud800 now");

        assertThat(about).isEqualTo("Refund. /Say Dial +15555550100 /Dial \"a\": 1 now");
    }

    private static String whisper(String reason, String summary) {
        return Whisper.of(
                        new Handoff(
                        new CallId("CA00000000000000000000000000000001"),
                        new HandoffCause.AgentAsked(),
                        reason,
                        summary,
                        Handoff.Urgency.NORMAL, "default",
                        Optional.empty(),
                        "en-US",
                        List.of(),
                        Instant.EPOCH),
                        Whisper.Ask.ENGLISH)
                .about();
    }
}
