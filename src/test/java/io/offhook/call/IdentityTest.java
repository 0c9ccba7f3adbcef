package io.offhook.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is known of who the caller is: what was proved, and what the network says of the number.
class IdentityTest {
    private static Identity identity(Map<String, String> found, String attestation) {
        var signals = Signals.NONE.toolRan(
                new ToolOutcome("{}", ToolOutcome.OK, Duration.ZERO, false), found);
        return Identity.of(signals, attestation);
    }

    @ParameterizedTest
    @CsvSource({"true, A, true", "true, '', true", "false, A, false", "yes, A, false", "true, failed, false"})
    void a_tool_says_who_has_proved_it_and_a_borrowed_number_proves_nothing(
            String said, String attestation, boolean verified) {
        assertThat(identity(Map.of("caller_verified", said), attestation))
                .isEqualTo(new Identity(verified, attestation));
    }

    @Test
    void the_best_number_proves_nobody() {
        assertThat(identity(Map.of(), "A")).isEqualTo(new Identity(false, "A"));
    }

    @Test
    void nothing_is_known_of_most_callers() {
        assertThat(identity(Map.of(), "")).isEqualTo(Identity.UNKNOWN);
    }
}
