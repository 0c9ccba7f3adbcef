package io.offhook.server;

import static io.offhook.server.TestServer.CALLER;
import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.NUMBER;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpServer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What the provider tells of a call reaches the agent's tools.
@Execution(ExecutionMode.CONCURRENT)
class FactsTest {
    private final CompletableFuture<String> asked = new CompletableFuture<>();
    private final HttpServer customers = TestServer.vertx()
            .createHttpServer()
            .requestHandler(request -> {
                asked.complete(request.getParam("from") + " " + request.getParam("to") + " " + request.getParam("id"));
                request.response().end("{}");
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
}
