package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Destination;
import io.offhook.call.PhoneNumber;
import io.offhook.telephony.Callees.Answer;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Meeting;
import io.offhook.telephony.Whisper;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class MeetingTwimlTest {
    private static final String AGAIN = TwimlWriter.ASK_AGAIN.replace("&", "&amp;");
    private static final String BASE = "https://voice.example.com/phone/voice/";
    private static final String QUERY = "?for=CA00000000000000000000000000000001&amp;attempt=2";
    private static final Meeting MEETING = new Meeting(new CallId("CA00000000000000000000000000000001"), 2);

    private final TwilioSettings settings = new TwilioSettings(
            "AC00000000000000000000000000000001",
            List.of("secret"),
            URI.create("https://voice.example.com/phone"),
            false);
    private final MeetingTwiml twiml = new MeetingTwiml(settings);
    private final TwimlWriter writer = new TwimlWriter(settings, _ -> Optional.empty());

    @Test
    void a_human_is_told_and_asked_twice_and_a_mailbox_is_hung_up_on() {
        var document = twiml.callee(
                new Answer.Ask(new Whisper("A charge & a </Say>.", "en-US", Whisper.Ask.ENGLISH)), MEETING, 0);

        var once = "<Gather action=\"" + BASE + "human" + QUERY + AGAIN + "\" numDigits=\"1\" timeout=\"4\">"
                + "<Say language=\"en-US\">A charge &amp; a &lt;/Say&gt;.</Say>"
                + "<Say language=\"en-US\">Press 1 to take the call.</Say></Gather>";
        assertThat(document).endsWith("<Response>" + once + once + "<Hangup/></Response>");
    }

    @Test
    void the_human_and_the_caller_go_to_the_same_room_and_leave_it_together() {
        var human = twiml.callee(new Answer.Meet("Thank you.", "en"), MEETING, 0);
        var caller = writer.write(new Instruction.Meet(List.of(), "en", 1, MEETING));

        assertThat(human)
                .contains("<Say language=\"en-US\">Thank you.</Say><Dial><Conference beep=\"false\"")
                .contains(">offhook-CA00000000000000000000000000000001-2</Conference></Dial>");
        assertThat(caller)
                .contains("<Dial action=\"" + BASE + "continue?after=1" + AGAIN + "\"><Conference beep=\"onEnter\"")
                .contains(">offhook-CA00000000000000000000000000000001-2</Conference></Dial>");
        assertThat(List.of(human, caller)).allSatisfy(document -> assertThat(document)
                .contains("startConferenceOnEnter=\"true\"")
                .contains("endConferenceOnExit=\"true\"")
                .contains("statusCallback=\"" + BASE + "meeting" + QUERY + "\" statusCallbackEvent=\"join leave\""));
    }

    @Test
    void a_human_for_whom_nobody_waits_is_sent_away_politely() {
        var document = twiml.callee(new Answer.Leave("Sorry.", "en"), MEETING, 0);

        assertThat(document).endsWith("<Response><Say language=\"en-US\">Sorry.</Say><Hangup/></Response>");
    }

    @Test
    void a_human_of_whom_nothing_is_known_at_present_is_asked_again_a_few_times() {
        var wait = new Answer.Wait("One moment.", "en", new Answer.Leave("Sorry.", "en"));

        assertThat(twiml.callee(wait, MEETING, 2))
                .endsWith("<Response><Say language=\"en-US\">One moment.</Say><Pause length=\"3\"/><Redirect>" + BASE
                        + "human" + QUERY + "&amp;waited=3" + AGAIN + "</Redirect></Response>");
        assertThat(twiml.callee(wait, MEETING, 6))
                .endsWith("<Response><Say language=\"en-US\">Sorry.</Say><Hangup/></Response>");
    }

    @Test
    void without_an_agent_the_number_is_dialled_like_any_other() {
        var to = new Destination.Warm(new PhoneNumber("+14155550101"), Duration.ofSeconds(20));

        var document = writer.write(new Instruction.GoTo(List.of(), "en", 0, to, Optional.empty()));

        assertThat(document)
                .endsWith("<Response><Dial action=\"" + BASE + "continue?after=0" + AGAIN + "\" timeout=\"20\"><Number url=\"" + BASE
                        + "whisper?after=0" + AGAIN + "\">+14155550101</Number></Dial></Response>");
    }
}
