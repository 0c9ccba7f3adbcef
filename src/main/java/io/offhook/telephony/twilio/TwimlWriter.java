package io.offhook.telephony.twilio;

import io.offhook.call.Destination;
import io.offhook.call.Handoff;
import io.offhook.telephony.CasePages;
import io.offhook.telephony.Hold;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Instruction.AskNumber;
import io.offhook.telephony.Instruction.ConnectAgent;
import io.offhook.telephony.Instruction.GoTo;
import io.offhook.telephony.Instruction.HangUp;
import io.offhook.telephony.NumberQuestion;
import io.offhook.telephony.Whisper;
import java.io.StringWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/// Writes instructions as TwiML. No text that it is given, whoever wrote it, can change the verbs. Any thread may use
/// it.
///
/// Every verb that can come to an end names `/voice/continue`, so that the caller is never left without a next step;
/// all URLs are absolute and start with the configured public URL.
final class TwimlWriter {
    /// Say takes about 4 KB of text (Twilio, "TwiML Voice: Say").
    static final int MAX_SAY_BYTES = 3_900;

    /// A request that is not answered, or by a server that is going down, is made again, on whatever node the address
    /// leads to by then (Twilio, "Webhook connection overrides"). Every answer bears to be asked for twice.
    static final String ASK_AGAIN = "#rt=3000&rc=2&rp=ct,rt,5xx";

    private static final int MOST_HINTS = 500;
    private static final int MOST_HINT = 100;
    /// Of silence that end what is said: people pause between the parts of a number.
    private static final String SPEECH_SECONDS = "2";
    private static final XMLOutputFactory XML = XMLOutputFactory.newDefaultFactory();

    private final TwilioSettings settings;
    private final CasePages pages;
    private final NumberSeal seal;

    TwimlWriter(TwilioSettings settings, CasePages pages) {
        this.settings = settings;
        this.pages = pages;
        this.seal = new NumberSeal(settings);
    }

    String write(Instruction instruction) {
        return document(xml -> {
            switch (instruction) {
                case ConnectAgent connect -> connect(xml, connect);
                case GoTo goTo -> goTo(xml, goTo);
                case AskNumber ask -> askNumber(xml, ask);
                case Instruction.Meet(var say, var language, var step, var meeting) -> {
                    say(xml, say, language);
                    new MeetingTwiml(settings).caller(xml, after(step, ""), meeting);
                }
                case HangUp(var say, var language) -> {
                    say(xml, say, language);
                    xml.writeEmptyElement("Hangup");
                }
            }
        });
    }

    /// Asks a human who picked up to press a key, twice, and hangs up on whoever does not: a mailbox must not get the
    /// caller.
    ///
    /// @param step of the route at which this one was rung; empty in an address that an earlier version wrote
    String whisper(Whisper whisper, OptionalInt step) {
        var pressed = step.isPresent() ? whisperUrl(step.getAsInt()) : asked(TwilioRoutes.WHISPER);
        return document(xml -> {
            for (int time = 0; time < 2; time++) {
                xml.writeStartElement("Gather");
                xml.writeAttribute("action", pressed);
                xml.writeAttribute("numDigits", "1");
                xml.writeAttribute("timeout", "4");
                say(xml, List.of(whisper.about()), whisper.language());
                say(xml, List.of(whisper.ask().text()), whisper.ask().language());
                xml.writeEndElement();
            }
            xml.writeEmptyElement("Hangup");
        });
    }

    /// What a caller hears who waits at this step of the route. Twilio asks again when it is over; music may be cut
    /// short by a key.
    String hold(Hold hold, int step) {
        return document(xml -> {
            if (hold.music().isEmpty()) {
                xml.writeEmptyElement("Leave");
                return;
            }
            xml.writeStartElement("Gather");
            xml.writeAttribute("action", waitUrl(step));
            xml.writeAttribute("numDigits", "1");
            xml.writeAttribute("timeout", "1");
            say(xml, hold.say(), hold.language());
            xml.writeStartElement("Play");
            var times = hold.music().get().dividedBy(HoldMusic.LENGTH);
            xml.writeAttribute("loop", Long.toString(Math.clamp(times, 1, 10)));
            xml.writeCharacters(settings.url(TwilioRoutes.MUSIC));
            xml.writeEndElement();
            xml.writeEndElement();
        });
    }

    /// Ends the whisper, upon which Twilio puts the two through.
    String accepted() {
        return document(_ -> {});
    }

    String refused() {
        return document(xml -> xml.writeEmptyElement("Hangup"));
    }

    interface Verbs {
        void write(XMLStreamWriter xml) throws XMLStreamException;
    }

