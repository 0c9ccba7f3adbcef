package io.offhook.agent;

import java.util.Optional;

/// A language that the agent speaks. Without a greeting of its own the engine finds the words.
///
/// @param code ISO 639-1, with a region if needed: `en`, `pt-BR`
public record Language(String code, String voice, Optional<Greeting> greeting) {}
