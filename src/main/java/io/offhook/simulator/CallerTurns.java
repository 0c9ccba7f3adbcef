package io.offhook.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// The caller's side of a session: audio until somebody speaks, then a turn with its item, its transcript and the
/// response that follows by itself. Knows the words from captions, or because they were typed. Belongs to the session's
/// event loop.
final class CallerTurns implements Responses.Watcher {
    private static final int TRANSCRIPTION_MS = 300;
    private static final double SMALLEST_COMMIT_MS = 100;

    private final SessionSocket socket;
    private final SessionRecord record;
    private final SessionSettings settings;
    private final Conversation conversation;
    private final CaptionBook captions;
    private final Responses responses;
    private final InputAudio input = new InputAudio(new InputAudio.Listener() {
        @Override
        public void speechStarted(long audioStartMs) {
            onSpeechStarted(audioStartMs);
        }

        @Override
        public void speechStopped(long audioEndMs) {
            onSpeechStopped(audioEndMs);
        }
    });
    private final List<Runnable> lateTranscripts = new ArrayList<>();
    private Optional<String> speechItem = Optional.empty();
    private Optional<EngineWait> idleTimer = Optional.empty();

    CallerTurns(
            SessionSocket socket,
            SessionRecord record,
            SessionSettings settings,
            Conversation conversation,
            CaptionBook captions,
            Responses responses) {
        this.socket = socket;
        this.record = record;
        this.settings = settings;
        this.conversation = conversation;
        this.captions = captions;
        this.responses = responses;
    }

    /// Detects turns as the settings say from here on.
    void detect() {
        input.detect(InputAudio.Detection.of(settings.turnDetection()));
    }

    void hear(byte[] muLaw) {
        input.append(muLaw);
    }

    /// Throws away what was not committed.
    void forget() {
        input.takeAll();
        speechItem = Optional.empty();
    }

    void commitByHand() throws Refused {
        if (input.bufferedMs() < SMALLEST_COMMIT_MS) {
            throw new Refused("input_audio_buffer_commit_empty", "",
                    "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but"
                            + " buffer only has %.2fms of audio.".formatted(input.bufferedMs()));
        }
        commit(speechItem.orElseGet(() -> socket.newId("item")), input.takeAll(), Optional.empty(), false);
    }

    private void onSpeechStarted(long audioStartMs) {
        stopIdling();
        var item = socket.newId("item");
        speechItem = Optional.of(item);
        socket.send(Json.object("input_audio_buffer.speech_started")
                .put("audio_start_ms", audioStartMs)
                .put("item_id", item));
        if (settings.interruptsResponses()) {
            responses.interrupt();
        }
    }

    private void onSpeechStopped(long audioEndMs) {
        var item = speechItem.orElseGet(() -> socket.newId("item"));
        socket.send(Json.object("input_audio_buffer.speech_stopped")
                .put("audio_end_ms", audioEndMs)
                .put("item_id", item));
        commit(item, input.takeSpeech(), Optional.empty(), false);
        respondByItself();
    }

    void typed(String text) {
        if (!socket.open()) {
            return;
        }
        onSpeechStarted(input.clockMs());
        var item = speechItem.orElseThrow();
        socket.send(Json.object("input_audio_buffer.speech_stopped")
                .put("audio_end_ms", input.clockMs())
                .put("item_id", item));
        commit(item, new byte[0], Optional.of(text), false);
        respondByItself();
    }

    private void onIdle(long silenceMs) {
        var item = socket.newId("item");
        long now = input.clockMs();
        socket.send(Json.object("input_audio_buffer.timeout_triggered")
                .put("audio_start_ms", Math.max(0, now - silenceMs))
                .put("audio_end_ms", now)
                .put("item_id", item));
        commit(item, input.takeAll(), Optional.of(""), true);
        respondByItself();
    }

    private void commit(String itemId, byte[] audio, Optional<String> words, boolean idle) {
        speechItem = Optional.empty();
        var caption = words.or(() -> captions.captionOf(audio));
        var item = Json.object("message")
                .put("id", itemId)
                .put("object", "realtime.item")
                .put("status", "completed")
                .put("role", "user");
        item.putArray("content").add(Json.object("input_audio").putNull("transcript"));
        var entry = new Conversation.Entry(item);
        entry.audioMs = audio.length / 8.0;
        entry.audio = record.kept(audio, audio.length);
        entry.words = caption.orElse("");
        entry.understood = caption.isPresent();
        entry.idle = idle;
        entry.pending = true;
        var committed = Json.object("input_audio_buffer.committed").put("item_id", itemId);
        socket.send(conversation.withPrevious(committed, itemId));
        conversation.add(entry);
        socket.send(conversation.itemEvent("conversation.item.added", entry));
        socket.send(conversation.itemEvent("conversation.item.done", entry));
        if (settings.transcribes()) {
            transcribe(entry);
        }
    }

    private void transcribe(Conversation.Entry entry) {
        Runnable transcript = () -> {
            for (var word : entry.words.isEmpty() ? List.<String>of() : List.of(entry.words.split("(?<= )"))) {
                socket.send(transcription("delta", entry).put("delta", word));
            }
            conversation.change(entry, item ->
                    item.path("content").forEach(part -> ((ObjectNode) part).put("transcript", entry.words)));
            socket.send(transcription("completed", entry)
                    .put("transcript", entry.words)
                    .set("usage", Json.object("duration").put("seconds", entry.audioMs / 1_000)));
        };
        if (socket.struckForGood(EngineFault.LATE_TRANSCRIPTION)) {
            lateTranscripts.add(transcript);
        } else {
            socket.after(TRANSCRIPTION_MS, transcript);
        }
    }

    private static ObjectNode transcription(String what, Conversation.Entry entry) {
        return Json.object("conversation.item.input_audio_transcription." + what)
                .put("item_id", entry.id())
                .put("content_index", 0);
    }

    private void respondByItself() {
        if (!settings.createsResponses()) {
            return;
        }
        try {
            responses.refuseSecond();
            responses.respond(Json.object(), false);
        } catch (Refused refused) {
            socket.refuse(refused, "");
        }
    }

    // ---- what responses mean for the caller's side --------------------------------------------------------------

    @Override
    public void responseBegins() {
        stopIdling();
    }

    @Override
    public void responseOver(boolean toConversation, double audioMs) {
        if (toConversation) {
            settings.idleTimeoutMs().ifPresent(ms -> startIdling(ms, audioMs));
        }
        lateTranscripts.forEach(transcript -> socket.after(TRANSCRIPTION_MS, transcript));
        lateTranscripts.clear();
    }

    private void startIdling(int ms, double audioMs) {
        stopIdling();
        idleTimer = Optional.of(socket.after(ms + audioMs, () -> {
            idleTimer = Optional.empty();
            if (!input.speaking() && !responses.active()) {
                onIdle(ms);
            }
        }));
    }

    void stopIdling() {
        idleTimer.ifPresent(EngineWait::cancel);
        idleTimer = Optional.empty();
    }
}
