package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallRules;
import io.offhook.call.ContentId;
import io.offhook.call.Destination;
import io.offhook.call.EngineFault;
import io.offhook.call.Memory;
import io.offhook.call.Route;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.engine.RealtimeEngine;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How greetings come to be recorded by an engine that does not always manage.
class GreetingsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final CallClock MINUTES_ARE_SHORT = new CallClock(1_000);
    private static final CallClock REAL = new CallClock(1);
    private static final String HELLO = "Hello, this is Acme.";

    private final Vertx vertx = Vertx.vertx();
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    private Path folder;

    @AfterEach
    void stop() {
        vertx.close().await();
        workers.shutdownNow();
    }

    @Test
    void one_that_could_not_be_recorded_is_tried_again_and_each_time_later() {
        var engine = new Engine(3, Fault.LOST);
        var greetings = greetings(MINUTES_ARE_SHORT);
        var plan = plan(engine);

        greetings.prepare(List.of(plan));

        await().atMost(PATIENCE).until(() -> greetings.recorded(plan).isPresent());
        assertThat(engine.opened).hasSize(4);
        assertThat(engine.pause(1)).isGreaterThanOrEqualTo(Duration.ofSeconds(55));
        assertThat(engine.pause(2)).isGreaterThanOrEqualTo(Duration.ofSeconds(115));
        assertThat(engine.pause(3)).isGreaterThanOrEqualTo(Duration.ofSeconds(235));
    }

    @Test
    void an_exception_is_a_try_that_failed_and_keeps_nobody_waiting() throws Exception {
        var engine = new Engine(1, Fault.THROWN);
        var greetings = greetings(MINUTES_ARE_SHORT);
        var plan = plan(engine);
        greetings.prepare(List.of(plan));
        long began = System.nanoTime();

        greetings.awaitPrepared(PATIENCE);

        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(PATIENCE);
        await().atMost(PATIENCE).until(() -> greetings.recorded(plan).isPresent());
        assertThat(engine.opened).hasSize(2);
    }

    @Test
    void one_that_no_agent_says_any_more_is_left_alone() throws Exception {
        var engine = new Engine(Integer.MAX_VALUE, Fault.LOST);
        var greetings = greetings(MINUTES_ARE_SHORT);
        greetings.prepare(List.of(plan(engine)));
        greetings.awaitPrepared(PATIENCE);

        greetings.prepare(List.of());

        int tries = engine.opened.size();
        await().during(Duration.ofMillis(400)).atMost(PATIENCE).until(() -> engine.opened.size() <= tries + 1);
    }

    @Test
    void a_changed_agent_file_does_not_wait_for_the_next_try() throws Exception {
        var engine = new Engine(1, Fault.LOST);
        var greetings = greetings(REAL);
        var plan = plan(engine);
        greetings.prepare(List.of(plan));
        greetings.awaitPrepared(PATIENCE);

        greetings.prepare(List.of(plan));

        await().atMost(PATIENCE).until(() -> greetings.recorded(plan).isPresent());
        assertThat(engine.opened).hasSize(2);
    }

    private Greetings greetings(CallClock clock) {
        return new Greetings(vertx, folder, workers, clock);
    }

    private static AgentPlan plan(RealtimeEngine engine) {
        return new AgentPlan(
                new CallRules(
                        "acme", HELLO, "", "en", Duration.ofHours(1), Duration.ofHours(1), Map.of(), List.of()),
                new Brief("model", "voice", "", List.of("en"), List.of(), "", Map.of()),
                engine,
                (_, _) -> {
                    throw new AssertionError("a greeting runs no tool");
                },
                Map.of("default", new Route(List.of(new Destination.Voicemail(Duration.ofMinutes(1))))),
                List.of(),
                true,
                1,
                false,
                Map.of(),
                _ -> plan(engine));
    }

    private enum Fault {
        LOST,
        THROWN
    }

    /// Fails that often, and then says what it is told.
    private static final class Engine implements RealtimeEngine {
        final List<Instant> opened = new CopyOnWriteArrayList<>();
        private final int failures;
        private final Fault how;

        Engine(int failures, Fault how) {
            this.failures = failures;
            this.how = how;
        }

        /// From the try before this one, by the clock whose minutes are short.
        Duration pause(int index) {
            return Duration.between(opened.get(index - 1), opened.get(index));
        }

        @Override
        public EngineSession open(Brief brief, List<? extends Memory> history, Consumer<CallEvent> events) {
            opened.add(MINUTES_ARE_SHORT.now());
            boolean fails = opened.size() <= failures;
            if (fails && how == Fault.THROWN) {
                throw new IllegalStateException("no session today");
            }
            return new Session(events, fails);
        }

        @Override
        public String name() {
            return "test";
        }
    }

    private record Session(Consumer<CallEvent> events, boolean fails) implements EngineSession {
        @Override
        public void say(String text) {
            if (fails) {
                events.accept(new CallEvent.EngineLost(EngineFault.of(EngineFault.Kind.UNREACHABLE)));
                return;
            }
            var content = new ContentId("reply", "item", 0);
            events.accept(new CallEvent.AgentAudio(content, AudioFrame.silence(100)));
            events.accept(new CallEvent.AgentWords(content, text));
            events.accept(new CallEvent.ReplyEnded("reply", ReplyEnd.COMPLETED, "", List.of(), Optional.empty()));
        }

        @Override
        public void sayIn(String language, String text) {
            say(text);
        }

        @Override
        public void hear(AudioFrame frame) {}

        @Override
        public void respond() {}

        @Override
        public void cancel() {}

        @Override
        public void truncate(ContentId content, Duration heard) {}

        @Override
        public void tell(Turn turn) {}

        @Override
        public void summarise(String prompt) {}

        @Override
        public void toolResult(ToolRequest request, String answer) {}

        @Override
        public void close() {}
    }
}
