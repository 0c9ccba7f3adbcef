package io.offhook.live;

/// Counts what happens around calls. Any thread; never blocks. Slugs come from closed sets.
public interface CallCounters {
    /// A call was not put through to the agent: `capacity`, `engine_rate`, `draining`.
    void refused(String reason);

    /// Something worth an operator's look, such as `bad_token` or `store_slow`.
    void noticed(String slug);
}
