package io.offhook.server;

import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// From the whisper until somebody has talked with the caller, or the next one is to be rung.
@DisabledOnOs(OS.WINDOWS)
@Order(1)
class KilledWhenThePersonAnswersTest extends KilledInHandoff {
    @ParameterizedTest
    @EnumSource(from = "WHEN_THE_PERSON_KNOWS_WHAT_IT_IS_ABOUT", to = "WHEN_IT_HAS_ANSWERED_WHO_IS_NEXT")
    @Execution(ExecutionMode.SAME_THREAD)
    void the_caller_reaches_somebody_once_who_knows_the_whole_story(Killed step) {
        check(step);
    }
}
