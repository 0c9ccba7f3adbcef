package io.offhook.tool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.engine.demo.DemoOrders;
import io.offhook.store.jdbc.TestPostgres;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteDataSource;

class SqlToolTest {
    private static final Map<String, String> FACTS = Map.of("call.id", "CA1", "caller.number", "AB7492");

    private static final String ENDLESS =
            "with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n";

    private static final Duration DEAF = Duration.ofMillis(1_500);

    @Nested
    class OnSqlite extends Contract {
        @TempDir
        private Path directory;

        @Override
        DataSource open() {
            var database = new SQLiteDataSource();
            database.setUrl("jdbc:sqlite:" + directory.resolve("orders.db"));
            return database;
        }
    }

    @Nested
    class OnPostgres extends Contract {
        @Override
        DataSource open() throws Exception {
            var database = new PGSimpleDataSource();
            database.setUrl(TestPostgres.empty());
            return database;
        }
    }

    abstract static class Contract {
        private DataSource database;

        abstract DataSource open() throws Exception;

        @BeforeEach
        void creates_orders() throws Exception {
            database = open();
            DemoOrders.create(database);
            DemoOrders.create(database);
        }

        @Test
        void one_row_is_an_object_with_lower_case_keys() {
            var outcome = run(
                    "select status, carrier as \"Carrier\", eta from demo_order where order_number = :number",
                    "{\"number\":\"AB7492\"}");

            assertThat(outcome.answer()).isEqualTo("{\"status\":\"shipped\",\"carrier\":\"UPS\",\"eta\":\"Thursday\"}");
        }

        @Test
        void no_row_says_so_and_several_are_a_list() {
            assertThat(run("select 1 as n from demo_order where order_number = :number", "{\"number\":\"ZZ0000\"}")
                            .answer())
                    .isEqualTo("{\"found\":false}");
            assertThat(run("select order_number from demo_order where carrier is null order by 1;", "{}")
                            .answer())
                    .isEqualTo("[{\"order_number\":\"AB7493\"},{\"order_number\":\"GH6021\"}]");
        }

        @Test
        void a_column_without_a_value_is_null() {
            assertThat(run("select eta from demo_order where order_number = 'GH6021'", "{}")
                            .answer())
                    .isEqualTo("{\"eta\":null}");
        }

        @Test
        void facts_of_the_call_are_bound_and_no_argument_passes_for_one() {
            var outcome = run(
                    "select status from demo_order where order_number = :caller.number",
                    "{\"caller.number\":\"CD1180\"}");

            assertThat(outcome.answer()).isEqualTo("{\"status\":\"shipped\"}");
        }

        @Test
        void an_argument_is_never_sql() {
            for (var attack : List.of("' or '1'='1", "x'; drop table demo_order; --", ":caller.number", "\\u0000")) {
                var outcome = run(
                        "select status from demo_order where order_number = :number",
                        "{\"number\":\"" + attack + "\"}");

                assertThat(outcome.answer()).isEqualTo("{\"found\":false}");
            }
            assertThat(run("select count(*) as n from demo_order", "{}").answer())
                    .isEqualTo("{\"n\":5}");
        }

        @Test
        void more_rows_than_fifty_are_cut_and_marked() {
            var outcome = run(
                    "with recursive n(i) as (select 1 union all select i + 1 from n where i < 80)" + " select i from n",
                    "{}");

            assertThat(outcome.answer())
                    .contains("\"more_rows\":true", "{\"i\":50}")
                    .doesNotContain("{\"i\":51}");
        }

        @Test
        void a_failing_query_says_nothing_about_the_database() {
            var outcome =
                    run("select secret_column from demo_order where order_number = :number", "{\"number\":\"AB7492\"}");

            assertThat(outcome.result()).isEqualTo(ToolOutcome.ERROR);
            assertThat(outcome.answer()).contains("query_failed").doesNotContain("secret_column", "AB7492");
        }

        @Test
        void anything_but_one_query_is_refused_when_it_is_set_up() {
            for (var sql : List.of(
                    "delete from demo_order", "select 1; delete from demo_order", "", "pragma x", "selection")) {
                assertThatThrownBy(() -> tool(sql)).as(sql).isInstanceOf(IllegalArgumentException.class);
            }
        }

        @Test
        void a_query_cannot_write() {
            var outcome = run("with gone as (select 1) select * from gone", "{}");
            var writing = run("with gone as (delete from demo_order returning 1) select * from gone", "{}");

            assertThat(outcome.result()).isEqualTo(ToolOutcome.OK);
            assertThat(writing.result()).isEqualTo(ToolOutcome.ERROR);
            assertThat(run("select count(*) as n from demo_order", "{}").answer())
                    .isEqualTo("{\"n\":5}");
        }

