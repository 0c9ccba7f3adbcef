package io.offhook.outbox;

import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.store.Fact;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// What a call was about in a few words, as far as the tools tell: `order AB7492` when the last one that worked was asked
/// with `order_number: AB7492`.
final class Topic {
    private static final Set<String> BUILT_IN = Set.of(ToolRequest.END_CALL, ToolRequest.ESCALATE);
    private static final int LONGEST = 120;

    private Topic() {}

    static Optional<String> of(List<Fact.ToolRan> runs) {
        return runs.reversed().stream()
                .filter(run -> run.outcome().result().equals(ToolOutcome.OK))
                .filter(run -> !BUILT_IN.contains(run.request().name()))
                .flatMap(run -> of(run.request()).stream())
                .findFirst();
    }

    private static Optional<String> of(ToolRequest request) {
        try {
            return JsonMapper.shared().readTree(request.arguments()).properties().stream()
                    .filter(argument -> argument.getValue().isString()
                            || argument.getValue().isIntegralNumber())
                    .findFirst()
                    .map(argument -> named(argument.getKey(), argument.getValue().asString("")))
                    .filter(topic -> topic.length() <= LONGEST);
        } catch (JacksonException _) {
            return Optional.empty();
        }
    }

    private static String named(String argument, String value) {
        return argument.replaceFirst("_(number|id|code|no)$", "").replace('_', ' ') + " " + value;
    }
}
