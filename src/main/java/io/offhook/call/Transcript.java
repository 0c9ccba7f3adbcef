package io.offhook.call;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/// What was said, in order, as heard, and the tools that were asked for in between. Words come late (recognition) and
/// audio may be cut, so an entry is made when the speech begins and completed afterwards.
public record Transcript(List<Entry> entries) {
    public static final Transcript EMPTY = new Transcript(List.of());

    /// What the transcript consists of.
    sealed interface Entry {
        /// The engine's id of it.
        String item();

        Instant at();
    }

    /// @param text      all the words, heard or not
    /// @param heardPart of 1.0
    /// @param cut       whether the caller cut it short
    record Speech(Turn.Speaker speaker, String item, String text, double heardPart, boolean cut, Instant at)
            implements Entry {
        Turn turn() {
            return new Turn(speaker, item, heardPart >= 1 ? text : heardWords(text, heardPart), cut, at);
        }

        boolean unknown() {
            return speaker == Turn.Speaker.CALLER && text.isBlank();
        }
    }

    record Tool(Memory.ToolRun run) implements Entry {
        @Override
        public String item() {
            return run.request().id();
        }

        @Override
        public Instant at() {
            return run.at();
        }
    }

    /// What was stored.
    ///
    /// @param memories in the order in which they are to be remembered
    public static Transcript of(List<? extends Memory> memories) {
        return new Transcript(memories.stream().map(Transcript::entry).toList());
    }

    private static Entry entry(Memory memory) {
        return switch (memory) {
            case Turn turn -> new Speech(turn.speaker(), turn.item(), turn.text(), 1, turn.cut(), turn.at());
            case Memory.ToolRun run -> new Tool(run);
        };
    }

    public boolean isEmpty() {
        return entries.isEmpty();
    }

    /// The turns that have words, oldest first.
    public List<Turn> turns() {
        return speeches().stream()
                .map(Speech::turn)
                .filter(turn -> !turn.text().isBlank())
                .toList();
    }

    private List<Speech> speeches() {
        return entries.stream()
                .filter(Speech.class::isInstance)
                .map(Speech.class::cast)
                .toList();
    }

    /// What a new engine session must know, oldest first.
    ///
    /// @param notUnderstood told to the model in the place of words of the caller that nobody has answered and whose
    ///     recognition was lost with the last session
    List<Memory> memories(String notUnderstood) {
        var memories = new ArrayList<Memory>();
        int answered = lastBy(Turn.Speaker.AGENT);
        for (var entry : entries) {
            switch (entry) {
                case Tool(var run) -> memories.add(run);
                case Speech speech -> {
                    if (!speech.turn().text().isBlank()) {
                        memories.add(speech.turn());
                    } else if (speech.unknown() && place(speech.item()) > answered) {
                        memories.add(new Turn(Turn.Speaker.NOTE, speech.item(), notUnderstood, false, speech.at()));
                    }
                }
            }
        }
        return List.copyOf(memories);
    }

    private int lastBy(Turn.Speaker speaker) {
        for (int i = entries.size() - 1; i >= 0; i--) {
            if (entries.get(i) instanceof Speech speech && speech.speaker() == speaker) {
                return i;
            }
        }
        return -1;
    }

    /// Whether the caller spoke last.
    boolean callerSpokeLast() {
        return lastBy(Turn.Speaker.CALLER) > lastBy(Turn.Speaker.AGENT);
    }

    /// Whether what the caller said last is not written down yet.
    boolean awaitsWords() {
        int last = lastBy(Turn.Speaker.CALLER);
        return last >= 0 && entries.get(last) instanceof Speech speech && speech.unknown();
    }

    /// The tools that have not answered, oldest first.
    List<ToolRequest> unanswered() {
        return entries.stream()
                .filter(Tool.class::isInstance)
                .map(entry -> ((Tool) entry).run())
                .filter(run -> run.answer().isEmpty())
                .map(Memory.ToolRun::request)
                .toList();
    }

    /// The turn with this item, as far as it is known.
    public Optional<Turn> turn(String item) {
        int place = place(item);
        return place >= 0 && entries.get(place) instanceof Speech speech
                ? Optional.of(speech.turn())
                : Optional.empty();
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

    /// The same with something that the agent is to know.
    public Transcript with(Turn note) {
        return plus(new Speech(note.speaker(), note.item(), note.text(), 1, note.cut(), note.at()));
    }

    Transcript begun(Turn.Speaker speaker, String item, Instant now) {
        return place(item) >= 0 ? this : plus(new Speech(speaker, item, "", 1, false, now));
    }

    Transcript words(Turn.Speaker speaker, String item, String text, Instant now) {
        return begun(speaker, item, now)
                .change(
                        item,
                        is -> new Speech(is.speaker(), item, text, is.heardPart(), is.cut(), is.at()));
    }

    /// The caller heard only this part of the item; an item cut twice keeps the smaller part.
    Transcript heardOnly(String item, double part) {
        return change(
                item,
                is -> new Speech(
                        is.speaker(),
                        item,
                        is.text(),
                        Math.min(part, is.heardPart()),
                        is.cut() || part < 1,
                        is.at()));
    }

    Transcript asked(ToolRequest request, Instant now) {
        return plus(new Tool(new Memory.ToolRun(request, Optional.empty(), now)));
    }

    Transcript answered(ToolRequest request, String answer) {
        int place = place(request.id());
        if (place < 0 || !(entries.get(place) instanceof Tool(var run))) {
            return this;
        }
        var copy = new ArrayList<>(entries);
        copy.set(place, new Tool(new Memory.ToolRun(run.request(), Optional.of(answer), run.at())));
        return new Transcript(List.copyOf(copy));
    }

    private Transcript plus(Entry entry) {
        var more = new ArrayList<>(entries);
        more.add(entry);
        return new Transcript(List.copyOf(more));
    }

    private Transcript change(String item, UnaryOperator<Speech> change) {
        int place = place(item);
        if (place < 0 || !(entries.get(place) instanceof Speech speech)) {
            return this;
        }
        var copy = new ArrayList<>(entries);
        copy.set(place, change.apply(speech));
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
