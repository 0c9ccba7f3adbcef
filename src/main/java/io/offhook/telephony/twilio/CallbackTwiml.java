package io.offhook.telephony.twilio;

import io.offhook.telephony.CallbackDesk.Answer;
import io.offhook.telephony.CallbackDesk.Ring;
import io.offhook.telephony.CallbackDesk.Spoken;
import io.offhook.telephony.twilio.CallbackRoutes.After;
import java.util.List;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// Writes what happens on the leg of a human who is rung for a caller. As with [TwimlWriter], no text can change the
/// verbs. Any thread may use it.
record CallbackTwiml(TwilioSettings settings) {
    private static final String DIAL_SECONDS = "30";
    private static final String KEY_SECONDS = "4";

    String write(Answer answer, Ring ring) {
        return TwimlWriter.document(xml -> {
            switch (answer) {
                case Answer.Offer(var say) -> offer(xml, say, ring);
                case Answer.Connect(var caller, var shown) -> {
                    xml.writeStartElement("Dial");
                    xml.writeAttribute("action", url(ring, After.DIAL));
                    xml.writeAttribute("timeout", DIAL_SECONDS);
                    xml.writeAttribute("callerId", shown.e164());
                    xml.writeStartElement("Number");
                    xml.writeCharacters(caller.e164());
                    xml.writeEndElement();
                    xml.writeEndElement();
                }
                case Answer.HangUp(var say) -> {
                    say(xml, say);
                    xml.writeEmptyElement("Hangup");
                }
            }
        });
    }

    /// A mailbox hears it twice and presses nothing.
    private void offer(XMLStreamWriter xml, List<Spoken> say, Ring ring) throws XMLStreamException {
        for (int time = 0; time < 2; time++) {
            xml.writeStartElement("Gather");
            xml.writeAttribute("action", url(ring, After.KEY));
            xml.writeAttribute("numDigits", "1");
            xml.writeAttribute("timeout", KEY_SECONDS);
            say(xml, say);
            xml.writeEndElement();
        }
        xml.writeStartElement("Redirect");
        xml.writeCharacters(url(ring, After.SILENCE));
        xml.writeEndElement();
    }

    private String url(Ring ring, After after) {
        return CallbackRoutes.url(settings, ring, after).toString();
    }

    private static void say(XMLStreamWriter xml, List<Spoken> say) throws XMLStreamException {
        for (var each : say) {
            TwimlWriter.say(xml, List.of(each.text()), each.language());
        }
    }
}
