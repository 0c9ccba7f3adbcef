package io.offhook.simulator;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// One response while it is produced: the events of its items in the order of the real service, paced faster than real
/// time, until it is complete, cancelled, incomplete or failed. Every `.done` event is sent in each of these cases.
/// Belongs to the event loop of its session; nothing is sent after the response is over.
final class ResponseRun {
    private static final int THINKING_MS = 200;
    private static final int ARGUMENT_CHARACTERS = 12;
    private static final int ARGUMENT_MS = 10;

    /// What is fixed when a response is created.
    record Terms(
            String id,
            boolean outOfBand,
            boolean speaks,
            WireFormat format,
            JsonNode voice,
            JsonNode maxOutputTokens,
            JsonNode metadata) {}

    /// Input tokens, counted when the response begins.
    record InputTokens(int text, int audio, int cachedText, int cachedAudio) {}

    private final SessionSocket socket;
    private final Responses responses;
    private final Terms terms;
    private final InputTokens input;
    private final Deque<Move> moves;
    private final Map<String, byte[]> speech = new HashMap<>();
    private final ArrayNode output = Json.array();
    private Optional<OpenItem> open = Optional.empty();
    private boolean over;
    private boolean thoughtAbout;
    private boolean synthesised;
    private int textTokens;
    private double audioMs;
    private long producedSinceNanos;
    private double producedMs;

    /// The item that is being produced.
    private final class OpenItem {
        final int index = output.size();
        final Conversation.Entry entry;
        final String words;
        final byte[] audio;
        int sentCharacters;
        int sentBytes;
        int deltas;

        OpenItem(ObjectNode item, String words, byte[] audio) {
            this.entry = new Conversation.Entry(item);
            this.words = words;
            this.audio = audio;
        }

        boolean isCall() {
            return entry.is("function_call");
        }

        ObjectNode event(String type) {
            return Json.object(type)
                    .put("response_id", terms.id())
                    .put("item_id", entry.id())
                    .put("output_index", index);
        }

        ObjectNode partEvent(String type) {
            return event(type).put("content_index", 0);
        }

        String said() {
            return words.substring(0, sentCharacters);
        }
    }

    ResponseRun(SessionSocket socket, Responses responses, Terms terms, InputTokens input, List<Move> moves) {
        this.socket = socket;
        this.responses = responses;
        this.terms = terms;
        this.input = input;
        this.moves = new ArrayDeque<>(moves);
    }

    String id() {
        return terms.id();
    }

    boolean outOfBand() {
        return terms.outOfBand();
    }

    void start() {
        socket.send(Json.object("response.created").set("response", response("in_progress", null)));
        socket.send(rateLimits());
        if (socket.strikes(EngineFault.HUGE_FRAME)) {
            socket.sendText("{\"type\":\"response.huge\",\"padding\":\"" + "A".repeat(16 * 1024 * 1024) + "\"}");
        }
        if (socket.strikes(EngineFault.STALL_AFTER_RESPONSE_CREATED)) {
            return;
        }
        if (socket.strikes(EngineFault.RESPONSE_RATE_LIMITED)) {
            socket.after(THINKING_MS, () -> fail("rate_limit_exceeded", "Rate limit reached. Try again later."));
        } else if (socket.strikes(EngineFault.RESPONSE_SERVER_ERROR)) {
            socket.after(THINKING_MS, () -> fail("server_error", "The server had an error. Please try again."));
        } else {
            socket.after(THINKING_MS, () -> {
                thoughtAbout = true;
                beginWhenReady();
            });
            synthesise();
        }
    }

    /// Ends the response before it is complete.
    void cancel(String reason) {
        endEarly("cancelled", reason);
    }

    private void synthesise() {
        var texts = terms.speaks()
                ? moves.stream()
                        .filter(Move.Speak.class::isInstance)
                        .map(move -> ((Move.Speak) move).text())
                        .toList()
                : List.<String>of();
        responses.synthesise(texts, spoken -> {
            speech.putAll(spoken);
            synthesised = true;
            beginWhenReady();
        });
    }

    private void beginWhenReady() {
        if (thoughtAbout && synthesised && !over) {
            producedSinceNanos = socket.clock().nanos();
            next();
        }
    }

    private void next() {
        if (over) {
            return;
        }
        switch (moves.poll()) {
            case null -> finish("completed", null);
            case Move.Speak(var text) -> speak(text);
            case Move.CallTool(var name, var arguments) -> call(name, arguments);
            case Move.Silence _ -> next();
            case Move.SendRaw(var frame) -> {
                socket.sendText(frame);
                next();
            }
        }
    }

    private void speak(String text) {
        var item = Json.object("message")
                .put("id", socket.newId("item"))
                .put("object", "realtime.item")
                .put("status", "in_progress")
                .put("role", "assistant");
        item.putArray("content");
        var spoken = terms.speaks() ? speech.getOrDefault(text, new byte[0]) : new byte[0];
        var message = new OpenItem(item, text, spoken);
        begin(message);
        socket.send(message.partEvent("response.content_part.added").set("part", part("")));
        proceed(message);
    }

