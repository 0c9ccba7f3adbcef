package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Dial with a Conference, as "TwiML Voice: Conference" has it.
@Execution(ExecutionMode.CONCURRENT)
class CarrierConferenceTest {
    private static final Duration SOON = Duration.ofSeconds(5);
    private static final Caller ANN = Caller.of("+14155550100", "+14155550199");
    private static final Caller BOB = Caller.of("+14155550101", "+14155550199");
    private static final Caller CY = Caller.of("+14155550102", "+14155550199");
    private static final String ROOM = "<Dial action=\"/after\"><Conference%s>room 1</Conference></Dial>";

    private final TestApplication application =
            new TestApplication().on("/after", "<Say>and on</Say><Hangup/>").on("/events", "");
    private final SimulatedCarrier carrier = application.carrier().start();

    @AfterEach
    void close() {
        carrier.close();
        application.close();
    }

    private void room(String attributes) {
        application.on("/voice", ROOM.formatted(attributes));
    }

    private SimulatedCall enters(Caller who) {
        var call = carrier.ring(who);
        assertThat(call.await(CallStep.Joined.class, SOON)).as("%s", call.notices()).isPresent();
        return call;
    }

    private static boolean bridged(SimulatedCall call) {
        return call.await(CallStep.Bridged.class, SOON).isPresent();
    }

    private List<String> events() {
        return application.forms("/events").stream()
                .map(form -> form.get("StatusCallbackEvent"))
                .toList();
    }

    @Test
    void two_who_are_in_it_hear_each_other() {
        room(" endConferenceOnExit=\"true\" beep=\"false\"");
        var ann = enters(ANN);
        var bob = enters(BOB);
        assertThat(bridged(ann)).isTrue();
        assertThat(bridged(bob)).isTrue();

        ann.say(Clip.tone(440, Duration.ofSeconds(1)));
        bob.say(Clip.tone(300, Duration.ofSeconds(2)));
        await().atMost(SOON).until(() -> bob.stillToSay().isZero());
        ann.hangUp();
        bob.awaitEnded(SOON);

        // Said is not heard yet: the last of it is on its way when the line is dropped.
        assertThat(audible(ann)).isBetween(Duration.ofMillis(1_600), Duration.ofMillis(2_100));
        assertThat(audible(bob)).isBetween(Duration.ofMillis(900), Duration.ofMillis(1_100));
    }

    /// How much of what a party heard in the room was sound.
    private static Duration audible(SimulatedCall call) {
        return call.heard().stream()
                .filter(heard -> heard.source() == Heard.Source.CONFERENCE)
                .map(Heard::audible)
                .reduce(Duration.ZERO, Duration::plus);
    }

    @Test
    void whoever_is_alone_waits_and_hears_nobody() {
        room("");
        var ann = enters(ANN);

        ann.say(Clip.tone(440, Duration.ofSeconds(1)));
        await().atMost(SOON).until(() -> ann.stillToSay().isZero());

        assertThat(ann.steps(CallStep.Bridged.class)).isEmpty();
        assertThat(carrier.account().room("room 1").status()).isEqualTo("init");
    }

    @Test
    void it_does_not_begin_without_somebody_who_starts_it() {
        room(" startConferenceOnEnter=\"false\"");
        var ann = enters(ANN);
        var bob = enters(BOB);
        assertThat(carrier.account().room("room 1").begun()).isFalse();

        room("");
        enters(CY);

        assertThat(bridged(ann)).isTrue();
        assertThat(bridged(bob)).isTrue();
    }

