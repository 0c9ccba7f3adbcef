package io.offhook.telephony.twilio;

import io.offhook.telephony.Callees.Answer;
import io.offhook.telephony.Callees.Comfort;
import io.offhook.telephony.Meeting;
import java.util.List;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// TwiML of two legs that meet in a room of their own ("TwiML Voice: Conference"). Whoever leaves it takes the other
/// along: the caller's call then goes on with what comes next, the human's is over. Any thread may use it.
final class MeetingTwiml {
    /// Each takes about five seconds: a human who has picked up does not stay for much longer.
    private static final int MOST_WAITS = 6;

    private final TwilioSettings settings;

    MeetingTwiml(TwilioSettings settings) {
        this.settings = settings;
    }

    /// What happens on a human's leg.
    ///
    /// @param waited how often the human was told to wait
    String callee(Answer answer, Meeting meeting, int waited) {
        return TwimlWriter.document(xml -> {
            switch (answer) {
                case Answer.Ask(var whisper) -> {
                    for (int time = 0; time < 2; time++) {
                        xml.writeStartElement("Gather");
                        xml.writeAttribute("action", page(meeting));
                        xml.writeAttribute("numDigits", "1");
                        xml.writeAttribute("timeout", "4");
                        TwimlWriter.say(xml, List.of(whisper.about()), whisper.language());
                        TwimlWriter.say(
                                xml,
                                List.of(whisper.ask().text()),
                                whisper.ask().language());
                        xml.writeEndElement();
                    }
                    xml.writeEmptyElement("Hangup");
                }
                case Answer.Meet(var say, var language) -> {
                    TwimlWriter.say(xml, List.of(say), language);
                    xml.writeStartElement("Dial");
                    // The human's own announcement is the caller's beep.
                    room(xml, meeting, "false");
                    xml.writeEndElement();
                }
                case Answer.Leave(var say, var language) -> leave(xml, say, language);
                case Answer.Wait(_, _, var atLast) when waited >= MOST_WAITS ->
                    leave(xml, atLast.say(), atLast.language());
                case Answer.Wait(var say, var language, _) -> {
                    TwimlWriter.say(xml, List.of(say), language);
                    xml.writeEmptyElement("Pause");
                    xml.writeAttribute("length", "3");
                    xml.writeStartElement("Redirect");
                    xml.writeCharacters(page(query(meeting) + "&" + HumanRoutes.WAITED + "=" + (waited + 1)));
                    xml.writeEndElement();
                }
            }
        });
    }

    /// Whoever is alone in the room hears this again and again.
    String alone(Comfort words, Meeting meeting) {
        return TwimlWriter.document(xml -> {
            TwimlWriter.say(xml, List.of(words.say()), words.language());
            xml.writeStartElement("Play");
            xml.writeCharacters(settings.url(TwilioRoutes.MUSIC));
            xml.writeEndElement();
            xml.writeStartElement("Redirect");
            xml.writeCharacters(wait(meeting));
            xml.writeEndElement();
        });
    }

    /// A few words, and the end.
    static String leave(String say, String language) {
        return TwimlWriter.document(xml -> leave(xml, say, language));
    }

    private static void leave(XMLStreamWriter xml, String say, String language) throws XMLStreamException {
        TwimlWriter.say(xml, List.of(say), language);
        xml.writeEmptyElement("Hangup");
    }

    /// Brings the caller in.
    void caller(XMLStreamWriter xml, String action, Meeting meeting) throws XMLStreamException {
        xml.writeStartElement("Dial");
        xml.writeAttribute("action", action);
        room(xml, meeting, "onEnter");
        xml.writeEndElement();
    }

    private void room(XMLStreamWriter xml, Meeting meeting, String beep) throws XMLStreamException {
        xml.writeStartElement("Conference");
        xml.writeAttribute("beep", beep);
        xml.writeAttribute("startConferenceOnEnter", "true");
        xml.writeAttribute("endConferenceOnExit", "true");
        xml.writeAttribute("waitUrl", wait(meeting));
        xml.writeAttribute("maxParticipants", "10");
        xml.writeAttribute("jitterBufferSize", "small");
        // Of all who come, the first one's counts; it may be either.
        xml.writeAttribute("statusCallback", settings.url(HumanRoutes.MEETING) + query(meeting));
        xml.writeAttribute("statusCallbackEvent", "join leave");
        xml.writeCharacters(meeting.room());
        xml.writeEndElement();
    }

    /// Where Twilio asks what a human is to hear.
    String page(Meeting meeting) {
        return page(query(meeting));
    }

    private String page(String query) {
        return settings.url(HumanRoutes.HUMAN) + query + TwimlWriter.ASK_AGAIN;
    }

    private String wait(Meeting meeting) {
        return settings.url(HumanRoutes.ALONE) + query(meeting) + TwimlWriter.ASK_AGAIN;
    }

    /// Where Twilio tells how a human's leg ended.
    String status(Meeting meeting) {
        return settings.url(HumanRoutes.HUMAN_STATUS) + query(meeting) + TwimlWriter.ASK_AGAIN;
    }

    private static String query(Meeting meeting) {
        return "?" + HumanRoutes.FOR + "=" + meeting.caller().value() + "&" + HumanRoutes.ATTEMPT + "="
                + meeting.attempt();
    }
}
