package io.offhook.simulator;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The items of one session's conversation, with what the wire does not show: the length of audio, the words of the
/// caller, and which items still wait for an answer. Changed on the session's event loop only; may be read from any
/// thread.
final class Conversation {
    /// One item. Package-private fields, because only the session's event loop changes them.
    static final class Entry {
        final ObjectNode item;
        double audioMs;
        byte[] audio = {};
        String words = "";
        boolean understood = true;
        boolean idle;
        boolean pending;

        Entry(ObjectNode item) {
            this.item = item;
        }

        String id() {
            return Json.text(item, "id");
        }

        boolean is(String type) {
            return Json.text(item, "type").equals(type);
        }

        boolean hasRole(String role) {
            return Json.text(item, "role").equals(role);
        }
    }

    private final List<Entry> entries = new ArrayList<>();

    synchronized void add(Entry entry) {
        if (entry.hasRole("assistant")) {
            // An assistant's turn in a replayed history answers what came before it.
            answered();
        }
        entries.add(entry);
    }

    /// @param previous `root`, or the id of an item that is known
    synchronized void addAfter(String previous, Entry entry) {
        int at = previous.equals("root") ? 0 : indexOf(previous) + 1;
        if (at == entries.size()) {
            add(entry);
        } else {
            entry.pending = false;
            entries.add(at, entry);
        }
    }

    /// Changes the item of an entry while nobody reads it.
    synchronized void change(Entry entry, Consumer<ObjectNode> how) {
        how.accept(entry.item);
    }

    synchronized void remove(String id) {
        entries.removeIf(entry -> entry.id().equals(id));
    }

    synchronized Optional<Entry> find(String id) {
        return entries.stream().filter(entry -> entry.id().equals(id)).findFirst();
    }

    synchronized Optional<Entry> call(String callId) {
        return entries.stream()
                .filter(entry -> entry.is("function_call")
                        && Json.text(entry.item, "call_id").equals(callId))
                .findFirst();
    }

    /// The id of the item before this one, or of the last one when there is no such item.
    synchronized Optional<String> before(String id) {
        int at = indexOf(id);
        int previous = at < 0 ? entries.size() - 1 : at - 1;
        return previous < 0 ? Optional.empty() : Optional.of(entries.get(previous).id());
    }

    synchronized List<Entry> pending() {
        return entries.stream().filter(entry -> entry.pending).toList();
    }

    synchronized void answered() {
        entries.forEach(entry -> entry.pending = false);
    }

    synchronized List<JsonNode> items() {
        return entries.stream().map(entry -> (JsonNode) entry.item.deepCopy()).toList();
    }

    synchronized List<ConversationView.Said> said() {
        return entries.stream()
                .filter(entry -> entry.is("message"))
                .map(entry -> new ConversationView.Said(Json.text(entry.item, "role"), wordsOf(entry)))
                .toList();
    }

    synchronized double audioMs(String role) {
        return entries.stream()
                .filter(entry -> entry.hasRole(role))
                .mapToDouble(entry -> entry.audioMs)
                .sum();
    }

    /// The length of everything that is kept as text.
    synchronized int characters() {
        return entries.stream()
                .mapToInt(entry -> textOf(entry.item).length()
                        + Json.text(entry.item, "arguments").length()
                        + Json.text(entry.item, "output").length())
                .sum();
    }

    /// The item as `conversation.item.retrieved` shows it: with its audio.
    synchronized ObjectNode withAudio(Entry entry, WireFormat format) {
        var copy = entry.item.deepCopy();
        if (entry.audio.length > 0 && copy.path("content").path(0) instanceof ObjectNode part) {
            part.put("audio", Base64.getEncoder().encodeToString(format.fromMuLaw(entry.audio)));
        }
        return copy;
    }

    static String textOf(JsonNode item) {
        var text = new StringBuilder();
        for (var part : item.path("content")) {
            text.append(Json.text(part, "text")).append(Json.text(part, "transcript"));
        }
        return text.toString();
    }

    private static String wordsOf(Entry entry) {
        return entry.words.isEmpty() ? textOf(entry.item) : entry.words;
    }

    private int indexOf(String id) {
        for (int i = 0; i < entries.size(); i++) {
            if (entries.get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    /// An event about an item, with the item and the one before it.
    ObjectNode itemEvent(String type, Entry entry) {
        return withPrevious(Json.object(type), entry.id()).set("item", entry.item.deepCopy());
    }

    ObjectNode withPrevious(ObjectNode event, String itemId) {
        before(itemId)
                .ifPresentOrElse(
                        previous -> event.put("previous_item_id", previous), () -> event.putNull("previous_item_id"));
        return event;
    }
}
