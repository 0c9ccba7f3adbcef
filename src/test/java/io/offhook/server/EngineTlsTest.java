package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.NotSslRecordException;
import io.offhook.simulator.CallStep;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The engine is reached over TLS that proves who it is, or not at all. Whom Java trusts is a property of the whole
/// process; no other test says anything about it.
class EngineTlsTest {
    private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);
    private static final String ANSWER = "It is on its way.";

    @TempDir
    Path folder;

    private final Map<String, Optional<String>> before = new HashMap<>();

    @AfterEach
    void trust_as_before() {
        before.forEach((name, value) ->
                value.ifPresentOrElse(text -> System.setProperty(name, text), () -> System.clearProperty(name)));
    }

    @Test
    void an_engine_that_the_java_runtime_trusts_is_talked_to() throws Exception {
        try (var gate = new TlsGate(TestServer.vertx(), "localhost")) {
            trust(gate);
            try (var server = TestServer.plan().set("OPENAI_BASE_URL", gate.baseUrl()).start()) {
                gate.leadTo(server.engine.port());
                server.script.says(ANSWER);

                var call = server.ringAndGreet();
                server.says("Where is my order?");

                server.hears(call, GREETING, ANSWER);
                assertThat(gate.refusals()).isEmpty();
            }
        }
    }

    @Test
    void an_engine_that_nobody_vouches_for_is_never_talked_to() {
        try (var gate = new TlsGate(TestServer.vertx(), "localhost")) {
            leadsToAPerson(gate);
        }
    }

    @Test
    void an_engine_with_the_certificate_of_another_host_is_never_talked_to() throws Exception {
        try (var gate = new TlsGate(TestServer.vertx(), "elsewhere.test")) {
            trust(gate);

            leadsToAPerson(gate);
        }
    }

    /// Real time, since five seconds are promised.
    private static void leadsToAPerson(TlsGate gate) {
        try (var server = TestServer.plan()
                .speed(1)
                .set("OPENAI_BASE_URL", gate.baseUrl())
                .start()) {
            gate.leadTo(server.engine.port());

            var call = server.ring();

            server.awaitPerson(call);
            var apology = call.steps(CallStep.Said.class).getFirst();
            assertThat(apology.text()).contains(TestServer.TECHNICAL);
            assertThat(apology.at()).as("%s", call.steps()).isLessThanOrEqualTo(server.soon(FIVE_SECONDS));
            assertThat(server.handoff(call).cause().slug()).isEqualTo("engine_tls");
            server.awaitHappened(call, "engine_tls");
            assertThat(server.engine.attempts()).isEmpty();
            assertThat(gate.refusals())
                    .isNotEmpty()
                    .noneMatch(refusal -> refusal instanceof NotSslRecordException
                            || refusal.getCause() instanceof NotSslRecordException);
            assertThat(String.join("\n", server.log()))
                    .doesNotContain("PKIX", "CN=", "BEGIN CERTIFICATE", "SunCertPath", "elsewhere.test");
            call.hangUp();
            call.awaitEnded(PATIENCE);
        }
    }

    private void trust(TlsGate gate) throws Exception {
        set("javax.net.ssl.trustStore", gate.trustStore(folder).toString());
        set("javax.net.ssl.trustStoreType", "PKCS12");
        set("javax.net.ssl.trustStorePassword", TlsGate.PASSWORD);
    }

    private void set(String property, String value) {
        before.putIfAbsent(property, Optional.ofNullable(System.getProperty(property)));
        System.setProperty(property, value);
    }
}
