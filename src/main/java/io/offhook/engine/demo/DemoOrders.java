package io.offhook.engine.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Objects;
import javax.sql.DataSource;

/// What the demo's agent looks things up in: orders (`demo_order`), charges (`demo_charge`), and its one customer.
public final class DemoOrders {
    private DemoOrders() {}

    /// Creates the table and its rows where they are missing; on SQLite or PostgreSQL.
    public static void create(DataSource database) {
        run("orders.sql", database);
    }

    /// Adds the customer to the store's own table.
    public static void addCustomer(DataSource store) {
        run("customers.sql", store);
    }

    private static void run(String name, DataSource database) {
        try (var script = Objects.requireNonNull(DemoOrders.class.getResourceAsStream(name));
                var connection = database.getConnection();
                var statement = connection.createStatement()) {
            for (var sql : new String(script.readAllBytes(), UTF_8).split(";\\s*\n", -1)) {
                if (!sql.isBlank()) {
                    statement.execute(sql);
                }
            }
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (SQLException e) {
            throw new IllegalStateException("the demo's orders could not be created", e);
        }
    }
}
