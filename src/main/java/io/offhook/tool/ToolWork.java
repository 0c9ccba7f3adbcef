package io.offhook.tool;

/// What a tool does; a [ToolDefinition] gives it its name and its words. Runs on a virtual thread, so it may block; it is
/// interrupted at its time limit. Shared by all calls, so it must be thread-safe.
@FunctionalInterface
public interface ToolWork {
    /// @return anything that can be written as JSON: a map, a list, a record, a string, a number
    /// @throws Exception the model is told only that the tool failed. The log gets the exception's class and where it
    ///     was thrown, never its message, since that may quote the caller; a [ToolFailure] tells the model more
    Object run(Tool.Invocation invocation) throws Exception;
}
