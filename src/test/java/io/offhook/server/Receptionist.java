package io.offhook.server;

import io.offhook.simulator.ConversationView;
import io.offhook.simulator.Dialogue;
import io.offhook.simulator.Move;
import io.offhook.simulator.Turn;
import java.util.List;
import java.util.Optional;

/// A model that does the same however often it is asked and on whatever session: it looks orders up, and puts callers
/// through who want their money back.
final class Receptionist implements Dialogue {
    static final String QUESTION = "Where is my order?";
    static final String ANSWER = "It is on its way.";
    static final String WISH = "I want my money back.";
    static final String REASON = "Refund";
    static final String SUMMARY = "Charged twice in March";

    @Override
    public List<Move> onPending(List<ToolResult> results, Optional<Turn> turn, ConversationView conversation) {
        return turn.isPresent() || results.isEmpty()
                ? Dialogue.super.onPending(List.of(), turn, conversation)
                : List.of(new Move.Speak(ANSWER));
    }

    @Override
    public List<Move> onCallerTurn(Turn turn, ConversationView conversation) {
        return switch (turn.text()) {
            case QUESTION -> List.of(new Move.CallTool("find_order", "{}"));
            case WISH -> escalate();
            default -> List.of(new Move.Speak("I am here."));
        };
    }

    @Override
    public List<Move> onToolResult(ToolResult result, ConversationView conversation) {
        return List.of(new Move.Speak(ANSWER));
    }

    @Override
    public List<Move> onResponseRequested(Request request, ConversationView conversation) {
        boolean waiting = !conversation.said().isEmpty()
                && conversation.said().getLast().role().equals("user");
        boolean wish = waiting && conversation.said().getLast().text().equals(WISH);
        return wish ? escalate() : List.of(new Move.Speak("I am here."));
    }

    private static List<Move> escalate() {
        return List.of(new Move.CallTool(
                "escalate_to_human", "{\"reason\":\"" + REASON + "\",\"summary\":\"" + SUMMARY + "\"}"));
    }
}