    private void proceed(OpenItem message) {
        if (over) {
            return;
        }
        boolean half = message.audio.length == 0
                ? message.sentCharacters * 2 >= message.words.length()
                : message.sentBytes * 2 >= message.audio.length;
        if (half && message.deltas > 0 && struckMidAnswer()) {
            return;
        }
        if (message.sentCharacters == message.words.length() && message.sentBytes == message.audio.length) {
            close("completed");
            next();
        } else if (tokensSpent() > terms.maxOutputTokens().asInt(Integer.MAX_VALUE)) {
            endEarly("incomplete", "max_output_tokens");
        } else {
            say(message);
        }
    }

    private boolean struckMidAnswer() {
        if (socket.strikes(EngineFault.STALL_MID_ANSWER)) {
            return true;
        }
        if (socket.strikes(EngineFault.CUT_MID_ANSWER)) {
            socket.cut();
            return true;
        }
        if (socket.strikes(EngineFault.INCOMPLETE_MAX_OUTPUT_TOKENS)) {
            endEarly("incomplete", "max_output_tokens");
            return true;
        }
        if (socket.strikes(EngineFault.INCOMPLETE_CONTENT_FILTER)) {
            endEarly("incomplete", "content_filter");
            return true;
        }
        return false;
    }

    private void say(OpenItem message) {
        socket.garbageAmong();
        int ms = socket.deltaMs(message.deltas++);
        int end = Math.min(message.sentBytes + ms * 8, message.audio.length);
        int words = message.audio.length == 0
                ? message.sentCharacters + 24
                : (int) Math.ceil((double) message.words.length() * end / message.audio.length);
        int until = wordEnd(message.words, Math.max(words, message.sentCharacters));
        if (until > message.sentCharacters) {
            var type = terms.speaks() ? "response.output_audio_transcript.delta" : "response.output_text.delta";
            socket.send(message.partEvent(type)
                    .put("delta", message.words.substring(message.sentCharacters, until)));
            textTokens += (until - message.sentCharacters + 3) / 4;
            message.sentCharacters = until;
        }
        if (end > message.sentBytes) {
            var piece = Arrays.copyOfRange(message.audio, message.sentBytes, end);
            responses.sendAudio(message.partEvent("response.output_audio.delta"), terms.format().fromMuLaw(piece));
            double sentMs = piece.length / 8.0;
            audioMs += sentMs;
            message.entry.audioMs += sentMs;
            message.sentBytes = end;
            producedMs += sentMs / socket.pace();
        } else {
            producedMs += ARGUMENT_MS;
        }
        double elapsed = (socket.clock().nanos() - producedSinceNanos) / 1e6;
        socket.after(Math.max(0, producedMs - elapsed), () -> proceed(message));
    }

    private void call(String name, String arguments) {
        var item = Json.object("function_call")
                .put("id", socket.newId("item"))
                .put("object", "realtime.item")
                .put("status", "in_progress")
                .put("call_id", socket.newId("call"))
                .put("name", name)
                .put("arguments", "");
        var call = new OpenItem(item, arguments, new byte[0]);
        begin(call);
        argue(call, socket.strikes(EngineFault.CUT_OFF_FUNCTION_CALL));
    }

    private void argue(OpenItem call, boolean cutOff) {
        if (over) {
            return;
        }
        if (cutOff && call.sentCharacters * 2 >= call.words.length()) {
            endEarly("cancelled", "turn_detected");
        } else if (call.sentCharacters == call.words.length()) {
            close("completed");
            next();
        } else {
            int length = cutOff ? Math.max(1, call.words.length() / 3) : ARGUMENT_CHARACTERS;
            int until = Math.min(call.words.length(), call.sentCharacters + length);
            socket.send(call.event("response.function_call_arguments.delta")
                    .put("call_id", Json.text(call.entry.item, "call_id"))
                    .put("delta", call.words.substring(call.sentCharacters, until)));
            textTokens += (until - call.sentCharacters + 3) / 4;
            call.sentCharacters = until;
            socket.after(ARGUMENT_MS, () -> argue(call, cutOff));
        }
    }

    private void begin(OpenItem item) {
        open = Optional.of(item);
        output.add(item.entry.item.deepCopy());
        socket.send(Json.object("response.output_item.added")
                .put("response_id", terms.id())
                .put("output_index", item.index)
                .set("item", item.entry.item.deepCopy()));
        if (!terms.outOfBand()) {
            responses.addToConversation(item.entry);
        }
    }