    static String document(Verbs verbs) {
        var text = new StringWriter(512);
        try {
            var xml = XML.createXMLStreamWriter(text);
            xml.writeStartDocument("UTF-8", "1.0");
            xml.writeStartElement("Response");
            verbs.write(xml);
            xml.writeEndElement();
            xml.writeEndDocument();
            xml.close();
        } catch (XMLStreamException e) {
            throw new IllegalStateException("writing XML to memory failed", e);
        }
        return text.toString();
    }

    private void connect(XMLStreamWriter xml, ConnectAgent connect) throws XMLStreamException {
        say(xml, connect.say(), connect.language());
        xml.writeStartElement("Connect");
        xml.writeAttribute("action", asked(TwilioRoutes.CONTINUE));
        xml.writeStartElement("Stream");
        xml.writeAttribute("url", settings.socketUrl(TwilioRoutes.STREAM));
        xml.writeAttribute("statusCallback", settings.url(TwilioRoutes.STATUS));
        xml.writeEmptyElement("Parameter");
        xml.writeAttribute("name", TwilioStream.TOKEN);
        xml.writeAttribute("value", xmlText(connect.token()));
        xml.writeEndElement();
        xml.writeEndElement();
        // Reached when the stream could not be opened and Twilio goes on to the next verb.
        redirect(xml, asked(TwilioRoutes.CONTINUE));
    }

    private void goTo(XMLStreamWriter xml, GoTo goTo) throws XMLStreamException {
        say(xml, goTo.say(), goTo.language());
        var action = after(goTo.step(), "");
        switch (goTo.destination()) {
            case Destination.Workflow workflow -> {
                xml.writeStartElement("Enqueue");
                xml.writeAttribute("workflowSid", xmlText(workflow.sid()));
                xml.writeAttribute("action", action);
                xml.writeStartElement("Task");
                var urgency = goTo.handoff().map(Handoff::urgency).orElse(Handoff.Urgency.NORMAL);
                xml.writeAttribute("priority", Integer.toString(workflow.priority(urgency)));
                xml.writeAttribute("timeout", seconds(workflow.patience(), 1, 1_209_600));
                xml.writeCharacters(task(goTo.handoff()));
                xml.writeEndElement();
                xml.writeEndElement();
            }
            case Destination.Queue(var queue, _) -> {
                xml.writeStartElement("Enqueue");
                xml.writeAttribute("action", action);
                xml.writeAttribute("waitUrl", waitUrl(goTo.step()));
                xml.writeCharacters(xmlText(queue));
                xml.writeEndElement();
            }
            case Destination.Phone(var numbers, var patience, var whisper) -> {
                dial(xml, action, patience);
                for (var number : numbers) {
                    xml.writeStartElement("Number");
                    whisper(xml, whisper, goTo.step());
                    xml.writeCharacters(number.e164());
                    xml.writeEndElement();
                }
                xml.writeEndElement();
            }
            case Destination.Sip(var address, var patience, var whisper) -> {
                dial(xml, action, patience);
                xml.writeStartElement("Sip");
                whisper(xml, whisper, goTo.step());
                xml.writeCharacters(xmlText(address));
                xml.writeEndElement();
                xml.writeEndElement();
            }
            // The agent is not there to keep the caller: the number is dialled like any other.
            case Destination.Warm(var number, var patience) -> {
                dial(xml, action, patience);
                xml.writeStartElement("Number");
                whisper(xml, true, goTo.step());
                xml.writeCharacters(number.e164());
                xml.writeEndElement();
                xml.writeEndElement();
            }
            // Nobody agrees to what was not said: without the words of AskNumber the next step follows.
            case Destination.Callback _ -> redirect(xml, action);
            case Destination.Voicemail(var patience, var mailbox) -> {
                xml.writeEmptyElement("Record");
                xml.writeAttribute("action", action);
                xml.writeAttribute("maxLength", seconds(patience, 1, 3_600));
                xml.writeAttribute("recordingStatusCallback", recordedUrl(mailbox));
                xml.writeAttribute("playBeep", "true");
                // Reached only when nothing was recorded.
                redirect(xml, action);
            }
        }
    }

    private void askNumber(XMLStreamWriter xml, AskNumber ask) throws XMLStreamException {
        var action = after(ask.step(), query(ask.question()));
        xml.writeStartElement("Gather");
        xml.writeAttribute("action", action);
        xml.writeAttribute("input", "dtmf speech");
        xml.writeAttribute("language", SpeechLanguages.closest(ask.language()));
        xml.writeAttribute("speechTimeout", SPEECH_SECONDS);
        xml.writeAttribute("hints", hints(ask.hints()));
        xml.writeAttribute("numDigits", "16");
        xml.writeAttribute("timeout", seconds(ask.patience(), 1, 60));
        say(xml, ask.say(), ask.language());
        xml.writeEndElement();
        // Reached when nothing was typed or said.
        redirect(xml, action);
    }

