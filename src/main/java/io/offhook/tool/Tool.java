package io.offhook.tool;

import java.util.Map;

/// Something that the agent can do beside talking. Found by `ServiceLoader`, or given to `Offhook`. Runs on a virtual
/// thread, so it may block; it is interrupted at its time limit. Shared by all calls, so it must be thread-safe.
public interface Tool {
    /// The name that agent.yaml and the model know it by: letters, digits, `_` and `-`, 64 at most.
    String name();

    /// What it does, for the model. agent.yaml may say it better.
    String about();

    /// JSON Schema of its arguments, an object, as JSON text. Arguments are checked against it before `run`.
    String parameters();

    /// @return anything that can be written as JSON: a map, a list, a record, a string, a number
    /// @throws Exception the model is told only that the tool failed. The log gets the exception's class and where it
    ///     was thrown, never its message, since that may quote the caller; a [ToolFailure] tells the model more
    Object run(Invocation invocation) throws Exception;

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