        @Test
        void a_query_ends_at_its_limit_in_the_database_too() throws Exception {
            var quick = new SqlTool("query", ENDLESS, database, Duration.ofMillis(200));
            var tools = new ConfiguredToolbox(List.of(
                    new ToolDefinition("query", "", "{\"type\":\"object\"}", quick, Duration.ofMillis(200))));
            var began = System.nanoTime();

            var outcome = tools.run(new ToolRequest("r1", "query", "{}"), FACTS);

            assertThat(outcome.result()).isEqualTo(ToolOutcome.TIMEOUT);
            assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(20));
            await().atMost(Duration.ofSeconds(60)).until(() -> queries() == 0);
        }

        @Test
        void a_query_holds_no_carrier_of_virtual_threads() throws Exception {
            int carriers = Runtime.getRuntime().availableProcessors();
            var slow = new SqlTool("query", ENDLESS, database, Duration.ofSeconds(60));
            var running = new ArrayList<Thread>();
            for (int i = 0; i <= carriers; i++) {
                var id = "r" + i;
                running.add(Thread.startVirtualThread(() -> assertThatThrownBy(() ->
                                slow.run(new Tool.Invocation(id, "CA1", Map.of(), Map.of())))
                        .isInstanceOf(InterruptedException.class)));
            }
            await().until(() -> queries() > carriers);
            var other = new CountDownLatch(1);

            Thread.startVirtualThread(other::countDown);

            assertThat(other.await(15, TimeUnit.SECONDS)).isTrue();
            running.forEach(Thread::interrupt);
            await().atMost(Duration.ofSeconds(60)).until(() -> queries() == 0);
        }

        @Test
        void a_query_ends_although_the_database_misses_cancels_for_a_while() {
            var firstCancel = new AtomicLong();
            var quick = new SqlTool("query", ENDLESS, deaf(firstCancel), Duration.ofMillis(200));

            assertThatThrownBy(() -> quick.run(new Tool.Invocation("r1", "CA1", Map.of(), Map.of())))
                    .isInstanceOf(InterruptedException.class);

            await().atMost(Duration.ofSeconds(60)).until(() -> queries() == 0);
            assertThat(System.nanoTime() - firstCancel.get()).isGreaterThan(DEAF.toNanos());
        }

        /// The same database, which hears no cancel for some time after the first one.
        private DataSource deaf(AtomicLong firstCancel) {
            return wrapped(DataSource.class, database, source -> wrapped(
                    Connection.class, (Connection) source, made -> made instanceof PreparedStatement statement
                            ? deaf(statement, firstCancel)
                            : made));
        }

        private static PreparedStatement deaf(PreparedStatement statement, AtomicLong firstCancel) {
            return (PreparedStatement) Proxy.newProxyInstance(
                    SqlToolTest.class.getClassLoader(), new Class<?>[] {PreparedStatement.class}, (_, method, args) -> {
                        if (method.getName().equals("cancel")) {
                            firstCancel.compareAndSet(0, System.nanoTime());
                            if (System.nanoTime() - firstCancel.get() < DEAF.toNanos()) {
                                return null;
                            }
                        }
                        return invoke(statement, method, args);
                    });
        }

        private static <T> T wrapped(Class<T> type, T target, UnaryOperator<Object> results) {
            return type.cast(Proxy.newProxyInstance(
                    SqlToolTest.class.getClassLoader(), new Class<?>[] {type}, (_, method, args) -> {
                        var result = invoke(target, method, args);
                        return method.getName().equals("getConnection") || method.getName().equals("prepareStatement")
                                ? results.apply(result)
                                : result;
                    }));
        }

        private static Object invoke(Object target, Method method, Object[] args) throws Throwable {
            try {
                return method.invoke(target, args);
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }

        private static long queries() {
            return Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals("tool-sql"))
                    .count();
        }

        private ToolOutcome run(String sql, String arguments) {
            return new ConfiguredToolbox(List.of(new ToolDefinition(
                            "query", "", "{\"type\":\"object\"}", tool(sql), Duration.ofSeconds(60))))
                    .run(new ToolRequest("r1", "query", arguments), FACTS);
        }

        private SqlTool tool(String sql) {
            return new SqlTool("query", sql, database, Duration.ofSeconds(60));
        }
    }
}
