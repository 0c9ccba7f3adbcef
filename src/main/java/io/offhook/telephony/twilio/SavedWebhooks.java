package io.offhook.telephony.twilio;

import io.offhook.call.PhoneNumber;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// What numbers were set to before Offhook changed them, one file for each in a folder that only its owner may read. A
/// file is on disk before its number is changed, so that no crash in between loses where callers went before.
public final class SavedWebhooks {
    /// @param before what is to be restored
    /// @param after  what Offhook set; when the number has something else, somebody has changed it since
    public record Saved(String sid, PhoneNumber number, VoiceWebhooks before, VoiceWebhooks after) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SCHEMA = "offhook.saved-number/1";

    private final Path folder;

    public SavedWebhooks(Path folder) {
        this.folder = folder;
    }

    public Path file(String sid) {
        if (!sid.matches("PN[0-9A-Za-z]+")) {
            throw new IllegalArgumentException("a number's SID is PN, then letters and digits");
        }
        return folder.resolve(sid + ".json");
    }

    /// @throws UncheckedIOException when the file is there and can't be read
    public Optional<Saved> find(String sid) {
        var file = file(sid);
        try {
            var json = JSON.readTree(Files.readString(file));
            if (!json.path("schema").asString("").equals(SCHEMA)) {
                throw new IOException(file + " was not written by this version of Offhook");
            }
            return Optional.of(new Saved(
                    json.path("sid").asString(""),
                    new PhoneNumber(json.path("number").asString("")),
                    webhooks(json.path("before")),
                    webhooks(json.path("after"))));
        } catch (NoSuchFileException _) {
            return Optional.empty();
        } catch (JacksonException | IllegalArgumentException e) {
            throw new UncheckedIOException(new IOException(file + " can't be read: it is damaged", e));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns when the file is on disk.
    public void keep(Saved saved) {
        var json = JSON.createObjectNode();
        json.put("schema", SCHEMA)
                .put("sid", saved.sid())
                .put("number", saved.number().e164());
        put(json.putObject("before"), saved.before());
        put(json.putObject("after"), saved.after());
        try {
            write(file(saved.sid()), json.toPrettyString() + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void forget(String sid) {
        try {
            Files.deleteIfExists(file(sid));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void write(Path file, String text) throws IOException {
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        Files.createDirectories(folder);
        if (posix) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
        }
        var fresh = posix
                ? Files.createTempFile(
                        folder,
                        ".saving",
                        "",
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")))
                : Files.createTempFile(folder, ".saving", "");
        try {
            try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            move(fresh, file);
        } finally {
            Files.deleteIfExists(fresh);
        }
        if (posix) {
            try (var directory = FileChannel.open(folder, StandardOpenOption.READ)) {
                directory.force(true);
            }
        }
    }

    private static void move(Path fresh, Path file) throws IOException {
        try {
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException _) {
            Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static void put(ObjectNode json, VoiceWebhooks webhooks) {
        json.put("voice_url", webhooks.voiceUrl())
                .put("voice_method", webhooks.voiceMethod())
                .put("voice_fallback_url", webhooks.fallbackUrl())
                .put("voice_fallback_method", webhooks.fallbackMethod())
                .put("status_callback", webhooks.statusUrl())
                .put("status_callback_method", webhooks.statusMethod());
    }

    private static VoiceWebhooks webhooks(JsonNode json) {
        return new VoiceWebhooks(
                json.path("voice_url").asString(""),
                json.path("voice_method").asString(""),
                json.path("voice_fallback_url").asString(""),
                json.path("voice_fallback_method").asString(""),
                json.path("status_callback").asString(""),
                json.path("status_callback_method").asString(""));
    }
}
