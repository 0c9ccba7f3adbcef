package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.config.Secret;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Humans;
import io.offhook.simulator.RestFailure;
import io.offhook.simulator.SimulatedCall;
import io.offhook.simulator.SimulatedCarrier;
import io.offhook.telephony.HumanLegs.Rung;
import io.offhook.telephony.Meeting;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TwilioHumanLegsTest {
    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final Secret TOKEN = new Secret("0123456789abcdef0123456789abcdef");
    private static final PhoneNumber ANN = new PhoneNumber("+14155550101");
    private static final PhoneNumber OURS = new PhoneNumber("+18005550199");
    private static final Duration SOON = Duration.ofSeconds(5);

    private final SimulatedCarrier carrier =
            SimulatedCarrier.builder().restPort(0).speed(10).start();
    private final TwilioRest rest = new TwilioRest(
            carrier.restUrl(), ACCOUNT, new TwilioRest.Login(ACCOUNT, TOKEN), new TwilioRest.Login(ACCOUNT, TOKEN));
    private final TwilioHumanLegs legs = new TwilioHumanLegs(
            rest,
            new TwilioSettings(ACCOUNT, List.of("token"), URI.create("https://voice.example.com"), false));

    {
        carrier.account().verify(OURS.e164());
    }

    @AfterEach
    void close() {
        rest.close();
        carrier.close();
    }

    private SimulatedCall rings() {
        var rung = legs.ring(
                new Meeting(new CallId("CA00000000000000000000000000000001"), 0), ANN, OURS, Duration.ofSeconds(20));
        assertThat(rung).isInstanceOf(Rung.Ringing.class);
        return carrier.call(((Rung.Ringing) rung).leg()).orElseThrow();
    }

    @Test
    void a_phone_that_rings_is_silenced() {
        var human = rings();

        assertThat(legs.dismiss(human.sid(), "Sorry.", "en")).isTrue();

        human.awaitEnded(SOON);
        assertThat(human.status()).isEqualTo("canceled");
        assertThat(legs.dismiss(human.sid(), "Sorry.", "en")).isTrue();
    }

    @Test
    void whoever_has_picked_up_is_told_something_first() {
        carrier.humans().at(ANN.e164(), new Humans.Behaviour.Voicemail(Duration.ofMillis(100)));
        var human = rings();
        human.await(CallStep.Answered.class, SOON).orElseThrow();

        assertThat(legs.dismiss(human.sid(), "Sorry, nobody waits.", "en")).isTrue();

        assertThat(human.awaitHeard("Sorry, nobody waits.", SOON)).isTrue();
        human.awaitEnded(SOON);
    }

    @Test
    void a_caller_is_taken_out_of_the_room_and_the_call_is_not_touched() {
        var caller = new CallId("CA00000000000000000000000000000001");
        var meeting = new Meeting(caller, 0);
        var room = carrier.account().conference(meeting.room(), caller.value());

        assertThat(legs.recall(meeting)).isTrue();

        assertThat(room.over()).isTrue();
        assertThat(legs.recall(meeting)).isTrue();
    }

    @Test
    void one_who_is_in_no_room_is_left_alone() {
        assertThat(legs.recall(new Meeting(new CallId("CA00000000000000000000000000000001"), 0)))
                .isTrue();
    }

    @Test
    void a_caller_may_still_be_in_the_room_when_the_provider_does_not_say() {
        carrier.failRest(RestFailure.SERVER_ERROR, 9);

        assertThat(legs.recall(new Meeting(new CallId("CA00000000000000000000000000000001"), 0)))
                .isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "NOT_FOUND, rest_gone",
        "TOO_MANY_REQUESTS, rest_busy",
        "SERVER_ERROR, rest_unreachable",
        "UNAUTHORIZED, rest_refused",
        "CUT, rest_unreachable"
    })
    void a_call_that_cant_be_placed_says_why(RestFailure failure, String reason) {
        carrier.failRest(failure, 1);

        var rung = legs.ring(
                new Meeting(new CallId("CA00000000000000000000000000000001"), 0), ANN, OURS, Duration.ofSeconds(20));

        assertThat(rung).isEqualTo(new Rung.Failed(reason));
    }
}
