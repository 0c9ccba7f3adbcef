package io.offhook.store.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// SQLite files for tests, with the schema and nothing else in them; it is made once, since that takes long.
public final class TestSqlite {
    private TestSqlite() {}

    private static final class Template {
        static final byte[] BYTES = made();

        private static byte[] made() {
            try {
                var folder = Files.createTempDirectory("offhook-schema");
                var file = folder.resolve("offhook.db");
                Database.open("jdbc:sqlite:" + file, Optional.empty(), Optional.empty()).close();
                var bytes = Files.readAllBytes(file);
                Files.delete(file);
                Files.delete(folder);
                return bytes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// JDBC URL of `offhook.db` in the folder, which is there now if it was not before.
    public static String url(Path folder) {
        var file = folder.resolve("offhook.db");
        try {
            if (!Files.exists(file)) {
                Files.write(file, Template.BYTES);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return "jdbc:sqlite:" + file;
    }
}
