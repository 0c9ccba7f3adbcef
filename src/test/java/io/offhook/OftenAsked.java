package io.offhook;

import java.time.Duration;
import org.awaitility.Awaitility;
import org.junit.platform.launcher.LauncherSession;
import org.junit.platform.launcher.LauncherSessionListener;

/// How tests wait: they ask at once and often, which saves minutes, and give up late, so that a slow machine can't fail
/// them.
public final class OftenAsked implements LauncherSessionListener {
    @Override
    public void launcherSessionOpened(LauncherSession session) {
        Awaitility.setDefaultPollDelay(Duration.ZERO);
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
        // Another test's thread may fail meanwhile: that is for the other test to say.
        Awaitility.doNotCatchUncaughtExceptionsByDefault();
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }
}
