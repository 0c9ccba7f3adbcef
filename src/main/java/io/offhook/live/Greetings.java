package io.offhook.live;

import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.engine.EngineSession;
import io.vertx.core.Vertx;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Greetings recorded beforehand in the agent's own voice, so that a caller hears it at once. Recorded through the
/// engine port, kept on disk by text, voice and model; one whose words are not exactly the text is thrown away. One that
/// could not be recorded is tried again, less and less often, for as long as an agent says it. Any thread.
public final class Greetings {
    private static final Logger LOG = LoggerFactory.getLogger(Greetings.class);
    private static final int MAX_BYTES = 60_000 * AudioFrame.BYTES_PER_MILLI;
    private static final long PATIENCE_MILLIS = 30_000;
    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
    private static final Duration LAST_RETRY = Duration.ofHours(1);

    private final Vertx vertx;
    private final Path folder;
    private final Executor workers;
    private final CallClock clock;
    private final ConcurrentHashMap<String, List<AudioFrame>> ready = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Long> retries = new ConcurrentHashMap<>();
    private final Set<String> pending = ConcurrentHashMap.newKeySet();
    private volatile Set<String> inForce = Set.of();

    /// @param clock that the time between two tries goes by
    public Greetings(Vertx vertx, Path folder, Executor workers, CallClock clock) {
        this.vertx = vertx;
        this.folder = folder;
        this.workers = workers;
        this.clock = clock;
    }

    Optional<List<AudioFrame>> recorded(AgentPlan plan) {
        return Optional.ofNullable(ready.get(key(plan)));
    }

    /// Loads the greetings of these agents, which are all there are, from disk, or else has the engine speak each once.
    /// Returns at once.
    public void prepare(List<AgentPlan> plans) {
        var wanted = plans.stream()
                .filter(plan -> plan.greetCached() && !plan.rules().greeting().isEmpty())
                .toList();
        inForce = wanted.stream().map(Greetings::key).collect(Collectors.toUnmodifiableSet());
        wanted.forEach(plan -> prepare(plan, FIRST_RETRY));
    }

    /// @param next how long to wait for another try when this one fails
    private void prepare(AgentPlan plan, Duration next) {
        var key = key(plan);
        if (ready.containsKey(key) || !pending.add(key)) {
            return;
        }
        Optional.ofNullable(retries.remove(key)).ifPresent(vertx::cancelTimer);
        var recording = new Recording(plan, folder.resolve(key + ".ulaw"), next);
        workers.execute(() -> {
            if (load(recording.file, key)) {
                pending.remove(key);
            } else {
                vertx.getOrCreateContext().runOnContext(_ -> recording.start());
            }
        });
    }

    private boolean load(Path file, String key) {
        try {
            if (Files.exists(file)) {
                ready.put(key, AudioFrame.frames(Files.readAllBytes(file)));
                return true;
            }
        } catch (IOException | RuntimeException e) {
            LOG.atWarn().addKeyValue("file", file.getFileName()).log("recorded greeting can't be read");
        }
        return false;
    }

    private void later(AgentPlan plan, Duration wait) {
        var key = key(plan);
        var doubled = wait.multipliedBy(2);
        long timer = vertx.setTimer(clock.realMillis(wait), mine -> {
            if (retries.remove(key, mine) && inForce.contains(key)) {
                prepare(plan, doubled.compareTo(LAST_RETRY) < 0 ? doubled : LAST_RETRY);
            }
        });
        retries.put(key, timer);
    }

    /// Waits until nothing is being recorded any more.
    public void awaitPrepared(Duration patience) throws InterruptedException {
        var until = System.nanoTime() + patience.toNanos();
        while (!pending.isEmpty() && System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    private static String key(AgentPlan plan) {
        try {
            var text = String.join(
                    "\u0000",
                    plan.engine().name(),
                    plan.brief().model(),
                    plan.brief().voice(),
                    plan.rules().greeting());
            var hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /// Whether two texts have the same words, whatever the punctuation.
    static boolean sameWords(String one, String other) {
        return words(one).equals(words(other));
    }

    private static List<String> words(String text) {
        return Arrays.stream(text.toLowerCase(Locale.ROOT).replace("'", "").replace("’", "").split("[^\\p{L}\\p{N}]+"))
                .filter(word -> !word.isEmpty())
                .toList();
    }

    /// One session that says the greeting and nothing else. Lives on one event loop.
    private final class Recording {
        private final AgentPlan plan;
        private final Path file;
        private final Duration next;
        private final ByteArrayOutputStream audio = new ByteArrayOutputStream();
        private String words = "";
        private Optional<EngineSession> session = Optional.empty();
        private boolean over;

        Recording(AgentPlan plan, Path file, Duration next) {
            this.plan = plan;
            this.file = file;
            this.next = next;
        }

        void start() {
            vertx.setTimer(PATIENCE_MILLIS, _ -> finish("no answer in time"));
            try {
                var opened = plan.engine().open(plan.brief(), List.of(), this::on);
                session = Optional.of(opened);
                opened.say(plan.rules().greeting());
            } catch (RuntimeException bug) {
                LOG.atError()
                        .addKeyValue("agent", plan.rules().agent())
                        .setCause(bug)
                        .log("fault while a greeting was recorded");
                finish("a fault of ours");
            }
        }

        private void on(CallEvent event) {
            switch (event) {
                case CallEvent.AgentAudio(_, var frame) -> {
                    if (audio.size() < MAX_BYTES) {
                        audio.writeBytes(frame.muLaw());
                    }
                }
                case CallEvent.AgentWords(_, var text) -> words = text;
                case CallEvent.ReplyEnded reply ->
                    finish(
                            reply.how() != ReplyEnd.COMPLETED
                                    ? "the engine did not finish it"
                                    : sameWords(words, plan.rules().greeting()) ? "" : "the engine said other words");
                case CallEvent.EngineLost(var fault) -> finish(fault.slug());
                default -> {}
            }
        }

        private void finish(String problem) {
            if (over) {
                return;
            }
            over = true;
            session.ifPresent(EngineSession::close);
            if (problem.isEmpty() && audio.size() > 0) {
                var bytes = audio.toByteArray();
                ready.put(key(plan), AudioFrame.frames(bytes));
                workers.execute(() -> keep(bytes));
            } else {
                LOG.atWarn()
                        .addKeyValue("agent", plan.rules().agent())
                        .addKeyValue("reason", problem)
                        .addKeyValue("retry", next)
                        .log("greeting not recorded; the engine speaks it on each call until it is");
                later(plan, next);
            }
            pending.remove(key(plan));
        }

        private void keep(byte[] bytes) {
            try {
                Files.createDirectories(folder);
                var part = Files.createTempFile(folder, "greeting", ".part");
                Files.write(part, bytes);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("file", file.getFileName()).log("recorded greeting can't be kept");
            }
        }
    }
}
