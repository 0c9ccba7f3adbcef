package io.offhook.simulator;

import io.vertx.core.buffer.Buffer;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The text of Media Streams messages, written as Twilio writes them and read as strictly as it reads them: exactly
/// the documented fields, or the message is dropped with 31951.
final class StreamMessages {
    /// What the server may say.
    sealed interface Order {
        record Play(Buffer audio) implements Order {}

        record Mark(String name) implements Order {}

        record Clear() implements Order {}

        record Invalid(String why) implements Order {}
    }

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String accountSid;
    private final String callSid;
    private final String streamSid;
    private long sequence;
    private long chunk;

    StreamMessages(String accountSid, String callSid, String streamSid) {
        this.accountSid = accountSid;
        this.callSid = callSid;
        this.streamSid = streamSid;
    }

    Order read(String text) {
        JsonNode message;
        try {
            message = JSON.readTree(text);
        } catch (JacksonException e) {
            return new Order.Invalid("not JSON: " + e.getOriginalMessage());
        }
        if (!message.isObject()) {
            return new Order.Invalid("not a JSON object");
        }
        var event = message.path("event").asString("");
        if (!message.path("streamSid").asString("").equals(streamSid)) {
            return new Order.Invalid("unknown or missing streamSid in " + event);
        }
        return switch (event) {
            case "media" -> {
                if (!fields(message, "event", "streamSid", "media")
                        || !fields(message.path("media"), "payload")
                        || !message.path("media").path("payload").isString()) {
                    yield new Order.Invalid("missing or extra fields in media");
                }
                try {
                    var payload = message.path("media").path("payload").stringValue();
                    yield new Order.Play(Buffer.buffer(Base64.getDecoder().decode(payload)));
                } catch (IllegalArgumentException e) {
                    yield new Order.Invalid("payload is not base64");
                }
            }
            case "mark" ->
                fields(message, "event", "streamSid", "mark")
                                && fields(message.path("mark"), "name")
                                && message.path("mark").path("name").isString()
                        ? new Order.Mark(message.path("mark").path("name").stringValue())
                        : new Order.Invalid("missing or extra fields in mark");
            case "clear" ->
                fields(message, "event", "streamSid")
                        ? new Order.Clear()
                        : new Order.Invalid("missing or extra fields in clear");
            default -> new Order.Invalid("unknown event " + event);
        };
    }

    private static boolean fields(JsonNode object, String... exactly) {
        return object.isObject()
                && object.size() == exactly.length
                && Set.copyOf(object.propertyNames()).equals(Set.of(exactly));
    }

    String connected() {
        return "{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}";
    }

    String start(String withStreamSid, Map<String, String> parameters) {
        var message = JSON.createObjectNode();
        message.put("event", "start").put("sequenceNumber", next());
        var start = message.putObject("start");
        start.put("accountSid", accountSid).put("streamSid", withStreamSid).put("callSid", callSid);
        start.putArray("tracks").add("inbound");
        start.putObject("mediaFormat")
                .put("encoding", "audio/x-mulaw")
                .put("sampleRate", 8_000)
                .put("channels", 1);
        var custom = start.putObject("customParameters");
        parameters.forEach(custom::put);
        message.put("streamSid", withStreamSid);
        return message.toString();
    }

    /// Twilio documents it with `streamSid` in front of `media` and behind it, so every other message has it so. Joined
    /// by hand: fifty a second for each call, and nothing in it needs escaping.
    String media(long timestampMs, byte[] audio) {
        chunk++;
        var begin = "{\"event\":\"media\",\"sequenceNumber\":\"" + next() + "\",";
        var media = "\"media\":{\"track\":\"inbound\",\"chunk\":\"" + chunk + "\",\"timestamp\":\"" + timestampMs
                + "\",\"payload\":\"" + Base64.getEncoder().encodeToString(audio) + "\"}";
        var sid = "\"streamSid\":\"" + streamSid + "\"";
        return begin + (chunk % 2 == 0 ? sid + "," + media : media + "," + sid) + "}";
    }

    /// A message that is lost on the way: it is counted, and nobody gets it.
    void lose() {
        chunk++;
        sequence++;
    }

    String dtmf(char digit) {
        var message = JSON.createObjectNode();
        message.put("event", "dtmf").put("streamSid", streamSid).put("sequenceNumber", next());
        message.putObject("dtmf").put("track", "inbound_track").put("digit", String.valueOf(digit));
        return message.toString();
    }

    String mark(String name) {
        var message = JSON.createObjectNode();
        message.put("event", "mark").put("sequenceNumber", next()).put("streamSid", streamSid);
        message.putObject("mark").put("name", name);
        return message.toString();
    }

    String stop() {
        var message = JSON.createObjectNode();
        message.put("event", "stop").put("sequenceNumber", next()).put("streamSid", streamSid);
        message.putObject("stop").put("accountSid", accountSid).put("callSid", callSid);
        return message.toString();
    }

    private String next() {
        sequence++;
        return String.valueOf(sequence);
    }
}
