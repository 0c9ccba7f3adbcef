package io.offhook.call;

import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// The tools that a call waits for, and what the caller has agreed to.
///
/// @param running  requests that run, oldest first
/// @param unspoken whether answers are given that the agent has not spoken about yet
/// @param rounds   replies in a row that asked for tools, since the caller last had a say
/// @param consent  the question put to the caller before a tool with `confirm: true` may run
/// @param ending   the model's wish to end the call, which waits for the tools asked for beside it
public record ToolDesk(
        List<ToolRequest> running, boolean unspoken, int rounds, Optional<Consent> consent, Optional<Ending> ending) {
    static final ToolDesk IDLE = waitingFor(List.of());

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
            "einverstanden",
            "sim",
            "certo");
    private static final Set<String> NO = Set.of(
            "no", "not", "dont", "nope", "never", "stop", "cancel", "wait", "non", "nein", "nicht", "não", "nao");

    /// @param name      the tool, and
    /// @param arguments exactly these arguments are what the caller is asked about
    /// @param askedAt   speech that began earlier is no answer
    public record Consent(String name, String arguments, Instant askedAt, boolean given) {
        boolean covers(ToolRequest request) {
            return name.equals(request.name()) && arguments.equals(request.arguments());
        }
    }

    /// @param said      whether the agent has said its goodbye in the same reply
    /// @param untroubled whether every tool asked for beside it did what was asked
    public record Ending(ToolRequest request, boolean said, boolean untroubled) {}

    static ToolDesk waitingFor(List<ToolRequest> requests) {
        return new ToolDesk(requests, false, 0, Optional.empty(), Optional.empty());
    }

    ToolDesk nextRound() {
        return new ToolDesk(running, unspoken, rounds + 1, consent, ending);
    }

    /// The caller has the word.
    ToolDesk rested() {
        return new ToolDesk(running, unspoken, 0, consent, ending);
    }

    ToolDesk started(ToolRequest request) {
        var more = new ArrayList<>(running);
        more.add(request);
        return new ToolDesk(List.copyOf(more), unspoken, rounds, consent, ending);
    }

    ToolDesk answered(ToolRequest request, boolean well) {
        return new ToolDesk(
                running.stream()
                        .filter(other -> !other.id().equals(request.id()))
                        .toList(),
                true,
                rounds,
                consent,
                ending.map(e -> new Ending(e.request(), e.said(), e.untroubled() && well)));
    }

    boolean waitsFor(ToolRequest request) {
        return running.stream().anyMatch(other -> other.id().equals(request.id()));
    }

    ToolDesk spoken() {
        return new ToolDesk(running, false, rounds, consent, Optional.empty());
    }

    ToolDesk endingWith(ToolRequest request, boolean said) {
        return new ToolDesk(running, unspoken, rounds, consent, Optional.of(new Ending(request, said, true)));
    }

    /// Asks the caller. A question that is open already stays as old as it is, so that a yes on its way still counts.
    ToolDesk asking(ToolRequest request, Instant now) {
        return consent.filter(asked -> asked.covers(request)).isPresent()
                ? this
                : with(Optional.of(new Consent(request.name(), request.arguments(), now, false)));
    }

    ToolDesk consented() {
        return with(consent.map(c -> new Consent(c.name(), c.arguments(), c.askedAt(), true)));
    }

    ToolDesk unasked() {
        return with(Optional.empty());
    }

    private ToolDesk with(Optional<Consent> next) {
        return new ToolDesk(running, unspoken, rounds, next, ending);
    }

    /// Reads an answer to a yes-or-no question: true, false, or empty when it is neither. A no anywhere outweighs a
    /// yes.
    public static Optional<Boolean> yesOrNo(String words) {
        boolean yes = false;
        var plain = Normalizer.normalize(Lexicon.plain(words), Normalizer.Form.NFC);
        for (var word : plain.split("[^\\p{L}']+")) {
            if (NO.contains(word) || word.endsWith("n't")) {
                return Optional.of(false);
            }
            yes |= YES.contains(word);
        }
        return yes ? Optional.of(true) : Optional.empty();
    }
}
