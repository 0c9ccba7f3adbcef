package io.offhook.store;

import io.offhook.call.Bill;
import io.offhook.call.Handoff;
import io.offhook.call.Turn;
import java.util.List;

/// All that is stored of one call, whichever nodes have had it: enough for another one to go on with it.
///
/// @param verstat   the provider's word on the caller id, or empty
/// @param voicemail whether the caller has left a message
/// @param handoffs  oldest first
/// @param turns     what was said, oldest first, as heard
/// @param tools     those that ran, oldest first
/// @param timeline  in order
/// @param route     the steps towards a human, in order
/// @param bill      what the engine has charged, as far as it has a price
/// @param attempts  to bring humans to the caller while the agent had them, in order
public record WholeCall(
        StoredCall call,
        String verstat,
        boolean voicemail,
        List<Handoff> handoffs,
        List<Turn> turns,
        List<Fact.ToolRan> tools,
        List<Fact.Happened> timeline,
        List<Fact.RouteStepped> route,
        Bill bill,
        List<Attempt> attempts) {
    public WholeCall {
        handoffs = List.copyOf(handoffs);
        turns = List.copyOf(turns);
        tools = List.copyOf(tools);
        timeline = List.copyOf(timeline);
        route = List.copyOf(route);
        attempts = List.copyOf(attempts);
    }

    /// Without what anybody said.
    @Override
    public String toString() {
        return "WholeCall[" + call.id() + "]";
    }
}
