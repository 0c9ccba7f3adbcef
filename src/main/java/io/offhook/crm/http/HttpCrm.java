package io.offhook.crm.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import io.offhook.crm.CallerNumber;
import io.offhook.crm.Crm;
import io.offhook.crm.CrmFailure;
import io.offhook.crm.Interaction;
import io.offhook.tool.HttpTool;
import io.offhook.tool.Tool.Invocation;
import io.offhook.tool.ToolFailure;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/// A CRM behind HTTP and JSON, asked by the operator's own requests under the rules of `HttpTool`: the host is theirs,
/// redirects are not followed, answers are bounded. Any thread; every method blocks.
///
/// Requests may name `{caller.number}`, `{caller.national_number}` (without country code) and `{caller.digits}` (without
/// `+`). Those that file an interaction may also name `{caller.id}`, `{call.id}`, `{topic}`, `{outcome}`, `{summary}`,
/// `{opened_at}` and `{closed_at}`; a note names `{interaction}` and `{text}`.
public final class HttpCrm implements Crm {
    /// Nobody waits for it: the call is over.
    private static final Duration FILING = Duration.ofSeconds(10);

    private final HttpTool lookup;
    private final CallerMap map;
    private final Optional<Filing> interaction;
    private final Optional<HttpTool> note;

    /// One request of the operator's.
    ///
    /// @param request method and URL template
    /// @param body    JSON object to send; empty text values are sent as they are
    public record Request(String request, Map<String, String> headers, Optional<Map<String, Object>> body) {
        /// Without URL, headers and body: each may hold a key.
        @Override
        public String toString() {
            return "Request[" + request.split("\\s", 2)[0] + "]";
        }
    }

    /// How a call is filed, and where in the answer the id of what was filed stands.
    public record InteractionRequest(Request request, String id) {}

    private record Filing(HttpTool tool, JsonPointer id, boolean namesCustomer) {}

    /// @param map JSON pointers into the answer to the look-up by name (`id`, `first_name`, `last_name`, `name`, or an
    ///     attribute); empty = the answer is the customer, or a list with that one customer
    /// @param patience how long an answer to the look-up may take
    /// @param client   must not follow redirects; `HttpTool.client()` makes one
    /// @throws IllegalArgumentException when a request or a pointer is none
    public HttpCrm(
            Request lookup,
            Map<String, String> map,
            Optional<InteractionRequest> interaction,
            Optional<Request> note,
            Duration patience,
            HttpClient client) {
        this.lookup = tool("caller.lookup", lookup, patience, client);
        this.map = CallerMap.of(map);
        this.interaction = interaction.map(filing -> new Filing(
                tool("caller.interaction", filing.request(), FILING, client),
                JsonPointer.compile(filing.id()),
                (filing.request().request() + filing.request().body()).contains("{caller.id}")));
        this.note = note.map(request -> tool("caller.note", request, FILING, client));
    }

    private static HttpTool tool(String name, Request request, Duration patience, HttpClient client) {
        return new HttpTool(name, request.request(), request.headers(), request.body(), patience, client);
    }

    @Override
    public Optional<Caller> find(PhoneNumber number) throws CrmFailure, InterruptedException {
        if (CallerNumber.withheld(number)) {
            return Optional.empty();
        }
        try {
            var answer = lookup.run(new Invocation(UUID.randomUUID().toString(), "", Map.of(), facts(number)));
            // A bodiless answer is a map of HttpTool's own.
            return answer instanceof Map ? Optional.empty() : map.caller(json(answer));
        } catch (ToolFailure e) {
            if (e.details().get("status") instanceof Integer status && status == 404) {
                return Optional.empty();
            }
            throw failure("look a caller up", e);
        }
    }

    @Override
    public Optional<String> open(Interaction given) throws CrmFailure, InterruptedException {
        if (interaction.isEmpty()
                || (interaction.get().namesCustomer() && given.caller().isEmpty())) {
            return Optional.empty();
        }
        var call = given.call().value();
        var facts = new HashMap<>(given.number().map(HttpCrm::facts).orElse(Map.of()));
        facts.put("call.id", call);
        given.caller().ifPresent(id -> facts.put("caller.id", id));
        var arguments = new HashMap<String, Object>();
        arguments.put("topic", given.topic());
        arguments.put("outcome", given.outcome());
        arguments.put("summary", given.summary());
        arguments.put("opened_at", time(given.openedAt()));
        given.closedAt().ifPresent(at -> arguments.put("closed_at", time(at)));
        try {
            var answer = interaction.get().tool().run(new Invocation("call-" + call, call, arguments, facts));
            // It is filed, whatever the answer: a second request because of an odd one would file it twice.
            return Optional.of(answer instanceof JsonNode node
                    ? CallerMap.text(node.at(interaction.get().id()))
                    : "");
        } catch (ToolFailure e) {
            throw failure("file an interaction", e);
        }
    }

    @Override
    public void note(String interaction, String text) throws CrmFailure, InterruptedException {
        if (note.isEmpty()) {
            return;
        }
        var line = Interaction.note(text);
        var id = UUID.nameUUIDFromBytes((interaction + "\n" + line).getBytes(UTF_8));
        try {
            var unused = note.get()
                    .run(new Invocation(
                            id.toString(), "", Map.of("interaction", interaction, "text", line), Map.of()));
        } catch (ToolFailure e) {
            throw failure("add a note", e);
        }
    }

    private static Map<String, String> facts(PhoneNumber number) {
        return Map.of(
                "caller.number",
                number.e164(),
                "caller.national_number",
                CallerNumber.national(number),
                "caller.digits",
                number.e164().substring(1));
    }

    private static String time(Instant at) {
        return at.truncatedTo(ChronoUnit.MILLIS).toString();
    }

    private static JsonNode json(Object answer) throws CrmFailure {
        if (answer instanceof JsonNode node) {
            return node;
        }
        throw new CrmFailure("bad_answer", "the CRM's answer is not JSON, or too long");
    }

    private static CrmFailure failure(String operation, ToolFailure failure) {
        var message = "the CRM could not " + operation;
        return failure.details().get("status") instanceof Integer status
                ? CrmFailure.ofStatus(status, message)
                : new CrmFailure(failure.error(), message);
    }
}
