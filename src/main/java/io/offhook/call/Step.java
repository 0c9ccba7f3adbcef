package io.offhook.call;

import java.util.List;

/// What an event comes to: the call as it then is, what is to be done, and remarks for the record.
///
/// @param remarks constant slugs for the timeline and the metrics, such as `barge_in`, `engine_reconnected`
public record Step(Call call, List<CallEffect> effects, List<String> remarks) {
    public static Step of(Call call) {
        return new Step(call, List.of(), List.of());
    }
}