    private String query(NumberQuestion question) {
        return (question.again() ? "&" + TwilioRoutes.AGAIN + "=1" : "")
                + question.heard()
                        .map(number -> "&" + TwilioRoutes.HEARD + "=" + seal.close(number))
                        .orElse("");
    }

    /// A list with commas of phrases of letters and blanks (Twilio, error 13330).
    private static String hints(List<String> phrases) {
        return phrases.stream()
                .map(phrase -> xmlText(phrase).replaceAll("[^\\p{L}\\p{M}\\p{N} ]+", " ").strip())
                .filter(phrase -> !phrase.isEmpty() && phrase.length() <= MOST_HINT)
                .limit(MOST_HINTS)
                .collect(Collectors.joining(", "));
    }

    private static void redirect(XMLStreamWriter xml, String url) throws XMLStreamException {
        xml.writeStartElement("Redirect");
        xml.writeCharacters(url);
        xml.writeEndElement();
    }

    private String after(int step, String more) {
        return asked(TwilioRoutes.CONTINUE + "?" + TwilioRoutes.AFTER + "=" + step + more);
    }

    private String asked(String path) {
        return settings.url(path) + ASK_AGAIN;
    }

    /// Which mailbox it was stands in the address, so that it is known wherever and whenever the recording is reported.
    private String recordedUrl(Optional<Destination.Mailbox> mailbox) {
        return asked(TwilioRoutes.RECORDED
                + mailbox.map(box -> "?" + TwilioRoutes.MAILBOX + "="
                                + URLEncoder.encode(box.name(), StandardCharsets.UTF_8))
                        .orElse(""));
    }

    private String waitUrl(int step) {
        return asked(TwilioRoutes.WAIT + "?" + TwilioRoutes.AFTER + "=" + step);
    }

    private String whisperUrl(int step) {
        return asked(TwilioRoutes.WHISPER + "?" + TwilioRoutes.AFTER + "=" + step);
    }

    private void whisper(XMLStreamWriter xml, boolean whisper, int step) throws XMLStreamException {
        if (whisper) {
            xml.writeAttribute("url", whisperUrl(step));
        }
    }

    private static void dial(XMLStreamWriter xml, String action, Duration patience) throws XMLStreamException {
        xml.writeStartElement("Dial");
        xml.writeAttribute("action", action);
        xml.writeAttribute("timeout", seconds(patience, 5, 600));
    }

    static String seconds(Duration duration, int least, int most) {
        return Long.toString(Math.clamp(duration.toSeconds(), least, most));
    }

    static void say(XMLStreamWriter xml, List<String> texts, String language) throws XMLStreamException {
        var spoken = SayLanguage.of(language);
        for (var text : texts) {
            for (var part : parts(xmlText(text).strip(), MAX_SAY_BYTES)) {
                xml.writeStartElement("Say");
                if (spoken.isPresent()) {
                    xml.writeAttribute("language", spoken.get());
                }
                xml.writeCharacters(part);
                xml.writeEndElement();
            }
        }
    }

    /// What the human's screen shows before the call is taken.
    private String task(Optional<Handoff> handoff) {
        return handoff.map(known -> new TaskAttributes(known, pages.path(known.call()).map(settings::url)).json())
                .orElseGet(TaskAttributes::ofNothing);
    }

    /// The text without the characters that XML 1.0 forbids.
    static String xmlText(String text) {
        if (text.codePoints().allMatch(TwimlWriter::allowed)) {
            return text;
        }
        return text.codePoints()
                .filter(TwimlWriter::allowed)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    static boolean allowed(int c) {
        return (c >= 0x20 && c <= 0xD7FF)
                || c == '\t'
                || c == '\n'
                || c == '\r'
                || (c >= 0xE000 && c <= 0xFFFD)
                || c >= 0x10000;
    }

    /// Cuts a text into parts of at most this many bytes, between words where it can.
    static List<String> parts(String text, int mostBytes) {
        var result = new ArrayList<String>();
        int start = 0;
        while (start < text.length()) {
            int end = start;
            int bytes = 0;
            int blank = -1;
            while (end < text.length()) {
                int c = text.codePointAt(end);
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
                if (bytes > mostBytes) {
                    break;
                }
                if (Character.isWhitespace(c)) {
                    blank = end;
                }
                end += Character.charCount(c);
            }
            if (end < text.length() && blank > start) {
                end = blank;
            }
            var part = text.substring(start, end).strip();
            if (!part.isEmpty()) {
                result.add(part);
            }
            start = end;
        }
        return result;
    }
}
