package io.offhook.simulator;

import java.util.Arrays;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What a client may ask of a session, event by event, and when it is refused. Belongs to the session's event loop.
final class ClientEvents implements SessionSocket.Listener {
    static final int LARGEST_APPEND = 15 * 1024 * 1024;

    private final SessionSocket socket;
    private final SessionRecord record;
    private final SessionSettings settings;
    private final Conversation conversation;
    private final CallerTurns turns;
    private final Responses responses;
    private final Runnable onClosed;

    ClientEvents(
            SessionSocket socket,
            SessionRecord record,
            SessionSettings settings,
            Conversation conversation,
            CallerTurns turns,
            Responses responses,
            Runnable onClosed) {
        this.socket = socket;
        this.record = record;
        this.settings = settings;
        this.conversation = conversation;
        this.turns = turns;
        this.responses = responses;
        this.onClosed = onClosed;
    }

    @Override
    public void appended(byte[] audio) {
        record.appended(audio);
        turns.hear(settings.inputFormat().toMuLaw(audio));
    }

    @Override
    public void closed() {
        onClosed.run();
    }

    @Override
    public void received(JsonNode event) throws Refused {
        switch (Json.text(event, "type")) {
            case "session.update" -> onSessionUpdate(event.path("session"));
            case "input_audio_buffer.append" -> appended(audioOf(event));
            case "input_audio_buffer.commit" -> turns.commitByHand();
            case "input_audio_buffer.clear" -> {
                turns.forget();
                socket.send(Json.object("input_audio_buffer.cleared"));
            }
            case "conversation.item.create" -> onItemCreate(event);
            case "conversation.item.retrieve" -> socket.send(Json.object("conversation.item.retrieved")
                    .set("item", conversation.withAudio(known(event), settings.outputFormat())));
            case "conversation.item.truncate" -> onTruncate(event);
            case "conversation.item.delete" -> {
                conversation.remove(known(event).id());
                socket.send(Json.object("conversation.item.deleted").put("item_id", Json.text(event, "item_id")));
            }
            case "response.create" -> onResponseCreate(event.path("response"));
            case "response.cancel" -> responses.cancel(Json.text(event, "response_id"));
            default -> throw new Refused("invalid_event", "type", "'" + Json.text(event, "type")
                    + "' is only supported over WebRTC and SIP.");
        }
    }

    private void onSessionUpdate(JsonNode change) throws Refused {
        settings.update(change, responses.audible(), responses.active());
        if (socket.struckForGood(EngineFault.WRONG_FORMAT_ECHOED)) {
            settings.overrideOutputFormat(WireFormat.PCM);
        }
        turns.detect();
        record.settings(settings.effective());
        if (!socket.struckForGood(EngineFault.NO_SESSION_UPDATED)) {
            socket.send(Json.object("session.updated").set("session", settings.effective()));
        }
    }

    private static byte[] audioOf(JsonNode event) throws Refused {
        var audio = Json.decoded(Json.text(event, "audio"))
                .orElseThrow(() -> Refused.invalid("audio", "Invalid 'audio'. Expected base64 audio bytes."));
        if (audio.length > LARGEST_APPEND) {
            throw Refused.invalid("audio", "Invalid 'audio': the maximum is 15 MiB in one event.");
        }
        return audio;
    }

    private void onItemCreate(JsonNode event) throws Refused {
        var item = (ObjectNode) event.path("item").deepCopy();
        if (!Json.given(item, "id")) {
            item.put("id", socket.newId("item"));
        } else if (conversation.find(Json.text(item, "id")).isPresent()) {
            throw Refused.invalid("item.id", "Error adding item: an item with this ID already exists.");
        }
        var entry = new Conversation.Entry(item.put("object", "realtime.item").put("status", "completed"));
        if (entry.is("message")) {
            acceptMessage(entry);
        } else if (entry.is("function_call_output")) {
            var callId = Json.text(item, "call_id");
            if (conversation.call(callId).isEmpty()) {
                throw new Refused("invalid_tool_call_id", "item.call_id",
                        "Tool call ID '" + callId + "' not found in conversation.");
            }
            entry.pending = true;
        } else if (entry.is("function_call") && !Json.given(item, "call_id")) {
            item.put("call_id", socket.newId("call"));
        }
        place(event, entry);
        socket.send(conversation.itemEvent("conversation.item.added", entry));
        socket.send(conversation.itemEvent("conversation.item.done", entry));
    }

