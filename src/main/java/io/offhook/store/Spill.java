package io.offhook.store;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Facts on local disk that the store has not taken yet: numbered files of JSON lines, forced to disk batch by batch
/// and
/// read back oldest first. Files hold what callers said, so only our own user may read them. One thread.
final class Spill implements AutoCloseable {
    private static final long FILE_BYTES = 8L << 20;
    private static final String SUFFIX = ".jsonl";

    private final FactJson json = new FactJson();
    private final Path directory;
    private final long maxBytes;
    private final Deque<Path> full = new ArrayDeque<>();
    private long nextNumber = 1;
    private long bytes;
    private @Nullable Path open;
    private @Nullable FileChannel channel;

    /// Files left by an earlier process come first.
    Spill(Path directory, long maxBytes) throws IOException {
        this.directory = directory;
        this.maxBytes = maxBytes;
        Files.createDirectories(directory);
        if (posix()) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
        try (var files = Files.list(directory)) {
            for (var file : files.filter(file -> file.getFileName().toString().matches("\\d{12}\\.jsonl"))
                    .sorted()
                    .toList()) {
                full.add(file);
                bytes += Files.size(file);
                nextNumber = Long.parseLong(file.getFileName().toString().replace(SUFFIX, "")) + 1;
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

    /// The oldest file; nothing is added to it any more.
    Optional<Path> oldest() throws IOException {
        if (full.isEmpty()) {
            finish();
        }
        return Optional.ofNullable(full.peek());
    }

    /// What a file holds; torn lines are left out and counted.
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

    @Override
    public void close() throws IOException {
        finish();
    }

    private FileChannel begin() throws IOException {
        var file = directory.resolve(String.format("%012d", nextNumber++) + SUFFIX);
        var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        var opened = posix()
                ? FileChannel.open(
                        file,
                        options,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : FileChannel.open(file, options);
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

    private boolean posix() {
        return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    record Contents(List<Fact> facts, int torn) {}
}
