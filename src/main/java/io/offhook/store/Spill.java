package io.offhook.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Facts on local disk that the store has not taken yet: numbered files of JSON lines, forced to disk batch by batch
/// and read back oldest first. They lie in a folder of this process alone; those of processes that are gone are moved
/// there. One thread, except where a method says otherwise.
final class Spill implements AutoCloseable {
    static final Pattern NUMBERED = Pattern.compile("\\d{12}\\.jsonl");
    private static final Logger LOG = LoggerFactory.getLogger(Spill.class);
    private static final long FILE_BYTES = 8L << 20;

    private final FactJson json = new FactJson();
    private final Path directory;
    private final SpillFolder folder;
    private final long maxBytes;
    private final Deque<Path> full = new ArrayDeque<>();
    private long nextNumber = 1;
    private long bytes;
    private @Nullable Path open;
    private @Nullable FileChannel channel;

    /// Files left by earlier processes come first.
    Spill(Path directory, long maxBytes) throws IOException {
        this.directory = directory;
        this.maxBytes = maxBytes;
        this.folder = SpillFolder.create(directory);
        adopt();
    }

    /// Takes over the files of processes that are gone.
    void adopt() throws IOException {
        for (var theirs : folder.abandoned()) {
            try (theirs) {
                for (var file : theirs.files()) {
                    var mine = Files.move(file, next(), StandardCopyOption.ATOMIC_MOVE);
                    full.add(mine);
                    bytes += Files.size(mine);
                }
            } catch (IOException e) {
                LOG.atWarn()
                        .addKeyValue("folder", theirs.path())
                        .setCause(e)
                        .log("spilled facts of an earlier process can't be taken over");
            }
        }
    }

    boolean isEmpty() {
        return full.isEmpty() && open == null;
    }

    long bytes() {
        return bytes;
    }

    /// Adds facts, all or none; on return they are on disk.
    ///
    /// @throws IOException also when the size limit is reached
    void add(List<Fact> facts) throws IOException {
        var text = new StringBuilder();
        for (var fact : facts) {
            text.append(json.write(fact)).append('\n');
        }
        var buffer = ByteBuffer.wrap(text.toString().getBytes(UTF_8));
        int size = buffer.remaining();
        if (bytes + size > maxBytes) {
            throw new IOException("the spill directory holds " + maxBytes + " bytes, its limit");
        }
        var file = channel == null ? begin() : channel;
        long before = file.position();
        try {
            while (buffer.hasRemaining()) {
                file.write(buffer);
            }
            file.force(false);
        } catch (IOException e) {
            // Half a batch must not stand before the next one.
            file.truncate(before);
            file.position(before);
            throw e;
        }
        bytes += size;
        if (file.position() > FILE_BYTES) {
            finish();
        }
    }

    /// Keeps a fact that the store will not take, out of the way of all others, in `<folder>.bad` beside the folder.
    /// Any thread.
    ///
    /// @throws IOException also when that file has reached its size limit
    void setAside(Fact fact) throws IOException {
        var file = directory.resolve(folder.path().getFileName() + ".bad");
        try (var out = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                SpillFolder.onlyOurs(file, "rw-------"))) {
            if (out.size() > FILE_BYTES) {
                throw new IOException("the file of facts set aside has reached its limit");
            }
            var line = ByteBuffer.wrap((json.write(fact) + "\n").getBytes(UTF_8));
            while (line.hasRemaining()) {
                out.write(line);
            }
            out.force(false);
        }
    }

    /// The oldest file; nothing is added to it any more.
    Optional<Path> oldest() throws IOException {
        if (full.isEmpty()) {
            finish();
        }
        return Optional.ofNullable(full.peek());
    }

    /// What a file holds; torn lines are left out and counted. Any thread.
    Contents read(Path file) throws IOException {
        var facts = new ArrayList<Fact>();
        int torn = 0;
        if (!Files.exists(file)) {
            return new Contents(facts, 0);
        }
        // A plain reader replaces bytes that are not UTF-8, so that a damaged line costs only itself.
        try (var lines = new BufferedReader(new InputStreamReader(Files.newInputStream(file), UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                try {
                    facts.add(json.read(line));
                } catch (StoreException e) {
                    torn++;
                }
            }
        }
        return new Contents(facts, torn);
    }

    void delete(Path file) throws IOException {
        long size = Files.exists(file) ? Files.size(file) : 0;
        Files.deleteIfExists(file);
        bytes -= size;
        full.remove(file);
    }

    /// What is left here is for the next process.
    @Override
    public void close() throws IOException {
        finish();
        folder.close();
    }

    private FileChannel begin() throws IOException {
        var file = next();
        var opened = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                SpillFolder.onlyOurs(file, "rw-------"));
        open = file;
        channel = opened;
        return opened;
    }

    private void finish() throws IOException {
        var finished = open;
        if (channel != null && finished != null) {
            channel.close();
            full.add(finished);
        }
        channel = null;
        open = null;
    }

    private Path next() {
        return folder.path().resolve(String.format("%012d.jsonl", nextNumber++));
    }

    record Contents(List<Fact> facts, int torn) {}
}
