package io.offhook.engine.openai;

import java.util.ArrayDeque;
import java.util.Optional;

/// Which reply runs, and which are wished for. The service makes one reply at a time and refuses a second
/// (`conversation_already_has_active_response`), so wishes wait here until the running one is done. Pure; belongs to
/// one session.
final class Replies {
    private final ArrayDeque<String> sayings = new ArrayDeque<>();
    private boolean wanted;
    private Optional<Wish> asked = Optional.empty();
    private Optional<String> running = Optional.empty();
    private boolean refused;

    /// What to ask the service for: exact words, or (when empty) whatever it has to say.
    record Wish(Optional<String> words) {}

    void say(String text) {
        sayings.add(text);
    }

    void respond() {
        wanted = true;
    }

    /// The wish to send now, if the service is free; it then counts as asked for.
    Optional<Wish> next() {
        if (running.isPresent() || asked.isPresent() || refused) {
            return Optional.empty();
        }
        if (!sayings.isEmpty()) {
            asked = Optional.of(new Wish(Optional.of(sayings.poll())));
        } else if (wanted) {
            wanted = false;
            asked = Optional.of(new Wish(Optional.empty()));
        }
        return asked;
    }

    /// A reply began: ours, or one that the service started by itself at the end of a turn. That one answers whatever a
    /// plain wish would have asked for, so both count as the same.
    void started(String id) {
        running = Optional.of(id);
        asked = Optional.empty();
        refused = false;
    }

    /// The service had begun another reply before ours came: ask again after it.
    void refused() {
        asked.ifPresent(wish -> wish.words().ifPresentOrElse(sayings::addFirst, () -> wanted = true));
        asked = Optional.empty();
        refused = running.isEmpty();
    }

    void ended(String id) {
        if (running.isEmpty() || running.get().equals(id)) {
            running = Optional.empty();
            refused = false;
        }
    }

    /// Nothing is expected of the running reply any more. If the service still holds on to it, the next wish is refused
    /// and waits for its end.
    void abandoned() {
        running = Optional.empty();
        asked = Optional.empty();
    }

    boolean running() {
        return running.isPresent() || asked.isPresent();
    }
}
