package io.offhook.call;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/// The tools that a call waits for, and what the caller has agreed to.
///
/// @param running  requests that run, oldest first
/// @param unspoken whether answers are given that the agent has not spoken about yet
/// @param consent  the question put to the caller before a tool with `confirm: true` may run
public record ToolDesk(List<ToolRequest> running, boolean unspoken, Optional<Consent> consent) {
    static final ToolDesk IDLE = new ToolDesk(List.of(), false, Optional.empty());

    private static final Set<String> YES = Set.of(
            "yes",
            "yeah",
            "yep",
            "yup",
            "sure",
            "correct",
            "right",
            "okay",
            "ok",
            "confirm",
            "confirmed",
            "absolutely",
            "please",
            "sí",
            "si",
            "claro",
            "vale",
            "correcto",
            "oui",
            "ja",
            "genau",
            "sim");
    private static final Set<String> NO = Set.of(
            "no", "not", "don't", "dont", "nope", "never", "stop", "cancel", "wait", "non", "nein", "nicht", "não");

    /// @param name      the tool, and
    /// @param arguments exactly these arguments are what the caller is asked about
    /// @param askedAt   speech that began earlier is no answer
    public record Consent(String name, String arguments, Instant askedAt, boolean given) {
        boolean covers(ToolRequest request) {
            return name.equals(request.name()) && arguments.equals(request.arguments());
        }
    }

    ToolDesk started(ToolRequest request) {
        var more = new ArrayList<>(running);
        more.add(request);
        return new ToolDesk(List.copyOf(more), unspoken, consent);
    }

    ToolDesk answered(ToolRequest request) {
        return new ToolDesk(
                running.stream()
                        .filter(other -> !other.id().equals(request.id()))
                        .toList(),
                true,
                consent);
    }

    boolean waitsFor(ToolRequest request) {
        return running.stream().anyMatch(other -> other.id().equals(request.id()));
    }

    ToolDesk spoken() {
        return new ToolDesk(running, false, consent);
    }

    ToolDesk asking(ToolRequest request, Instant now) {
        return new ToolDesk(running, true, Optional.of(new Consent(request.name(), request.arguments(), now, false)));
    }

    ToolDesk consented() {
        return new ToolDesk(running, unspoken, consent.map(c -> new Consent(c.name(), c.arguments(), c.askedAt(), true)));
    }

    ToolDesk unasked() {
        return new ToolDesk(running, unspoken, Optional.empty());
    }

    /// Reads an answer to a yes-or-no question: true, false, or empty when it is neither. A no anywhere outweighs a
    /// yes.
    static Optional<Boolean> yesOrNo(String words) {
        boolean yes = false;
        for (var word : words.toLowerCase(Locale.ROOT).split("[^\\p{L}']+")) {
            if (NO.contains(word)) {
                return Optional.of(false);
            }
            yes |= YES.contains(word);
        }
        return yes ? Optional.of(true) : Optional.empty();
    }
}
