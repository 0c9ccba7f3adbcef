package io.offhook.call;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.call.Timers.Timer;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallValuesTest {

    @Test
    void a_phone_number_prints_masked() {
        assertThat(new PhoneNumber("+18005551234")).hasToString("+***34");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "anonymous", "sip:a@b", "18005551234", "+08005551234", "+1800555123456789"})
    void what_is_no_e164_number_is_none(String text) {
        assertThat(PhoneNumber.parse(text)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "a\n"})
    void a_call_id_is_plain(String text) {
        assertThatThrownBy(() -> new CallId(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_route_ends_in_a_voicemail() {
        var phone = new Destination.Phone(new PhoneNumber("+18005551234"), Duration.ofSeconds(20));
        var voicemail = new Destination.Voicemail(Duration.ofSeconds(60));

        assertThat(new Route(List.of(phone, voicemail)).at(1)).contains(voicemail);
        assertThat(new Route(List.of(voicemail)).at(1)).isEmpty();
        assertThatThrownBy(() -> new Route(List.of(phone))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Route(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 159, 160, 161})
    void a_frame_knows_its_size_without_decoding(int size) {
        assertThat(AudioFrame.ofMuLaw(new byte[size]).size()).isEqualTo(size);
    }

    @ParameterizedTest
    @CsvSource({"1.0, one two three", "0.99, one two", "0.54, one two", "0.5, one", "0, ''"})
    void a_word_counts_when_it_was_spoken_to_its_end(double part, String words) {
        assertThat(Transcript.heardWords("one two three", part)).isEqualTo(words);
    }

    @Test
    void late_words_stand_where_the_speech_began() {
        var begun = Transcript.EMPTY
                .begun(Turn.Speaker.CALLER, "c", Calls.NOON)
                .words(Turn.Speaker.AGENT, "a", "answer", Calls.NOON);

        var complete = begun.words(Turn.Speaker.CALLER, "c", "question", Calls.NOON);

        assertThat(complete.turns()).extracting(Turn::text).containsExactly("question", "answer");
    }

    @ParameterizedTest
    @CsvSource({
        "Yes., true",
        "yes but no, false",
        "Don't, false",
        "Please don\u2019t, false",
        "You can't please everybody, false",
        "Sí claro, true",
        "si\u0301, true",
        "na\u0303o certo, false",
        "Einverstanden., true",
        "nobody, ",
        "'', "
    })
    void a_no_outweighs_a_yes(String words, Boolean answer) {
        assertThat(ToolDesk.yesOrNo(words).orElse(null)).isEqualTo(answer);
    }

    @Test
    void the_earliest_timer_is_due_first() {
        var timers = Timers.NONE
                .with(Timer.SILENCE, Calls.NOON.plusSeconds(2))
                .with(Timer.COMFORT, Calls.NOON.plusSeconds(1));

        assertThat(timers.earliest()).contains(Calls.NOON.plusSeconds(1));
        assertThat(timers.firstDue(Calls.NOON)).isEmpty();
        assertThat(timers.firstDue(Calls.NOON.plusSeconds(3))).contains(Timer.COMFORT);
        assertThat(timers.without(Timer.COMFORT).firstDue(Calls.NOON.plusSeconds(2))).contains(Timer.SILENCE);
    }
}
