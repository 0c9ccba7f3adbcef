package io.offhook.call;

import java.time.Instant;
import java.util.Optional;

/// Something that an engine session must know of the call so far: what was said, or a tool that was asked for.
public sealed interface Memory permits Turn, Memory.ToolRun {
    Instant at();

    /// @param answer empty while the tool runs
    record ToolRun(ToolRequest request, Optional<String> answer, Instant at) implements Memory {
        @Override
        public String toString() {
            return "ToolRun[" + request + "]";
        }
    }
}
