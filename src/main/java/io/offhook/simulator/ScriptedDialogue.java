package io.offhook.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// A script for tests: each response, whatever caused it, plays the next step. When the script is over, the last resort
/// is spoken. One script may serve several sessions in turn, so that it goes on after a reconnect. May be used from any
/// thread.
public final class ScriptedDialogue implements Dialogue {
    private final Deque<List<Move>> steps = new ArrayDeque<>();
    private final List<String> causes = new ArrayList<>();
    private List<Move> afterwards = List.of(new Move.Silence());
    private List<Move> beside = List.of(new Move.Silence());

    /// Adds a response that says each text in an item of its own.
    public ScriptedDialogue says(String... texts) {
        var moves = new ArrayList<Move>();
        for (var text : texts) {
            moves.add(new Move.Speak(text));
        }
        return plays(moves);
    }

    /// Adds a response that calls a tool.
    public ScriptedDialogue calls(String tool, String argumentsJson) {
        return plays(List.of(new Move.CallTool(tool, argumentsJson)));
    }

    /// Adds a response that speaks and then calls a tool.
    public ScriptedDialogue saysAndCalls(String text, String tool, String argumentsJson) {
        return plays(List.of(new Move.Speak(text), new Move.CallTool(tool, argumentsJson)));
    }

    /// Adds a response without output.
    public ScriptedDialogue staysSilent() {
        return plays(List.of(new Move.Silence()));
    }

    /// Adds a response that sends raw frames.
    public ScriptedDialogue sends(String... frames) {
        var moves = new ArrayList<Move>();
        for (var frame : frames) {
            moves.add(new Move.SendRaw(frame));
        }
        return plays(moves);
    }

    /// Adds a response of any moves.
    public synchronized ScriptedDialogue plays(List<Move> moves) {
        steps.add(List.copyOf(moves));
        return this;
    }

    /// What is said by every response after the last step; silence unless given.
    public synchronized ScriptedDialogue afterwardsSays(String text) {
        afterwards = List.of(new Move.Speak(text));
        return this;
    }

    /// What is written when a summary is asked for beside the conversation; nothing unless given. Takes no step.
    public synchronized ScriptedDialogue writes(String text) {
        beside = List.of(new Move.Speak(text));
        return this;
    }

    /// Why each response was made, in order: `caller: <text>`, `tool: <name> <output>` or `request: <instructions>`.
    public synchronized List<String> causes() {
        return List.copyOf(causes);
    }

    /// How many steps have not been played.
    public synchronized int stepsLeft() {
        return steps.size();
    }

    @Override
    public List<Move> onPending(List<ToolResult> results, Optional<Turn> turn, ConversationView conversation) {
        var cause = new ArrayList<String>();
        results.forEach(result -> cause.add("tool: " + result.tool() + " " + result.output()));
        turn.ifPresent(said -> cause.add("caller: " + said.text()));
        return next(String.join(", ", cause));
    }

    @Override
    public List<Move> onCallerTurn(Turn turn, ConversationView conversation) {
        return next("caller: " + turn.text());
    }

    @Override
    public List<Move> onToolResult(ToolResult result, ConversationView conversation) {
        return next("tool: " + result.tool() + " " + result.output());
    }

    @Override
    public List<Move> onResponseRequested(Request request, ConversationView conversation) {
        if (request.outOfBand() && request.asText()) {
            return aside();
        }
        return next("request: " + request.instructions().orElse(""));
    }

    private synchronized List<Move> aside() {
        return beside;
    }

    private synchronized List<Move> next(String cause) {
        causes.add(cause);
        return steps.isEmpty() ? afterwards : steps.remove();
    }
}
