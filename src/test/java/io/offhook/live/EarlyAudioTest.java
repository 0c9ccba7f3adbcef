package io.offhook.live;

import static io.offhook.live.Node.CALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent;
import io.offhook.call.EngineFault;
import io.offhook.call.EngineFault.Kind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the caller says while there is no engine to hear it.
class EarlyAudioTest {
    private static final CallEvent READY = new CallEvent.EngineReady(Duration.ZERO, Optional.empty());

    @TempDir
    private Path folder;

    private final List<AudioFrame> said = new ArrayList<>();
    private Node node;
    private Node.Stream stream;

    @BeforeEach
    void answer() {
        node = new Node(folder, 1);
        node.rings(CALL);
        stream = node.connects(CALL).orElseThrow();
    }

    @AfterEach
    void stop() {
        node.close();
    }

    @Test
    void is_heard_whole_and_in_order_once_the_engine_is_ready() {
        callerSays(100);

        tells(session(0), READY);

        callerSays(3);
        assertThat(session(0).heard()).hasSize(103).isEqualTo(said);
        assertThat(node.noticed).doesNotContain("engine_audio_dropped");
    }

    @Test
    void outlives_a_try_that_failed_and_the_wait_for_the_next() {
        callerSays(10);
        tells(session(0), lost(Kind.SERVER_ERROR));
        callerSays(10);
        var second = session(1);
        callerSays(10);

        tells(second, READY);

        callerSays(1);
        assertThat(second.heard()).hasSize(31).isEqualTo(said);
        assertThat(session(0).heard()).isEmpty();
    }

    @Test
    void is_heard_by_the_session_that_replaces_one_lost_in_the_conversation() {
        tells(session(0), READY);
        callerSays(5);
        tells(session(0), lost(Kind.CLOSED));
        callerSays(20);
        var second = session(1);
        tells(second, lost(Kind.SERVER_ERROR));
        callerSays(20);

        var third = session(2);
        tells(third, READY);

        callerSays(1);
        assertThat(session(0).heard()).isEqualTo(said.subList(0, 5));
        assertThat(second.heard()).isEmpty();
        assertThat(third.heard()).isEqualTo(said.subList(5, 46));
    }

    @Test
    void of_more_than_five_seconds_the_oldest_goes_and_is_counted() {
        callerSays(300);

        tells(session(0), READY);

        assertThat(session(0).heard()).isEqualTo(said.subList(50, 300));
        assertThat(node.noticed).filteredOn("engine_audio_dropped"::equals).hasSize(50);
    }

    /// So many frames of 20 ms.
    private void callerSays(int frames) {
        for (int i = 0; i < frames; i++) {
            var frame = AudioFrame.silence(20);
            stream.on(new CallEvent.CallerAudio(frame, 20L * said.size()));
            said.add(frame);
        }
    }

    private static CallEvent lost(Kind kind) {
        return new CallEvent.EngineLost(EngineFault.of(kind));
    }

    private Node.Engine session(int number) {
        await().until(() -> node.sessions.size() > number);
        return node.sessions.get(number);
    }

    private void tells(Node.Engine session, CallEvent event) {
        var done = new CompletableFuture<Boolean>();
        stream.context().runOnContext(_ -> {
            session.events().accept(event);
            done.complete(true);
        });
        done.join();
    }
}
