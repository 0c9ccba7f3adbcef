package io.offhook.call;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What was said, in order, as heard. Words come late (recognition) and audio may be cut, so an entry is made when the
/// speech begins and completed afterwards.
public record Transcript(List<Entry> entries) {
    static final Transcript EMPTY = new Transcript(List.of());

    /// @param text all the words, heard or not
    /// @param heardPart of 1.0; below 1 the entry was cut
    record Entry(Turn.Speaker speaker, String item, String text, double heardPart, Instant at) {
        Turn turn() {
            return new Turn(speaker, item, heardPart >= 1 ? text : heardWords(text, heardPart), heardPart < 1, at);
        }
    }

    static Transcript of(List<Turn> turns) {
        return new Transcript(turns.stream()
                .map(turn -> new Entry(turn.speaker(), turn.item(), turn.text(), 1, turn.at()))
                .toList());
    }

    /// The turns that have words, oldest first.
    public List<Turn> turns() {
        return entries.stream()
                .map(Entry::turn)
                .filter(turn -> !turn.text().isBlank())
                .toList();
    }

    /// The turn with this item, as far as it is known.
    public Optional<Turn> turn(String item) {
        return place(item) < 0
                ? Optional.empty()
                : Optional.of(entries.get(place(item)).turn());
    }

    /// Place of the item's entry, from 0; -1 when there is none.
    public int place(String item) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (entries.get(i).item().equals(item)) {
                return i;
            }
        }
        return -1;
    }

    Transcript begun(Turn.Speaker speaker, String item, Instant now) {
        if (place(item) >= 0) {
            return this;
        }
        var more = new ArrayList<>(entries);
        more.add(new Entry(speaker, item, "", 1, now));
        return new Transcript(List.copyOf(more));
    }

    Transcript words(Turn.Speaker speaker, String item, String text, Instant now) {
        return begun(speaker, item, now)
                .change(item, entry -> new Entry(entry.speaker(), item, text, entry.heardPart(), entry.at()));
    }

    /// The caller heard only this part of the item; an item cut twice keeps the smaller part.
    Transcript heardOnly(String item, double part) {
        return change(
                item,
                entry -> new Entry(entry.speaker(), item, entry.text(), Math.min(part, entry.heardPart()), entry.at()));
    }

    private Transcript change(String item, UnaryOperator<Entry> change) {
        int place = place(item);
        if (place < 0) {
            return this;
        }
        var copy = new ArrayList<>(entries);
        copy.set(place, change.apply(copy.get(place)));
        return new Transcript(List.copyOf(copy));
    }

    /// The first words of a text of which `part` was spoken; a word counts when it was spoken to its end.
    static String heardWords(String text, double part) {
        int end = (int) Math.floor(text.length() * Math.clamp(part, 0, 1));
        if (end >= text.length()) {
            return text;
        }
        while (end > 0 && !Character.isWhitespace(text.charAt(end))) {
            end--;
        }
        return text.substring(0, end).strip();
    }
}
