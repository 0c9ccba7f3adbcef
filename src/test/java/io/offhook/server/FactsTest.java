package io.offhook.server;

import static io.offhook.server.TestServer.CALLER;
import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.NUMBER;
import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.Identity;
import io.offhook.simulator.CallStep;
import io.vertx.core.http.HttpServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What the provider tells of a call reaches the agent's tools, and what these find the human who takes the caller.
@Execution(ExecutionMode.CONCURRENT)
class FactsTest {
    private final CompletableFuture<String> asked = new CompletableFuture<>();
    private volatile String answer = "{}";
    private final HttpServer customers = TestServer.vertx()
            .createHttpServer()
            .requestHandler(request -> {
                asked.complete(request.getParam("from") + " " + request.getParam("to") + " " + request.getParam("id"));
                request.response().end(answer);
            })
            .listen(0, "127.0.0.1")
            .await();

    @AfterEach
    void stop() {
        customers.close().await();
    }

    @Test
    void a_tool_is_told_who_called_and_which_number() throws Exception {
        var tool = "tools: { find: 'GET http://127.0.0.1:%d/x?from={caller.number}&to={called.number}&id={caller.id}' }"
                .formatted(customers.actualPort());
        try (var server = TestServer.plan().agent(tool).start()) {
            server.script.calls("find", "{}").says("There you are.");
            var call = server.ringAndGreet();

            server.says("Do you know me?");

            assertThat(asked.get(60, TimeUnit.SECONDS)).isEqualTo(CALLER + " " + NUMBER + " ");
            server.hears(call, GREETING, "There you are.");
        }
    }

    @Test
    void the_human_is_told_what_the_caller_has_proved_and_what_the_carrier_says_of_the_number() {
        answer = "{\"caller_verified\": true}";
        var tool = "tools: { check_pin: 'GET http://127.0.0.1:%d/x' }".formatted(customers.actualPort());
        try (var server = TestServer.plan().agent(tool).start()) {
            server.script.calls("check_pin", "{}").says("Thank you, that is right.");
            var call = server.ringAttested("TN-Validation-Passed-A");
            server.says("My PIN is 1 2 3 4.");
            server.hears(call, GREETING, "Thank you, that is right.");

            call.press('0');
            call.await(CallStep.Dialled.class, PATIENCE).orElseThrow();

            assertThat(server.handoff(call).identity()).isEqualTo(new Identity(true, "A"));
        }
    }

    @Test
    void a_caller_who_has_proved_nothing_is_not_verified_however_good_the_number() {
        try (var server = TestServer.plan().start()) {
            var call = server.ringAttested("TN-Validation-Passed-B");

            call.press('0');
            call.await(CallStep.Dialled.class, PATIENCE).orElseThrow();

            assertThat(server.handoff(call).identity()).isEqualTo(new Identity(false, "B"));
        }
    }
}
