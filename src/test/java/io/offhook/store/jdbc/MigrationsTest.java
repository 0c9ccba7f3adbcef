package io.offhook.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.store.StoreException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteDataSource;

class MigrationsTest {
    @Nested
    class OnSqlite extends Contract {
        @TempDir
        private Path folder;

        @Override
        DataSource empty() {
            var database = new SQLiteDataSource();
            database.setUrl("jdbc:sqlite:" + folder.resolve("empty.db"));
            return database;
        }
    }

    @Nested
    class OnPostgres extends Contract {
        @Override
        DataSource empty() throws SQLException {
            var database = new PGSimpleDataSource();
            database.setUrl(TestPostgres.empty());
            return database;
        }
    }

    abstract static class Contract {
        abstract DataSource empty() throws SQLException;

        @Test
        void a_database_has_the_schema_when_every_step_was_applied() throws SQLException {
            var database = empty();
            assertThat(Migrations.applied(database)).isFalse();

            Migrations.apply(database);

            assertThat(Migrations.applied(database)).isTrue();
            Migrations.apply(database);
            assertThat(Migrations.applied(database)).isTrue();
        }

        @Test
        void one_step_more_or_less_or_another_is_another_schema() throws SQLException {
            var database = empty();
            Migrations.apply(database);

            execute(database, "update schema_history set checksum = checksum + 1 where version = '3'");
            assertThat(Migrations.applied(database)).isFalse();
            assertThatThrownBy(() -> Migrations.apply(database)).hasMessageContaining("checksum");

            execute(database, "update schema_history set checksum = checksum - 1 where version = '3'");
            assertThat(Migrations.applied(database)).isTrue();

            execute(database, "update schema_history set version = '999' where version = '3'");
            assertThat(Migrations.applied(database)).isFalse();

            execute(database, "update schema_history set version = '3', success = false where version = '999'");
            assertThat(Migrations.applied(database)).isFalse();
        }

        private static void execute(DataSource database, String sql) throws SQLException {
            try (var connection = database.getConnection();
                    var statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    @Test
    void every_step_in_the_folder_is_named_once() throws Exception {
        var folder = Path.of(
                MigrationsTest.class.getResource("/io/offhook/store/jdbc/" + Migrations.FILES.getFirst()).toURI());
        try (var files = Files.list(folder.getParent())) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".sql")))
                    .containsExactlyInAnyOrderElementsOf(Migrations.FILES);
        }
    }

    @Test
    void a_database_that_does_not_answer_is_asked_once() {
        var nobody = new PGSimpleDataSource();
        nobody.setUrl("jdbc:postgresql://127.0.0.1:1/offhook");

        assertThatThrownBy(() -> Migrations.apply(nobody))
                .isInstanceOf(StoreException.class)
                .hasRootCauseInstanceOf(ConnectException.class);
    }
}
