package io.offhook.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The responses of one session: which run, which one writes to the conversation, what the dialogue wants them to say,
/// and what they cost. Belongs to the session's event loop.
final class Responses {
    /// This model knows one language: what it is to put into another it says as it is.
    private static final Pattern EXACT_WORDS = Pattern.compile(
            "Say (?:exactly this, and nothing else|this in [\\p{L} ]+, with nothing added and nothing left out):"
                    + "\\s*\"(.*)\"\\s*",
            Pattern.DOTALL);

    /// Who needs to know that responses come and go.
    interface Watcher {
        void responseBegins();

        void responseOver(boolean toConversation, double audioMs);
    }

    private final SessionSocket socket;
    private final SessionRecord record;
    private final SessionSettings settings;
    private final Conversation conversation;
    private final String conversationId;
    private final Dialogue dialogue;
    private final SpeechSynthesis speech;
    private final Map<String, ResponseRun> running = new LinkedHashMap<>();
    private Watcher watcher = new Watcher() {
        @Override
        public void responseBegins() {}

        @Override
        public void responseOver(boolean toConversation, double audioMs) {}
    };
    private Optional<ResponseRun> active = Optional.empty();
    private boolean audible;
    private int inputTextBefore;
    private int inputAudioBefore;

    Responses(
            SessionSocket socket,
            SessionRecord record,
            SessionSettings settings,
            Conversation conversation,
            String conversationId,
            Dialogue dialogue,
            SpeechSynthesis speech) {
        this.socket = socket;
        this.record = record;
        this.settings = settings;
        this.conversation = conversation;
        this.conversationId = conversationId;
        this.dialogue = dialogue;
        this.speech = speech;
    }

    void watchedBy(Watcher one) {
        watcher = one;
    }

    /// Whether a response is writing to the conversation.
    boolean active() {
        return active.isPresent();
    }

    /// Whether the agent has made a sound in this session.
    boolean audible() {
        return audible;
    }

    /// The caller speaks.
    void interrupt() {
        active.ifPresent(run -> run.cancel("turn_detected"));
    }

    void forgetAll() {
        running.clear();
        active = Optional.empty();
        record.active(Optional.empty());
    }

    void refuseSecond() throws Refused {
        if (active.isPresent()) {
            throw new Refused("conversation_already_has_active_response", "",
                    "Conversation already has an active response in progress: " + active.get().id()
                            + ". Wait until the response is finished before creating a new one.");
        }
    }

    void cancel(String wanted) throws Refused {
        if (socket.struckForGood(EngineFault.IGNORES_CANCEL)) {
            return;
        }
        var run = wanted.isEmpty() ? active : Optional.ofNullable(running.get(wanted));
        run.orElseThrow(() -> new Refused("response_cancel_not_active", "",
                        "Cancellation failed: no active response found"))
                .cancel("client_cancelled");
    }

    void respond(JsonNode wish, boolean outOfBand) {
        watcher.responseBegins();
        boolean speaks = wish.has("output_modalities")
                ? wish.path("output_modalities").path(0).asString("audio").equals("audio")
                : settings.speaks();
        var output = wish.path("audio").path("output");
        var terms = new ResponseRun.Terms(
                socket.newId("resp"),
                outOfBand,
                speaks,
                output.has("format") ? WireFormat.of(output.path("format")) : settings.outputFormat(),
                output.has("voice") ? output.path("voice") : settings.voice(),
                wish.has("max_output_tokens") ? wish.path("max_output_tokens") : settings.maxOutputTokens(),
                wish.has("metadata") ? wish.path("metadata") : Json.object().nullNode());
        var run = new ResponseRun(socket, this, terms, inputTokens(wish), moves(wish, outOfBand, !speaks));
        running.put(run.id(), run);
        if (!outOfBand) {
            active = Optional.of(run);
            record.active(Optional.of(run.id()));
        }
        run.start();
    }