    /// Sends the `.done` events of the open item, whatever became of it.
    private void close(String status) {
        var item = open.orElseThrow();
        open = Optional.empty();
        boolean twice = item.isCall()
                && status.equals("completed")
                && socket.strikes(EngineFault.DUPLICATE_FUNCTION_CALL);
        if (item.isCall()) {
            responses.conversation().change(item.entry, json -> json.put("arguments", item.said()));
            var done = item.event("response.function_call_arguments.done")
                    .put("call_id", Json.text(item.entry.item, "call_id"))
                    .put("name", Json.text(item.entry.item, "name"))
                    .put("arguments", item.said());
            send(done, twice);
        } else {
            if (terms.speaks()) {
                socket.send(item.partEvent("response.output_audio.done"));
                socket.send(item.partEvent("response.output_audio_transcript.done").put("transcript", item.said()));
            } else {
                socket.send(item.partEvent("response.output_text.done").put("text", item.said()));
            }
            socket.send(item.partEvent("response.content_part.done").set("part", part(item.said())));
            item.entry.audio = responses.kept(item.audio, item.sentBytes);
            responses.conversation().change(item.entry, json -> json.withArray("content").add(content(item.said())));
        }
        responses.conversation().change(item.entry, json -> json.put("status", status));
        output.set(item.index, item.entry.item.deepCopy());
        send(
                Json.object("response.output_item.done")
                        .put("response_id", terms.id())
                        .put("output_index", item.index)
                        .set("item", item.entry.item.deepCopy()),
                twice);
        if (!terms.outOfBand()) {
            socket.send(responses.conversation().itemEvent("conversation.item.done", item.entry));
        }
    }

    private void send(ObjectNode event, boolean twice) {
        socket.send(event);
        if (twice) {
            socket.send(event.deepCopy());
        }
    }

    private void endEarly(String status, String reason) {
        if (!over) {
            if (open.isPresent()) {
                close("incomplete");
            }
            finish(status, Json.object(status).put("reason", reason));
        }
    }

    private void fail(String code, String message) {
        if (!over) {
            var details = Json.object("failed");
            details.set("error", Json.object(code.equals("server_error") ? "server_error" : "invalid_request_error")
                    .put("code", code)
                    .put("message", message));
            finish("failed", details);
        }
    }

    private void finish(String status, @Nullable ObjectNode details) {
        over = true;
        var response = response(status, details);
        response.set("usage", usage());
        responses.over(this, response, audioMs);
    }

    private ObjectNode response(String status, @Nullable ObjectNode details) {
        var response = Json.object().put("object", "realtime.response").put("id", terms.id()).put("status", status);
        response.set("status_details", details);
        response.set("output", output.deepCopy());
        if (terms.outOfBand()) {
            response.putNull("conversation_id");
        } else {
            response.put("conversation_id", responses.conversationId());
        }
        response.putArray("output_modalities").add(terms.speaks() ? "audio" : "text");
        response.set("max_output_tokens", terms.maxOutputTokens());
        var audio = response.putObject("audio").putObject("output");
        audio.set("format", terms.format().json());
        audio.set("voice", terms.voice());
        response.putNull("usage");
        response.set("metadata", terms.metadata());
        return response;
    }

    private ObjectNode usage() {
        int audioTokens = (int) Math.ceil(audioMs / 50);
        int inputTokens = input.text() + input.audio();
        var usage = Json.object()
                .put("total_tokens", inputTokens + textTokens + audioTokens)
                .put("input_tokens", inputTokens)
                .put("output_tokens", textTokens + audioTokens);
        usage.putObject("input_token_details")
                .put("text_tokens", input.text())
                .put("audio_tokens", input.audio())
                .put("image_tokens", 0)
                .put("cached_tokens", input.cachedText() + input.cachedAudio())
                .putObject("cached_tokens_details")
                .put("text_tokens", input.cachedText())
                .put("audio_tokens", input.cachedAudio())
                .put("image_tokens", 0);
        usage.putObject("output_token_details").put("text_tokens", textTokens).put("audio_tokens", audioTokens);
        return usage;
    }

    private double tokensSpent() {
        return textTokens + audioMs / 50;
    }

    private ObjectNode part(String said) {
        return terms.speaks()
                ? Json.object("audio").put("transcript", said)
                : Json.object("text").put("text", said);
    }

    private ObjectNode content(String said) {
        return terms.speaks()
                ? Json.object("output_audio").put("transcript", said)
                : Json.object("output_text").put("text", said);
    }

    private static ObjectNode rateLimits() {
        var event = Json.object("rate_limits.updated");
        event.putArray("rate_limits")
                .add(Json.object()
                        .put("name", "requests")
                        .put("limit", 5_000)
                        .put("remaining", 4_999)
                        .put("reset_seconds", 0.012))
                .add(Json.object()
                        .put("name", "tokens")
                        .put("limit", 400_000)
                        .put("remaining", 395_500)
                        .put("reset_seconds", 0.675));
        return event;
    }

    /// Transcripts come in whole words.
    private static int wordEnd(String words, int from) {
        int end = Math.min(from, words.length());
        while (end < words.length() && words.charAt(end) != ' ') {
            end++;
        }
        return end;
    }
}
