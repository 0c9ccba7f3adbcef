package io.offhook.store;

import io.offhook.call.CallId;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// The attempts to bring humans to callers who stay with the agent, on whatever node. What is stored decides. Methods
/// block and throw `StoreException`: call them on virtual threads only.
public interface Attempts {
    /// An attempt before and after a rule was applied.
    record Change(Attempt before, Attempt after) {
        /// Whether this is what brought it there.
        public boolean to(Attempt.State state) {
            return after.is(state) && !before.is(state);
        }
    }

    /// Writes down a new one.
    ///
    /// @return false when the call has one of this number
    boolean begin(Attempt fresh);

    /// Applies a rule in one step: of two at once, on whatever nodes, the second sees what the first has made of it.
    ///
    /// @return empty when there is no such attempt
    Optional<Change> change(CallId call, int number, UnaryOperator<Attempt> rule);

    /// All of these calls, those of one call in order.
    List<Attempt> of(Collection<CallId> calls);
}
