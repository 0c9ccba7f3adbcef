package io.offhook.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// One process's folder below the spill directory, held by a lock that ends with the process however it ends. A folder
/// without a holder is anybody's to take over. Only our own user may read what is in it.
final class SpillFolder implements AutoCloseable {
    private static final String LOCK = "lock";
    private static final int COPIES = 100;

    private final Path directory;
    private final Path path;
    private final FileChannel lock;

    private SpillFolder(Path directory, Path path, FileChannel lock) {
        this.directory = directory;
        this.path = path;
        this.lock = lock;
    }

    /// A new one for this process; names sort by age.
    static SpillFolder create(Path directory) throws IOException {
        makeDirectory(directory);
        var name = String.format(
                "%014d-%d", System.currentTimeMillis(), ProcessHandle.current().pid());
        for (int copy = 0; copy < COPIES; copy++) {
            var path = directory.resolve(copy == 0 ? name : name + "-" + copy);
            try {
                Files.createDirectory(path, onlyOurs(directory, "rwx------"));
            } catch (FileAlreadyExistsException _) {
                continue;
            }
            // Another process may take it for an abandoned one before it is locked.
            var mine = claim(directory, path);
            if (mine.isPresent()) {
                return mine.get();
            }
        }
        throw new IOException("no folder of our own can be made in " + directory);
    }

    /// Those beside this one that no living process holds, oldest first; each is held by the caller now.
    List<SpillFolder> abandoned() throws IOException {
        try (var entries = Files.list(directory)) {
            var folders = new ArrayList<SpillFolder>();
            // Not this one: to open and close its lock file once more would give up the lock, on POSIX.
            for (var each : entries.filter(entry -> Files.isDirectory(entry) && !entry.equals(path))
                    .sorted()
                    .toList()) {
                claim(directory, each).ifPresent(folders::add);
            }
            return folders;
        }
    }

    Path path() {
        return path;
    }

    /// The numbered files in it, oldest first.
    List<Path> files() throws IOException {
        try (var files = Files.list(path)) {
            return files.filter(file -> Spill.NUMBERED
                            .matcher(file.getFileName().toString())
                            .matches())
                    .sorted()
                    .toList();
        }
    }

    /// Lets go of it, and removes it if it is empty.
    @Override
    public void close() throws IOException {
        try {
            if (files().isEmpty()) {
                Files.deleteIfExists(path.resolve(LOCK));
                Files.deleteIfExists(path);
            }
        } catch (DirectoryNotEmptyException _) {
            // Somebody has put something else there.
        } finally {
            lock.close();
        }
    }

    static FileAttribute<?>[] onlyOurs(Path where, String rights) {
        return where.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(rights))
                }
                : new FileAttribute<?>[0];
    }

    private static void makeDirectory(Path directory) throws IOException {
        Files.createDirectories(directory);
        if (directory.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        }
    }

    /// A folder that another server in this process holds is told from a free one by the exception. Closing the channel
    /// then gives up that lock towards other processes, so one process should have one server for each directory.
    private static Optional<SpillFolder> claim(Path directory, Path path) throws IOException {
        FileChannel channel;
        try {
            channel = FileChannel.open(
                    path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (NoSuchFileException | AccessDeniedException _) {
            return Optional.empty();
        }
        try {
            if (channel.tryLock() != null && Files.exists(path.resolve(LOCK))) {
                return Optional.of(new SpillFolder(directory, path, channel));
            }
        } catch (OverlappingFileLockException _) {
            // Ours.
        }
        channel.close();
        return Optional.empty();
    }
}
