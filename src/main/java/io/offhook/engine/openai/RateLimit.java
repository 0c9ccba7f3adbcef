package io.offhook.engine.openai;

import java.time.Duration;

/// What is left of one of the account's limits.
///
/// @param name `requests` or `tokens`
public record RateLimit(String name, long limit, long remaining, Duration reset) {}
