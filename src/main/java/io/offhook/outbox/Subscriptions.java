package io.offhook.outbox;

import java.util.List;
import java.util.function.UnaryOperator;

/// Whom one agent's calls are told to, and how much.
///
/// @param words     whether what was said may leave the house
/// @param redaction what is done to each text that a caller or a model has a part in
public record Subscriptions(List<Subscription> all, boolean words, UnaryOperator<String> redaction) {
    public static final Subscriptions NONE = new Subscriptions(List.of(), false, UnaryOperator.identity());

    public Subscriptions {
        all = List.copyOf(all);
    }
}
