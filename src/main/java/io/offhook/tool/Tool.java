package io.offhook.tool;

import java.util.Map;

/// Something that the agent can do beside talking, with the words that describe it. Found by `ServiceLoader`, given to
/// `Offhook`, or named in agent.yaml by its class.
public interface Tool extends ToolWork {
    /// The name that agent.yaml and the model know it by: letters, digits, `_` and `-`, 64 at most.
    String name();

    /// What it does, for the model. agent.yaml may say it better.
    String about();

    /// JSON Schema of its arguments, an object, as JSON text. Arguments are checked against it before `run`.
    String parameters();

    /// One run.
    ///
    /// @param id        stays the same if the run is ever repeated: use it as an idempotency key
    /// @param call      the provider's id of the call
    /// @param arguments checked against the schema; their content is the model's and thus untrusted
    /// @param facts     what is known of the call: `call.id`, `called.number`, `caller.number` unless it is withheld
    record Invocation(String id, String call, Map<String, Object> arguments, Map<String, String> facts) {
        @Override
        public String toString() {
            return "Invocation[" + id + "]";
        }
    }
}
