package io.offhook.server;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// From the last phone that nobody answers until the message of the caller is stored.
@DisabledOnOs(OS.WINDOWS)
@Order(1)
class KilledWhenNobodyAnswersTest extends KilledInHandoff {
    @ParameterizedTest
    @EnumSource(from = "WHEN_NOBODY_IS_LEFT")
    @Execution(ExecutionMode.SAME_THREAD)
    void the_caller_leaves_one_message_for_somebody_who_knows_the_whole_story(Killed step) {
        check(step);
    }
}
