package io.offhook.server;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// From the announcement until the person has picked up.
@DisabledOnOs(OS.WINDOWS)
@Order(1)
class KilledBeforeThePersonAnswersTest extends KilledInHandoff {
    @ParameterizedTest
    @EnumSource(to = "WHEN_THE_PERSON_HAS_PICKED_UP")
    @Execution(ExecutionMode.SAME_THREAD)
    void the_caller_reaches_somebody_once_who_knows_the_whole_story(Killed step) {
        check(step);
    }
}