    private static void acceptMessage(Conversation.Entry entry) throws Refused {
        var kinds = switch (Json.text(entry.item, "role")) {
            case "assistant" -> List.of("output_text", "output_audio");
            case "system" -> List.of("input_text");
            default -> List.of("input_text", "input_audio", "input_image");
        };
        int index = 0;
        for (var part : entry.item.path("content")) {
            var kind = Json.text(part, "type");
            var at = "item.content[" + index++ + "]";
            if (!kinds.contains(kind)) {
                throw Refused.invalid(
                        at + ".type", "Invalid value: '" + kind + "'. Supported values are: " + kinds + ".");
            }
            if (kind.equals("output_audio") && part.has("audio")) {
                throw Refused.invalid(at + ".audio", "Audio of the assistant cannot be supplied.");
            }
            if (kind.endsWith("_text") && !part.has("text")) {
                throw new Refused("missing_required_parameter", at + ".text",
                        "Missing required parameter: '" + at + ".text'.");
            }
        }
        entry.pending = entry.hasRole("user");
    }

    private void place(JsonNode event, Conversation.Entry entry) throws Refused {
        var previous = Json.text(event, "previous_item_id");
        if (!event.has("previous_item_id")) {
            conversation.add(entry);
        } else if (previous.equals("root") || conversation.find(previous).isPresent()) {
            conversation.addAfter(previous, entry);
        } else {
            throw Refused.invalid("previous_item_id",
                    "Error creating item: the previous item with ID '" + previous + "' does not exist.");
        }
    }

    private void onTruncate(JsonNode event) throws Refused {
        var entry = known(event);
        int contentIndex = event.path("content_index").asInt();
        int audioEndMs = event.path("audio_end_ms").asInt();
        boolean audio = entry.hasRole("assistant") && (entry.audioMs > 0 || isOpen(entry));
        if (!audio) {
            throw Refused.invalid("item_id", "Only audio of the assistant can be truncated.");
        }
        if (contentIndex != 0) {
            throw Refused.invalid("content_index", "Content index " + contentIndex + " does not exist.");
        }
        if (audioEndMs > entry.audioMs) {
            throw Refused.invalid("audio_end_ms",
                    "Audio content of " + (int) entry.audioMs + "ms is already shorter than " + audioEndMs + "ms");
        }
        entry.audioMs = audioEndMs;
        entry.audio = Arrays.copyOf(entry.audio, Math.min(entry.audio.length, audioEndMs * 8));
        conversation.change(
                entry, item -> item.path("content").forEach(part -> ((ObjectNode) part).remove("transcript")));
        record.truncated(new SimulatedSession.Truncation(entry.id(), contentIndex, audioEndMs));
        socket.send(Json.object("conversation.item.truncated")
                .put("item_id", entry.id())
                .put("content_index", contentIndex)
                .put("audio_end_ms", audioEndMs));
    }

    private static boolean isOpen(Conversation.Entry entry) {
        return Json.text(entry.item, "status").equals("in_progress");
    }

    private Conversation.Entry known(JsonNode event) throws Refused {
        var itemId = Json.text(event, "item_id");
        return conversation
                .find(itemId)
                .orElseThrow(() -> new Refused("item_not_found", "item_id",
                        "Item with item_id '" + itemId + "' does not exist."));
    }

    private void onResponseCreate(JsonNode wish) throws Refused {
        var where = wish.path("conversation").asString("auto");
        if (!where.equals("auto") && !where.equals("none")) {
            throw Refused.invalid("response.conversation",
                    "Invalid value: '" + where + "'. Supported values are: 'auto' and 'none'.");
        }
        for (var item : wish.path("input")) {
            if (Json.text(item, "type").equals("item_reference")
                    && conversation.find(Json.text(item, "id")).isEmpty()) {
                throw new Refused("item_not_found", "response.input", "Item with ID '" + Json.text(item, "id")
                        + "' does not exist.");
            }
        }
        var voice = wish.path("audio").path("output").path("voice");
        if (!voice.isMissingNode() && !voice.equals(settings.voice())) {
            SessionSettings.refuseVoice(voice, "response.audio.output.voice", responses.audible());
        }
        settings.refuseReasoning(wish, "response.");
        boolean outOfBand = where.equals("none");
        if (!outOfBand) {
            responses.refuseSecond();
        }
        responses.respond(wish, outOfBand);
    }
}
