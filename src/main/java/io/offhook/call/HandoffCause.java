package io.offhook.call;

import java.time.Duration;
import java.util.Objects;

/// Why a human is needed. All of them enter by the one door, `Departure.handOff`.
public sealed interface HandoffCause {

    /// Constant text, stored and used as a metric tag.
    String slug();

    record CallerPressedZero() implements HandoffCause {
        @Override
        public String slug() {
            return "caller_pressed_zero";
        }
    }

    /// The model called `escalate_to_human`.
    record AgentAsked() implements HandoffCause {
        @Override
        public String slug() {
            return "agent_asked";
        }
    }

    /// A rule held, the caller asked for a person in words, or the agent promised one without calling for one.
    ///
    /// @param rule what it is about, such as `topic` or `asked_for_person`
    record RuleHeld(String rule) implements HandoffCause {
        @Override
        public String slug() {
            return "rule_" + rule;
        }
    }

    /// @param waited how long the caller has waited for the first sign of a session; zero when there was one
    record LostEngine(EngineFault fault, Duration waited) implements HandoffCause {
        public LostEngine {
            // One that was stored by an earlier version has none.
            waited = Objects.requireNonNullElse(waited, Duration.ZERO);
        }

        public LostEngine(EngineFault fault) {
            this(fault, Duration.ZERO);
        }

        @Override
        public String slug() {
            return fault.slug();
        }
    }

    record LostStream(StreamEnd end) implements HandoffCause {
        @Override
        public String slug() {
            return end.slug();
        }
    }

    /// The call grew longer than `limits.call`.
    record CallTooLong() implements HandoffCause {
        @Override
        public String slug() {
            return "call_too_long";
        }
    }

    /// The call has cost as much as `limits.cost_per_call`.
    record CostLimit() implements HandoffCause {
        @Override
        public String slug() {
            return "cost_limit";
        }
    }

    record ServerDraining() implements HandoffCause {
        @Override
        public String slug() {
            return "drained";
        }
    }

    /// Too many calls at once; the agent never answered.
    record NoCapacity() implements HandoffCause {
        @Override
        public String slug() {
            return "capacity";
        }
    }

    /// Our own bug.
    record Fault() implements HandoffCause {
        @Override
        public String slug() {
            return "fault";
        }
    }
}
