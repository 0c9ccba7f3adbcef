package io.offhook;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.BindException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class ClosedPortTest {
    @Test
    void the_cause_decides_what_is_said_and_what_to_do() {
        assertThat(ClosedPort.because(80, new BindException("bind(..) failed with error(-13): Permission denied")))
                .hasMessage("PORT: Port 80 can't be opened: this user may not open it.\n"
                        + "  Set PORT (or --port) to a number from 1024 on, and let a proxy lead to it.");
        assertThat(ClosedPort.because(8080, new BindException("Address already in use")))
                .hasMessageContaining("something else uses it", "Stop that program");
        assertThat(ClosedPort.because(8080, new BindException("Cannot assign requested address")))
                .hasMessageContaining("can't be opened: Cannot assign requested address.");
        assertThat(ClosedPort.because(8080, new TimeoutException())).hasMessageContaining("it took too long");
    }
}
