package io.offhook.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the simulated model says and does. Called on the session's event loop, so it must not block.
public interface Dialogue {
    /// The caller has said something and a response to it begins.
    List<Move> onCallerTurn(Turn turn, ConversationView conversation);

    /// The result of a tool has come and a response to it begins.
    List<Move> onToolResult(ToolResult result, ConversationView conversation);

    /// A response was asked for while nothing waits for an answer, or outside of the conversation.
    List<Move> onResponseRequested(Request request, ConversationView conversation);

    /// Everything that waits for an answer when a response begins: results first, then what the caller said.
    default List<Move> onPending(List<ToolResult> results, Optional<Turn> turn, ConversationView conversation) {
        var moves = new ArrayList<Move>();
        for (var result : results) {
            moves.addAll(onToolResult(result, conversation));
        }
        turn.ifPresent(said -> moves.addAll(onCallerTurn(said, conversation)));
        return moves;
    }

    /// The result of an earlier [Move.CallTool].
    record ToolResult(String callId, String tool, String argumentsJson, String output) {
        @Override
        public String toString() {
            return "ToolResult[" + tool + ", " + output.length() + " characters]";
        }
    }

    /// What a `response.create` asked for.
    record Request(Optional<String> instructions, boolean outOfBand, boolean asText, Map<String, String> metadata) {}
}
