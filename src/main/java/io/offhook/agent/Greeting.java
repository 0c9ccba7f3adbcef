package io.offhook.agent;

/// The agent's first sentence. A cached one is recorded once and played at once; one with `{caller.x}` in it differs
/// per call and is always spoken by the engine.
public record Greeting(String say, boolean cached) {}
