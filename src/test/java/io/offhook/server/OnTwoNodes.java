package io.offhook.server;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Tests that share two nodes, one after the other, since a node takes seconds to start. Where a test has killed the
/// first node, the next one has another.
@DisabledOnOs(OS.WINDOWS)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
abstract class OnTwoNodes {
    private final String agent;
    TwoNodes nodes;

    /// @param agent the agent.yaml of both
    OnTwoNodes(String agent) {
        this.agent = agent;
    }

    @BeforeAll
    final void start(@TempDir Path folder) throws Exception {
        nodes = new TwoNodes(folder, agent);
        prepare();
        nodes.rehearse();
    }

    /// What is to be in the database before the first call.
    void prepare() {}

    @AfterEach
    final void forget() {
        nodes.relay.forget();
    }

    @AfterAll
    final void stop() {
        nodes.close();
    }
}
