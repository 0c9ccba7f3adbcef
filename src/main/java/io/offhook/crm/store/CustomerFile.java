package io.offhook.crm.store;

import io.offhook.call.PhoneNumber;
import io.offhook.config.Mistake;
import io.offhook.crm.Caller;
import io.offhook.crm.CallerNumber;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVException;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/// Customers in a CSV file (RFC 4180, UTF-8, with a line of column names): `phone` is needed; `id`, `first_name` and
/// `last_name` are known; every other column becomes an attribute. Mistakes name the line and never quote a customer.
public final class CustomerFile {
    private static final Pattern COLUMN = Pattern.compile("[a-z_][a-z0-9_]{0,39}");
    private static final Set<String> KNOWN = Set.of("id", "phone", "first_name", "last_name");
    private static final int COLUMNS = KNOWN.size() + 20;
    private static final int ROWS = 1_000_000;
    private static final int FIELD = 500;
    private static final int MISTAKES = 50;

    private final String label;
    private final String region;
    private final List<Customer> customers = new ArrayList<>();
    private final List<Mistake> mistakes = new ArrayList<>();
    private final Map<String, Long> lineOfId = new HashMap<>();
    private final Map<PhoneNumber, Long> lineOfPhone = new HashMap<>();
    private int shared;

    /// @param customers to be used only if there are no mistakes
    /// @param shared    customers whose number another one has too: they are never recognised
    public record Reading(List<Customer> customers, List<Mistake> mistakes, int shared) {}

    private CustomerFile(String label, String region) {
        this.label = label;
        this.region = region;
    }

    /// @param region two-letter country for numbers without a country code
    /// @throws IOException when the file can't be read at all
    public static Reading read(Path file, String region) throws IOException {
        var decoder = StandardCharsets.UTF_8.newDecoder();
        try (var text = new BufferedReader(new InputStreamReader(Files.newInputStream(file), decoder))) {
            return read(file.toString(), text, region);
        }
    }

    /// @param label stands for the file's name in messages
    public static Reading read(String label, Reader text, String region) throws IOException {
        var reading = new CustomerFile(label, region);
        reading.readAll(text);
        return new Reading(List.copyOf(reading.customers), List.copyOf(reading.mistakes), reading.shared);
    }

    private void readAll(Reader text) throws IOException {
        var format = CSVFormat.RFC4180.builder().setIgnoreEmptyLines(false).get();
        try (var parser = CSVParser.builder().setReader(text).setFormat(format).get()) {
            long line = 1;
            try {
                var rows = parser.iterator();
                if (!rows.hasNext()) {
                    mistake(1, "The file is empty.", "Its first line names the columns: phone,first_name,last_name");
                    return;
                }
                var columns = columns(rows.next());
                line = parser.getCurrentLineNumber() + 1;
                while (columns.isPresent() && mistakes.size() < MISTAKES && rows.hasNext()) {
                    var record = rows.next();
                    // Empty lines are counted, and are no customers.
                    if (record.size() > 1 || !record.get(0).isBlank()) {
                        row(line, record, columns.get());
                    }
                    line = parser.getCurrentLineNumber() + 1;
                    if (customers.size() > ROWS) {
                        mistake(line, "The file has more than " + ROWS + " customers.", "Split it.");
                        return;
                    }
                }
            } catch (UncheckedIOException e) {
                broken(line, Objects.requireNonNull(e.getCause()));
            }
        }
    }

    private void broken(long line, IOException failure) throws IOException {
        switch (failure) {
            case CharacterCodingException _ ->
                mistake(line, "The file is not UTF-8 text from here on.", "Save it as UTF-8.");
            case CSVException _ ->
                mistake(
                        line,
                        "The quotes of this line, or of one after it, do not fit together.",
                        "Put a field with quotes in it into quotes and double each of them: \"The \"\"Golden\"\" Inn\"");
            default -> throw failure;
        }
    }

    private Optional<List<String>> columns(CSVRecord header) {
        var names = new ArrayList<String>();
        for (var field : header) {
            var name = field.replace("\uFEFF", "").strip().toLowerCase(Locale.ROOT).replaceAll("[\\s-]+", "_");
            if (!COLUMN.matcher(name).matches()) {
                mistake(
                        1,
                        "Column " + (names.size() + 1) + " can't have this name.",
                        "Use letters, digits and _, beginning with a letter, at most 40.");
            } else if (names.contains(name)) {
                mistake(1, "The column " + name + " is there twice.", "Keep one of them.");
            }
            names.add(name);
        }
        if (!names.contains("phone")) {
            mistake(1, "There is no column phone.", "The first line names the columns: phone,first_name,last_name");
        }
        if (names.size() > COLUMNS) {
            mistake(1, "There are more than " + COLUMNS + " columns.", "Keep those that the agent needs.");
        }
        return mistakes.isEmpty() ? Optional.of(names) : Optional.empty();
    }

    private void row(long line, CSVRecord record, List<String> columns) {
        if (record.size() != columns.size()) {
            mistake(
                    line,
                    "There are " + record.size() + " fields, but " + columns.size() + " columns.",
                    "Put a field with a comma in it into quotes.");
            return;
        }
        var fields = new LinkedHashMap<String, String>();
        for (int i = 0; i < columns.size(); i++) {
            var field = record.get(i).strip();
            if (field.length() > FIELD) {
                mistake(line, "The field " + columns.get(i) + " is longer than " + FIELD + " characters.", "Shorten it.");
                return;
            }
            fields.put(columns.get(i), field);
        }
        var phone = CallerNumber.read(fields.getOrDefault("phone", ""), region);
        if (phone.isEmpty()) {
            mistake(
                    line,
                    "The field phone is no phone number of the region " + region + ".",
                    "Write it with + and country code, or name the region: --region GB");
            return;
        }
        customer(line, phone.get(), fields);
    }

    private void customer(long line, PhoneNumber phone, Map<String, String> fields) {
        var given = fields.getOrDefault("id", "");
        var id = given.isEmpty() ? Customer.idOf(phone) : given;
        var before = lineOfId.putIfAbsent(id, line);
        if (before != null) {
            mistake(
                    line,
                    (given.isEmpty() ? "The number" : "The id") + " is on line " + before + " already.",
                    given.isEmpty() ? "Keep one of the lines, or give each customer an id." : "Keep one of the lines.");
            return;
        }
        if (lineOfPhone.putIfAbsent(phone, line) != null) {
            shared++;
        }
        var attributes = new LinkedHashMap<>(fields);
        attributes.keySet().removeAll(KNOWN);
        customers.add(new Customer(
                phone,
                Caller.of(id, fields.getOrDefault("first_name", ""), fields.getOrDefault("last_name", ""), attributes)));
    }

    private void mistake(long line, String what, String fix) {
        mistakes.add(new Mistake(label + ":" + line, what, fix));
    }
}
