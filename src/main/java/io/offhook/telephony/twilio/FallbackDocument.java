package io.offhook.telephony.twilio;

import io.offhook.call.PhoneNumber;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Optional;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// What callers get when the server is not there: TwiML that rings a human, kept at Twilio or anywhere but here.
public final class FallbackDocument {
    private static final Duration RING = Duration.ofSeconds(30);
    /// Also heard by a caller whose human has hung up: without a server nobody can tell the two apart.
    private static final String GOODBYE = "If you did not reach anybody, please call again later. Goodbye.";

    private FallbackDocument() {}

    /// @param say spoken first, so that callers know why a human answers
    public static String of(PhoneNumber human, Optional<String> say) {
        var text = new StringWriter();
        try {
            var xml = XMLOutputFactory.newFactory().createXMLStreamWriter(text);
            xml.writeStartElement("Response");
            if (say.isPresent()) {
                say(xml, say.get());
            }
            xml.writeStartElement("Dial");
            xml.writeAttribute("timeout", Long.toString(RING.toSeconds()));
            xml.writeCharacters(human.e164());
            xml.writeEndElement();
            say(xml, GOODBYE);
            xml.writeEndElement();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("a string can be written to", e);
        }
        return text.toString();
    }

    private static void say(XMLStreamWriter xml, String text) throws XMLStreamException {
        xml.writeStartElement("Say");
        xml.writeCharacters(TwimlWriter.xmlText(text));
        xml.writeEndElement();
    }
}