    @Test
    void whoever_ends_it_by_leaving_sends_the_others_on() {
        room(" endConferenceOnExit=\"true\"");
        var ann = enters(ANN);
        var bob = enters(BOB);

        ann.hangUp();

        assertThat(bob.awaitHeard("and on", SOON)).isTrue();
        assertThat(bob.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
        assertThat(application.forms("/after")).anySatisfy(form -> assertThat(form)
                .containsEntry("CallSid", bob.sid())
                .containsEntry("DialCallStatus", "answered")
                .containsKey("DialCallDuration")
                .doesNotContainKey("DialBridged"));
        assertThat(carrier.account().conferences().getFirst().reason())
                .isEqualTo("participant-with-end-conference-on-exit-left");
    }

    @Test
    void whoever_does_not_end_it_leaves_the_others_there() {
        room("");
        var ann = enters(ANN);
        var bob = enters(BOB);

        ann.hangUp();
        ann.awaitEnded(SOON);

        var room = carrier.account().room("room 1");
        assertThat(room.over()).isFalse();
        assertThat(room.members()).extracting(CarrierConference.Member::callSid).containsExactly(bob.sid());
    }

    @Test
    void a_name_that_is_over_is_a_new_conference_the_next_time() {
        room(" endConferenceOnExit=\"true\"");
        var ann = enters(ANN);
        ann.hangUp();
        ann.awaitEnded(SOON);

        enters(BOB);

        assertThat(carrier.account().conferences())
                .extracting(CarrierConference::over)
                .containsExactly(true, false);
    }

    @Test
    void the_first_who_comes_says_where_the_events_go() {
        room(" endConferenceOnExit=\"true\" statusCallback=\"/events?n=1\""
                + " statusCallbackEvent=\"start end join leave\" participantLabel=\"first\"");
        var ann = enters(ANN);
        room(" endConferenceOnExit=\"true\" statusCallback=\"/elsewhere\" statusCallbackEvent=\"join\"");
        var bob = enters(BOB);

        bob.hangUp();
        ann.awaitEnded(SOON);

        await().atMost(SOON).until(() -> events().size() == 6);
        assertThat(events())
                .containsExactlyInAnyOrder(
                        "participant-join",
                        "participant-join",
                        "conference-start",
                        "participant-leave",
                        "participant-leave",
                        "conference-end");
        assertThat(application.forms("/events"))
                .anySatisfy(form -> assertThat(form)
                        .containsEntry("StatusCallbackEvent", "participant-join")
                        .containsEntry("CallSid", ann.sid())
                        .containsEntry("FriendlyName", "room 1")
                        .containsEntry("ParticipantLabel", "first")
                        .containsEntry("EndConferenceOnExit", "true")
                        .containsKeys("ConferenceSid", "AccountSid", "SequenceNumber", "Timestamp", "Muted", "Hold"))
                .anySatisfy(form -> assertThat(form)
                        .containsEntry("StatusCallbackEvent", "conference-end")
                        .containsEntry("ReasonConferenceEnded", "participant-with-end-conference-on-exit-left")
                        .containsEntry("CallSidEndingConference", bob.sid()));
        assertThat(application.requests).noneMatch(request -> request.target().startsWith("/elsewhere"));
    }

    @Test
    void only_the_events_that_were_asked_for_are_told() {
        room(" endConferenceOnExit=\"true\" statusCallback=\"/events\" statusCallbackEvent=\"join\"");
        var ann = enters(ANN);
        enters(BOB);

        ann.hangUp();
        ann.awaitEnded(SOON);

        assertThat(events()).isNotEmpty().allMatch("participant-join"::equals);
    }

    @Test
    void coming_and_going_beeps_as_it_is_told() {
        room(" beep=\"false\"");
        var ann = enters(ANN);
        assertThat(ann.steps(CallStep.Beeped.class)).isEmpty();
        room(" beep=\"onEnter\"");

        enters(BOB);

        assertThat(ann.await(CallStep.Beeped.class, SOON)).isPresent();
    }

    @Test
    void one_who_is_muted_is_not_heard() {
        room(" endConferenceOnExit=\"true\" muted=\"true\" beep=\"false\"");
        var ann = enters(ANN);
        var bob = enters(BOB);

        ann.say(Clip.tone(440, Duration.ofSeconds(1)));
        await().atMost(SOON).until(() -> ann.stillToSay().isZero());
        ann.hangUp();
        bob.awaitEnded(SOON);

        assertThat(audible(bob)).isZero();
    }

    @Test
    void one_who_is_taken_out_by_rest_goes_on_with_the_document() {
        room("");
        var ann = enters(ANN);
        enters(BOB);

        carrier.account().room("room 1").leave(ann.sid());

        assertThat(ann.awaitHeard("and on", SOON)).isTrue();
    }

    @Test
    void what_twilio_does_not_know_is_noticed() {
        room(" beep=\"loud\" startConferenceOnEnter=\"yes\" maxParticipants=\"1\" jitterBufferSize=\"huge\""
                + " statusCallback=\"/events\" statusCallbackEvent=\"arrive\" region=\"mars\" volume=\"9\"");
        var ann = enters(ANN);

        assertThat(ann.notices()).extracting(Notice::code).containsOnly(12200).hasSize(7);
    }

    @Test
    void a_conference_stands_alone_and_has_a_name() {
        application.on("/voice", "<Dial action=\"/after\"><Conference></Conference><Number>+14155550111</Number></Dial>");
        var ann = carrier.ring(ANN);

        assertThat(ann.awaitHeard("and on", SOON)).isTrue();
        assertThat(ann.alarms()).contains(12200);
        assertThat(application.forms("/after").getFirst()).containsEntry("DialCallStatus", "failed");
    }

    @Test
    void a_leg_that_the_application_has_called_talks_as_long_as_its_person_does() {
        application.on("/human", "<Dial><Conference endConferenceOnExit=\"true\">room 1</Conference></Dial>");
        room(" endConferenceOnExit=\"true\"");
        carrier.humans().answer(BOB.from(), Duration.ofSeconds(1), Duration.ofSeconds(3)).saying(
                BOB.from(), () -> Clip.tone(300, Duration.ofSeconds(1)));
        var ann = enters(ANN);

        var bob = carrier.place(
                Caller.of("+14155550199", BOB.from()).with("Direction", "outbound-api"),
                new OutboundLife.Order(
                        new TwimlSource.At(TestApplication.PUBLIC + "/human", "POST"),
                        Duration.ofSeconds(20),
                        Optional.empty(),
                        "POST",
                        Set.of(),
                        false));

        assertThat(bridged(ann)).isTrue();
        assertThat(bob.awaitEnded(SOON)).isEqualTo(EndReason.CALLER_HUNG_UP);
        assertThat(ann.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
        assertThat(audible(ann)).isGreaterThan(Duration.ofMillis(800));
        assertThat(carrier.placed()).containsExactly(bob);
    }
}
