package io.offhook.store.jdbc;

import io.offhook.store.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.zip.CRC32;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/// The steps that make the schema. Flyway takes them; but most databases have them all already, and it would search the
/// class path and compare every step to find that out, so that is asked with one query first. Any thread.
final class Migrations {
    /// In the order in which they are applied; the folder holds no other.
    static final List<String> FILES = List.of(
            "V1__calls.sql",
            "V2__customers.sql",
            "V3__outbox.sql",
            "V4__callback.sql",
            "V5__crm_filings.sql",
            "V6__mailbox.sql",
            "V7__cost.sql",
            "V8__spoken.sql",
            "V9__attempts.sql",
            "V10__nodes.sql",
            "V11__transcribed.sql");

    private static final String FOLDER = "io/offhook/store/jdbc";
    private static final String HISTORY = "schema_history";

    private Migrations() {}

    /// Brings the schema up to this version's.
    ///
    /// @throws RuntimeException when the database does not answer, or its schema is not one of this version's past
    static void apply(DataSource schema) {
        if (!applied(schema)) {
            Flyway.configure(Migrations.class.getClassLoader())
                    .dataSource(schema)
                    .locations("classpath:" + FOLDER)
                    .table(HISTORY)
                    .load()
                    .migrate();
        }
    }

    /// Whether Flyway would have nothing to do. Whatever else it is, Flyway tells best.
    ///
    /// @throws StoreException when the database does not answer
    static boolean applied(DataSource schema) {
        try (var connection = schema.getConnection()) {
            return history(connection).equals(FILES.stream().map(Applied::file).toList());
        } catch (SQLException e) {
            throw new StoreException("connect", e);
        }
    }

    /// Empty when there is none, or none that can be read.
    private static List<Applied> history(Connection connection) {
        var steps = new ArrayList<Applied>();
        try (var query = connection.createStatement();
                var rows = query.executeQuery(
                        "select version, checksum, success from " + HISTORY + " order by installed_rank")) {
            while (rows.next()) {
                steps.add(new Applied(rows.getString(1), rows.getInt(2), rows.getBoolean(3)));
            }
        } catch (SQLException e) {
            return List.of();
        }
        return steps;
    }

    private record Applied(String version, int checksum, boolean success) {
        static Applied file(String name) {
            return new Applied(name.substring(1, name.indexOf("__")), checksum(name), true);
        }

        /// Flyway's: the CRC-32 of all lines without their ends.
        private static int checksum(String name) {
            var crc = new CRC32();
            var file = Objects.requireNonNull(
                    Migrations.class.getClassLoader().getResourceAsStream(FOLDER + "/" + name), name);
            try (var lines = new BufferedReader(new InputStreamReader(file, StandardCharsets.UTF_8))) {
                lines.lines().forEach(line -> crc.update(line.getBytes(StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return (int) crc.getValue();
        }
    }
}