    private List<Move> moves(JsonNode wish, boolean outOfBand, boolean asText) {
        var instructions = Optional.of(Json.text(wish, "instructions")).filter(text -> !text.isEmpty());
        var exact = instructions.map(EXACT_WORDS::matcher).filter(matcher -> matcher.matches());
        if (exact.isPresent()) {
            return List.of(new Move.Speak(exact.get().group(1).replace("\\\"", "\"")));
        }
        var tools = wish.has("tools") ? wish.path("tools") : settings.tools();
        var choice = wish.has("tool_choice") ? wish.path("tool_choice") : settings.toolChoice();
        boolean mayCall = !choice.asString("").equals("none");
        var view = new ConversationView(
                instructions.orElseGet(settings::instructions),
                mayCall ? SessionSettings.namesOf(tools) : Set.of(),
                said(wish));
        var pending = outOfBand || wish.has("input") ? List.<Conversation.Entry>of() : conversation.pending();
        List<Move> moves;
        if (pending.isEmpty()) {
            var metadata = new HashMap<String, String>();
            wish.path("metadata")
                    .properties()
                    .forEach(pair -> metadata.put(pair.getKey(), pair.getValue().asString()));
            moves = dialogue.onResponseRequested(
                    new Dialogue.Request(instructions, outOfBand, asText, Map.copyOf(metadata)), view);
        } else {
            moves = dialogue.onPending(
                    pending.stream().filter(entry -> entry.is("function_call_output")).map(this::result).toList(),
                    pending.reversed().stream().filter(entry -> entry.is("message")).findFirst().map(this::turn),
                    view);
            conversation.answered();
        }
        return mayCall ? moves : moves.stream().filter(move -> !(move instanceof Move.CallTool)).toList();
    }

    private List<ConversationView.Said> said(JsonNode wish) {
        if (!wish.has("input")) {
            return conversation.said();
        }
        var said = new ArrayList<ConversationView.Said>();
        for (var item : wish.path("input")) {
            var known = conversation.find(Json.text(item, "id"));
            var source = known.map(entry -> (JsonNode) entry.item).orElse(item);
            var words = known.map(entry -> entry.words).orElse("");
            said.add(new ConversationView.Said(
                    Json.text(source, "role"), words.isEmpty() ? Conversation.textOf(source) : words));
        }
        return said;
    }

    private Dialogue.ToolResult result(Conversation.Entry entry) {
        var callId = Json.text(entry.item, "call_id");
        var call = conversation.call(callId).map(found -> found.item).orElseGet(Json::object);
        return new Dialogue.ToolResult(
                callId, Json.text(call, "name"), Json.text(call, "arguments"), Json.text(entry.item, "output"));
    }

    private Turn turn(Conversation.Entry entry) {
        var words = entry.words.isEmpty() ? Conversation.textOf(entry.item) : entry.words;
        return new Turn(
                entry.id(),
                words,
                entry.understood,
                entry.idle,
                Duration.ofMillis((long) entry.audioMs));
    }

    private ResponseRun.InputTokens inputTokens(JsonNode wish) {
        boolean context = !wish.has("input");
        int characters = wish.path("instructions").asString(settings.instructions()).length()
                + settings.tools().toString().length()
                + (context ? conversation.characters() : 0);
        int text = (characters + 3) / 4;
        int audio = context
                ? (int) Math.ceil(conversation.audioMs("user") / 100)
                        + (int) Math.ceil(conversation.audioMs("assistant") / 50)
                : 0;
        // The cache works in steps of 64 tokens and only on what an earlier response has already sent.
        var tokens = new ResponseRun.InputTokens(
                text, audio, Math.min(text, inputTextBefore) / 64 * 64, Math.min(audio, inputAudioBefore) / 64 * 64);
        inputTextBefore = text;
        inputAudioBefore = audio;
        return tokens;
    }

    // ---- what a run needs ----------------------------------------------------------------------------------------

    void over(ResponseRun run, ObjectNode response, double audioMs) {
        running.remove(run.id());
        record.response(response);
        boolean wasActive = active.filter(run::equals).isPresent();
        if (wasActive) {
            active = Optional.empty();
            record.active(Optional.empty());
        }
        socket.send(Json.object("response.done").set("response", response));
        watcher.responseOver(wasActive, audioMs);
    }

    Conversation conversation() {
        return conversation;
    }

    String conversationId() {
        return conversationId;
    }

    /// Synthesis may take long, so it runs on a virtual thread and comes back to the event loop.
    void synthesise(List<String> texts, Consumer<Map<String, byte[]>> then) {
        if (texts.isEmpty()) {
            then.accept(Map.of());
            return;
        }
        Thread.ofVirtual().name("speech").start(() -> {
            var spoken = new HashMap<String, byte[]>();
            for (var text : texts) {
                spoken.put(text, speech.speak(text));
            }
            socket.later(() -> then.accept(spoken));
        });
    }

    byte[] kept(byte[] audio, int length) {
        return record.kept(audio, length);
    }

    void addToConversation(Conversation.Entry entry) {
        conversation.add(entry);
        socket.send(conversation.itemEvent("conversation.item.added", entry));
    }

    void sendAudio(ObjectNode event, byte[] audio) {
        audible = true;
        event.put("delta", Base64.getEncoder().encodeToString(audio));
        socket.send(event);
    }
}
