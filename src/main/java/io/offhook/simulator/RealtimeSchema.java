package io.offhook.simulator;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The closed JSON Schema of the Realtime events, compiled once. Client events are checked strictly and refused in the
/// words of the real service; server events are checked by tests. May be used from any thread.
public final class RealtimeSchema {
    private static final String ID = "https://offhook.invalid/openai-realtime-events.schema.json";
    private static final Pattern BRANCH = Pattern.compile("/anyOf/\\d+(?=/|$)");
    private static final Pattern WRONG_KIND = Pattern.compile(".*/anyOf/\\d+(/\\$ref)?/type/");

    private final Map<String, Schema> client = new HashMap<>();
    private final Map<String, Schema> server = new HashMap<>();

    private RealtimeSchema() {
        var document = read();
        var registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, document.toString())));
        for (var name : document.path("$defs").propertyNames()) {
            if (name.startsWith("client.")) {
                client.put(name.substring(7), compiled(registry, name));
            } else if (name.startsWith("server.")) {
                server.put(name.substring(7), compiled(registry, name));
            }
        }
    }

    /// The one instance; compiling takes some hundred milliseconds.
    public static RealtimeSchema instance() {
        return Holder.INSTANCE;
    }

    /// What is wrong with an event of the server; empty when it is as documented.
    public List<String> faultsOfServerEvent(JsonNode event) {
        var schema = server.get(Json.text(event, "type"));
        return schema == null
                ? List.of("unknown server event: " + event.path("type"))
                : schema.validate(event).stream().map(Error::toString).toList();
    }

    /// What the service would blame in an event of the client; empty when it accepts the event's form.
    public List<String> faultsOfClientEvent(JsonNode event) {
        try {
            check(event);
            return List.of();
        } catch (Refused refused) {
            return List.of(refused.code() + " " + refused.param() + ": " + refused.reason());
        }
    }

    void check(JsonNode event) throws Refused {
        if (!event.isObject() || !event.path("type").isString()) {
            throw new Refused("invalid_event", "type", "Every event must be an object with a type.");
        }
        var type = Json.text(event, "type");
        var schema = client.get(type);
        if (schema == null) {
            throw Refused.invalid("type", "Invalid value: '" + type + "'. Supported values are: "
                    + client.keySet().stream().sorted().toList() + ".");
        }
        var errors = schema.validate(event);
        if (!errors.isEmpty()) {
            throw refusal(errors);
        }
    }

    /// Every branch of a union that fails reports errors. Branches that are for another `type` or `role`, or for
    /// another kind of JSON value, say nothing about the caller's mistake, so they are left out.
    private static Refused refusal(List<Error> errors) {
        var foreign = errors.stream()
                .filter(RealtimeSchema::tellsBranchesApart)
                .map(RealtimeSchema::branchOf)
                .filter(branch -> !branch.isEmpty())
                .toList();
        var own = errors.stream()
                .filter(error -> foreign.stream().noneMatch(pathOf(error)::startsWith))
                .toList();
        var candidates = new ArrayList<>(own.isEmpty() ? errors : own);
        if (own.isEmpty()) {
            candidates.sort(Comparator.comparingInt(
                    error -> -error.getInstanceLocation().toString().length()));
        } else {
            candidates.sort(Comparator.comparingInt(RealtimeSchema::rank));
        }
        var error = candidates.getFirst();
        var at = error.getInstanceLocation().toString()
                .replaceFirst("^/", "")
                .replaceAll("/(\\d+)(?=/|$)", "[$1]")
                .replace('/', '.');
        var property = Objects.toString(error.getProperty(), "");
        var below = at.isEmpty() ? property : at + "." + property;
        return switch (error.getKeyword()) {
            case "required" ->
                new Refused("missing_required_parameter", below, "Missing required parameter: '" + below + "'.");
            case "additionalProperties" ->
                new Refused("unknown_parameter", below, "Unknown parameter: '" + below + "'.");
            default -> Refused.invalid(at, "Invalid value for '" + at + "': " + error.getMessage() + ".");
        };
    }

    private static int rank(Error error) {
        return switch (error.getKeyword()) {
            case "required" -> 0;
            case "additionalProperties" -> 1;
            default -> 2;
        };
    }

    private static boolean tellsBranchesApart(Error error) {
        var path = pathOf(error);
        var at = error.getInstanceLocation().toString();
        boolean kind = "const".equals(error.getKeyword()) && (at.endsWith("/type") || at.endsWith("/role"));
        boolean shape = "type".equals(error.getKeyword()) && WRONG_KIND.matcher(path).matches();
        return kind || shape;
    }

    private static String branchOf(Error error) {
        var path = pathOf(error);
        var branches = BRANCH.matcher(path);
        int end = 0;
        while (branches.find()) {
            end = branches.end();
        }
        return end == 0 ? "" : path.substring(0, end) + "/";
    }

    private static String pathOf(Error error) {
        return error.getEvaluationPath().toString() + "/";
    }

    private static Schema compiled(SchemaRegistry registry, String name) {
        var schema = registry.getSchema(SchemaLocation.of(ID + "#/$defs/" + name));
        schema.initializeValidators();
        return schema;
    }

    private static ObjectNode read() {
        try (var in = Objects.requireNonNull(
                RealtimeSchema.class.getResourceAsStream("openai-realtime-events.schema.json"))) {
            // The file's own $id is relative, which the validator does not take.
            return ((ObjectNode) Json.MAPPER.readTree(in)).put("$id", ID);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Holder {
        private static final RealtimeSchema INSTANCE = new RealtimeSchema();
    }
}
