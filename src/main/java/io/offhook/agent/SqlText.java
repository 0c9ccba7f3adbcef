package io.offhook.agent;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// The bound names of one SQL query. Knows quotes (a doubled one reads as two texts), comments and PostgreSQL's
/// `::` casts, and nothing else of SQL.
///
/// @param names without their colon, in order
/// @param problem why the text isn't one query with bound names
record SqlText(Set<String> names, Optional<String> problem) {
    private static final Pattern TOKEN = Pattern.compile(
            "'[^']*+'|\"[^\"]*+\"|--[^\\n]*+|/\\*.*?\\*/|::|:(?<name>[A-Za-z_][A-Za-z0-9_]*+(?:\\.[A-Za-z_][A-Za-z0-9_]*+)?)|(?<end>;)|(?<brace>\\{[A-Za-z_.]+})|(?<open>['\"]|/\\*)|(?<word>[^\\s])",
            Pattern.DOTALL);

    private static final Pattern QUERY = Pattern.compile("(?:select|with|values)\\b", Pattern.CASE_INSENSITIVE);

    static SqlText of(String sql) {
        var names = new LinkedHashSet<String>();
        var begun = false;
        var ended = false;
        for (var token = TOKEN.matcher(sql); token.find(); ) {
            if (token.group("open") != null) {
                return new SqlText(names, Optional.of("has a quote or a comment that never ends"));
            }
            if (token.group("brace") != null) {
                return new SqlText(
                        names, Optional.of("has " + token.group() + " in it, but SQL takes bound names only (:name)"));
            }
            boolean comment = token.group().startsWith("--") || token.group().startsWith("/*");
            if (ended && !comment) {
                return new SqlText(names, Optional.of("holds more than one statement"));
            }
            if (!begun && !comment) {
                begun = true;
                if (!QUERY.matcher(sql).region(token.start(), sql.length()).lookingAt()) {
                    return new SqlText(names, Optional.of("is no query: it must begin with select, with or values"));
                }
            }
            if (token.group("end") != null) {
                ended = true;
            }
            var name = token.group("name");
            if (name != null) {
                names.add(name);
            }
        }
        return new SqlText(names, Optional.empty());
    }
}
