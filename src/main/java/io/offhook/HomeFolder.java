package io.offhook;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The data folder. It holds what callers said, so only our own user may look into it.
public final class HomeFolder {
    private static final Logger log = LoggerFactory.getLogger(HomeFolder.class);

    private HomeFolder() {}

    public static void make(Path folder) throws IOException {
        boolean fresh = !Files.exists(folder);
        Files.createDirectories(folder);
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        var ours = PosixFilePermissions.fromString("rwx------");
        var rights = Files.getPosixFilePermissions(folder);
        if (rights.equals(ours)) {
            return;
        }
        if (!fresh && rights.contains(PosixFilePermission.OTHERS_WRITE)) {
            // Somebody's shared folder, such as /tmp, is not ours to lock; our files in it are.
            warn(folder);
            return;
        }
        try {
            Files.setPosixFilePermissions(folder, ours);
        } catch (IOException e) {
            warn(folder);
        }
    }

    private static void warn(Path folder) {
        log.atWarn()
                .addKeyValue("folder", folder)
                .log("others may look into the data folder; give OFFHOOK_HOME a folder of its own, with mode 0700");
    }
}
