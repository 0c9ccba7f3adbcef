package io.offhook.cli;

import io.offhook.HomeFolder;
import io.offhook.call.PhoneNumber;
import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import io.offhook.config.Settings;
import io.offhook.crm.CallerNumber;
import io.offhook.crm.store.Customer;
import io.offhook.crm.store.CustomerFile;
import io.offhook.crm.store.Customers;
import io.offhook.store.StoreException;
import io.offhook.store.jdbc.Database;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "customers",
        description = "Keeps the customers by whom callers are recognised, for those who have no other CRM.",
        mixinStandardHelpOptions = true,
        subcommands = {CustomersCommand.Import.class, CustomersCommand.Ls.class, CustomersCommand.Rm.class})
final class CustomersCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "What is to be done? For example: offhook customers import customers.csv");
    }

    private interface Work {
        int on(Customers customers) throws IOException;
    }

    private static int withCustomers(CommandSpec spec, Output output, Work work) throws IOException {
        var settings = Settings.from(OffhookCommand.environment(spec));
        HomeFolder.make(settings.home());
        try (var database = Database.open(settings.jdbcUrl().reveal(), Optional.empty(), Optional.empty())) {
            return work.on(new Customers(database.writer(), database.reader(), InstantSource.system()));
        } catch (StoreException e) {
            output.complain("offhook: the database can't be used: " + e.getMessage() + "\n  See OFFHOOK_JDBC_URL.");
            return OffhookCommand.UNREACHABLE;
        }
    }

    private static String region(CommandSpec spec, String given) {
        if (!CallerNumber.knowsRegion(given)) {
            throw new ParameterException(
                    spec.commandLine(), "--region takes a country of two letters, such as US, and not " + given + ".");
        }
        return given;
    }

    @Command(
            name = "import",
            description = {
                "Adds the customers of a CSV file, or brings them up to date: all of them or none.",
                "Its first line names the columns. phone is needed; id, first_name and last_name are",
                "known; any other column, such as tier, can be named as {caller.tier}."
            },
            mixinStandardHelpOptions = true)
    static final class Import implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "CSV as in RFC 4180, in UTF-8.")
        private Path file = Path.of("");

        @Option(names = "--dry-run", description = "Says what would change, and changes nothing.")
        private boolean dryRun;

        @Option(
                names = "--region",
                paramLabel = "XX",
                description = "Country of numbers without a country code (default ${DEFAULT-VALUE}).",
                defaultValue = "US")
        private String region = "US";

        @Mixin(name = Output.MIXIN)
        private Output output = new Output();

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            var reading = read(region(spec, region));
            if (!reading.mistakes().isEmpty()) {
                throw new ConfigException(reading.mistakes());
            }
            return withCustomers(spec, output, customers -> {
                var change = dryRun ? customers.compare(reading.customers()) : customers.put(reading.customers());
                output.data((dryRun ? "Would add " : "Added ") + change.added() + ", "
                        + (dryRun ? "update " : "updated ") + change.updated() + ", "
                        + (dryRun ? "leave " : "left ") + change.unchanged() + " as they are.");
                output.document(
                        "",
                        Map.of(
                                "dry_run", dryRun,
                                "added", change.added(),
                                "updated", change.updated(),
                                "unchanged", change.unchanged(),
                                "sharing_a_number", reading.shared()));
                if (reading.shared() > 0) {
                    output.say("  " + reading.shared()
                            + " share a number with another customer: nobody is recognised by such a number.");
                }
                output.next(dryRun ? "./offhook customers import " + file : "./offhook customers ls");
                return 0;
            });
        }

        private CustomerFile.Reading read(String region) {
            try {
                return CustomerFile.read(file, region);
            } catch (IOException e) {
                throw new ConfigException(List.of(new Mistake(
                        file.toString(), "The file can't be read.", "Check its name and who may read it.")));
            }
        }
    }

    @Command(
            name = "ls",
            description = "Lists the customers, with numbers and names masked.",
            mixinStandardHelpOptions = true)
    static final class Ls implements Callable<Integer> {
        @Option(
                names = "--limit",
                paramLabel = "N",
                description = "Most customers to list (default ${DEFAULT-VALUE}).",
                defaultValue = "50")
        private int limit = 50;

        @Option(names = "--after", paramLabel = "ID", description = "Begins behind the customer with this id.")
        private String after = "";

        @Mixin(name = Output.MIXIN)
        private Output output = new Output();

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            return withCustomers(spec, output, customers -> {
                var listed = customers.after(after, Math.clamp(limit, 1, 10_000));
                listed.forEach(this::print);
                if (listed.isEmpty()) {
                    output.say("  No customers.");
                }
                output.next(
                        listed.size() < limit
                                ? "./offhook customers import customers.csv"
                                : "./offhook customers ls --after "
                                        + listed.getLast().caller().id());
                return 0;
            });
        }

        private void print(Customer customer) {
            var caller = customer.caller();
            var name = (masked(caller.firstName()) + " " + masked(caller.lastName())).strip();
            output.data(String.format("%-24s %-8s %s", caller.id(), customer.phone(), name));
            var document = new LinkedHashMap<String, Object>();
            document.put("id", caller.id());
            document.put("phone", customer.phone().toString());
            document.put("name", name);
            document.put("attributes", caller.attributes().keySet());
            output.document("customer", document);
        }

        /// The first letter, which is enough to tell two customers apart.
        private static String masked(String name) {
            return name.isEmpty() ? "" : Character.toString(name.codePointAt(0)) + "…";
        }
    }

    @Command(
            name = "rm",
            description = "Erases the customers with a number, and what is kept about contacts with it.",
            mixinStandardHelpOptions = true)
    static final class Rm implements Callable<Integer> {
        @Parameters(paramLabel = "NUMBER", description = "The number, such as +14155550123.")
        private String number = "";

        @Option(
                names = "--region",
                paramLabel = "XX",
                description = "Country of a number without a country code (default ${DEFAULT-VALUE}).",
                defaultValue = "US")
        private String region = "US";

        @Mixin(name = Output.MIXIN)
        private Output output = new Output();

        @Spec
        @SuppressWarnings("NullAway.Init")
        private CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            PhoneNumber phone = CallerNumber.read(number, region(spec, region))
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(), "This is no phone number. Write it with + and country code."));
            return withCustomers(spec, output, customers -> {
                var erased = customers.erase(phone);
                output.data("Erased " + erased.customers() + " customers and " + erased.interactions() + " contacts.");
                output.document(
                        "", Map.of("customers", erased.customers(), "interactions", erased.interactions()));
                output.next("./offhook customers ls");
                return 0;
            });
        }
    }
}
