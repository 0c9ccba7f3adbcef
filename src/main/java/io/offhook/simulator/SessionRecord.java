package io.offhook.simulator;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.databind.JsonNode;

/// What happened in one session, kept for those who look at it: written on the session's event loop, read on any
/// thread. Audio is kept only where the engine records it.
final class SessionRecord {
    private final boolean keepsAudio;
    private final List<JsonNode> received = new ArrayList<>();
    private final List<JsonNode> sent = new ArrayList<>();
    private final List<SimulatedSession.SentError> errors = new ArrayList<>();
    private final List<JsonNode> responses = new ArrayList<>();
    private final List<SimulatedSession.Truncation> truncations = new ArrayList<>();
    private final ByteArrayOutputStream appended = new ByteArrayOutputStream();
    private final AtomicLong appendedBytes = new AtomicLong();
    private final AtomicLong appends = new AtomicLong();
    private volatile Optional<SimulatedSession.Closed> closed = Optional.empty();
    private volatile Optional<String> activeResponse = Optional.empty();
    private volatile JsonNode settings;

    SessionRecord(boolean keepsAudio, JsonNode settings) {
        this.keepsAudio = keepsAudio;
        this.settings = settings;
    }

    void received(JsonNode event) {
        if (!Json.text(event, "type").equals("input_audio_buffer.append")) {
            synchronized (received) {
                received.add(event);
            }
        }
    }

    void sent(JsonNode event) {
        if (keepsAudio || !event.has("delta")) {
            synchronized (sent) {
                sent.add(event);
            }
        }
    }

    void error(SimulatedSession.SentError error) {
        synchronized (errors) {
            errors.add(error);
        }
    }

    void response(JsonNode response) {
        synchronized (responses) {
            responses.add(response);
        }
    }

    void truncated(SimulatedSession.Truncation truncation) {
        synchronized (truncations) {
            truncations.add(truncation);
        }
    }

    void appended(byte[] audio) {
        appends.incrementAndGet();
        appendedBytes.addAndGet(audio.length);
        if (keepsAudio) {
            synchronized (appended) {
                appended.writeBytes(audio);
            }
        }
    }

    void closed(SimulatedSession.Closed how) {
        closed = Optional.of(how);
    }

    void active(Optional<String> response) {
        activeResponse = response;
    }

    void settings(JsonNode effective) {
        settings = effective;
    }

    /// The first bytes of this audio; nothing when audio is not kept.
    byte[] kept(byte[] audio, int length) {
        return keepsAudio ? Arrays.copyOf(audio, length) : new byte[0];
    }

    List<JsonNode> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    List<JsonNode> sent() {
        synchronized (sent) {
            return List.copyOf(sent);
        }
    }

    List<SimulatedSession.SentError> errors() {
        synchronized (errors) {
            return List.copyOf(errors);
        }
    }

    List<JsonNode> responses() {
        synchronized (responses) {
            return List.copyOf(responses);
        }
    }

    List<SimulatedSession.Truncation> truncations() {
        synchronized (truncations) {
            return List.copyOf(truncations);
        }
    }

    byte[] appendedAudio() {
        synchronized (appended) {
            return appended.toByteArray();
        }
    }

    long appendedBytes() {
        return appendedBytes.get();
    }

    long appends() {
        return appends.get();
    }

    Optional<SimulatedSession.Closed> closed() {
        return closed;
    }

    Optional<String> activeResponse() {
        return activeResponse;
    }

    JsonNode settings() {
        return settings;
    }
}
