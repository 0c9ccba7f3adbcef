package io.offhook.agent;

import io.offhook.config.Secret;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What a tool does. Texts may hold placeholders that are filled per run: `{param}` and `{caller.x}` in URLs, headers
/// and bodies, `:param` and `:caller.x` in SQL. Every placeholder is known to exist; any other brace is a brace.
public sealed interface ToolAction {
    /// One HTTP request, as a template.
    ///
    /// @param method GET, POST, PUT, PATCH or DELETE
    /// @param url a template whose scheme and host are free of placeholders
    /// @param headers may hold `{caller.x}`, never `{param}`
    /// @param body JSON object as nested maps, lists, strings, numbers and booleans; a string that is exactly
    ///     one `{param}` stands for the argument with its type. Absent: every argument that the URL doesn't use
    record Http(String method, String url, Map<String, Secret> headers, Optional<Map<String, Object>> body)
            implements ToolAction {
        public Http {
            headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
            body = body.map(map -> Collections.unmodifiableMap(new LinkedHashMap<>(map)));
        }

        /// Without path, query, headers and body: each may hold a key that came from the environment.
        @Override
        public String toString() {
            return "Http[" + method + " " + url.replaceFirst("(?<=[^:/])[/?].*", "") + "]";
        }
    }

    /// One query with bound names.
    record Sql(String query) implements ToolAction {}

    /// Code on the class path.
    ///
    /// @param reference `com.acme.Refunds#refund`, a class of `Tool`, or the name of a registered tool
    record Java(String reference) implements ToolAction {}
}
