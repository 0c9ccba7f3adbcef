package io.offhook.simulator;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a simulated model can look at before it moves: the instructions, the names of the tools it may use, and what
/// has been said, oldest first.
public record ConversationView(String instructions, Set<String> tools, List<Said> said) {
    public ConversationView {
        tools = Set.copyOf(tools);
        said = List.copyOf(said);
    }

    /// @param role `user`, `assistant` or `system`
    public record Said(String role, String text) {
        @Override
        public String toString() {
            return role + ": " + text.length() + " characters";
        }
    }

    public boolean offers(String tool) {
        return tools.contains(tool);
    }

    /// The last words of all, if they are this party's.
    public Optional<String> latestOf(String role) {
        return Optional.of(said)
                .filter(all -> !all.isEmpty())
                .map(List::getLast)
                .filter(one -> one.role().equals(role) && !one.text().isEmpty())
                .map(Said::text);
    }

    /// The last words of one party that are known.
    public Optional<String> lastOf(String role) {
        return said.reversed().stream()
                .filter(one -> one.role().equals(role) && !one.text().isEmpty())
                .map(Said::text)
                .findFirst();
    }
}
