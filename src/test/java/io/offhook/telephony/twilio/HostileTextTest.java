package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Destination;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.PhoneNumber;
import io.offhook.telephony.CallbackDesk;
import io.offhook.telephony.Hold;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.NumberQuestion;
import io.offhook.telephony.Whisper;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;

/// Whatever stands in a text that callers, models or operators wrote: the verbs, their attributes and the addresses in
/// them stay as they are.
class HostileTextTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final List<String> HOSTILE = List.of(
            "</Task></Enqueue><Dial>+19005550100</Dial>",
            "</Say></Gather><Redirect>https://evil.example</Redirect>",
            "\"/><Hangup/><Say x=\"",
            "]]><!--<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>&b;",
            "\" ' ` \\ {\"a\":1} ${x} {caller.number}",
            "😀🏴‍☠️ \ud83d alone \ude00 \u202e\u0000\u0007\u001b\ufffe\uffff",
            "x".repeat(10_000),
            "word ".repeat(2_000));

    private final TwilioSettings settings = new TwilioSettings(
            "AC00000000000000000000000000000001",
            List.of("secret"),
            URI.create("https://voice.example.com"),
            false);
    private final TwimlWriter writer =
            new TwimlWriter(settings, call -> Optional.of("/desk/handoff/" + call));
    private final CallbackTwiml callbacks = new CallbackTwiml(settings);

    static Stream<String> hostile() {
        return HOSTILE.stream();
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void no_text_changes_what_is_done_at_any_destination(String text) throws Exception {
        var harmless = documents("harmless");
        var hostile = documents(text);

        for (int i = 0; i < harmless.size(); i++) {
            assertThat(skeleton(hostile.get(i))).isEqualTo(skeleton(harmless.get(i)));
        }
    }

    private List<String> documents(String text) {
        var handoff = Optional.of(handoff(text));
        var documents = new ArrayList<String>();
        Stream.of(
                        new Destination.Workflow("WW1", PATIENCE),
                        new Destination.Queue(text, PATIENCE),
                        new Destination.Phone(new PhoneNumber("+14155550100"), PATIENCE),
                        new Destination.Sip(text, PATIENCE, true),
                        new Destination.Callback(List.of(), 1, PATIENCE, PATIENCE, Set.of()),
                        new Destination.Voicemail(PATIENCE, Optional.of(new Destination.Mailbox("night", text))))
                .map(to -> writer.write(new Instruction.GoTo(List.of(text), text, 0, to, handoff)))
                .forEach(documents::add);
        documents.add(writer.write(new Instruction.ConnectAgent(List.of(text), text, "token")));
        documents.add(writer.write(new Instruction.HangUp(List.of(text), text)));
        documents.add(writer.write(new Instruction.AskNumber(
                List.of(text), text, 0, PATIENCE, NumberQuestion.FIRST.onceMore(), List.of("yes"))));
        var spoken = List.of(new CallbackDesk.Spoken(text, text));
        Stream.of(new CallbackDesk.Answer.Offer(spoken), new CallbackDesk.Answer.HangUp(spoken))
                .map(answer -> callbacks.write(answer, new CallbackDesk.Ring(new CallId("CA1"), 1)))
                .forEach(documents::add);
        documents.add(writer.hold(new Hold(List.of(text), text, Optional.of(PATIENCE)), 0));
        documents.add(writer.whisper(new Whisper(text, text, new Whisper.Ask(text, text)), OptionalInt.of(0)));
        documents.add(writer.whisper(Whisper.of(handoff.get(), Whisper.Ask.ENGLISH), OptionalInt.empty()));
        return documents;
    }

    private static Handoff handoff(String text) {
        return new Handoff(
                new CallId("CA00000000000000000000000000000001"),
                new HandoffCause.AgentAsked(),
                text,
                text,
                Handoff.Urgency.HIGH,
                text,
                Optional.of(new PhoneNumber("+14155550123")),
                text,
                List.of(),
                Instant.EPOCH);
    }

    /// Elements in order with their attributes; the languages and repeated Says, which are words too, apart.
    private static List<String> skeleton(String twiml) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        var all = factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(twiml.getBytes(StandardCharsets.UTF_8)))
                .getElementsByTagName("*");
        var skeleton = new ArrayList<String>();
        for (int i = 0; i < all.getLength(); i++) {
            var element = (Element) all.item(i);
            var attributes = element.getAttributes();
            var said = IntStream.range(0, attributes.getLength())
                    .mapToObj(attributes::item)
                    .filter(each -> !each.getNodeName().equals("language"))
                    .map(Object::toString)
                    .toList();
            var next = element.getParentNode().getNodeName() + ">" + element.getNodeName() + said;
            boolean partOfSpeech = element.getNodeName().equals("Say");
            if (!partOfSpeech || skeleton.isEmpty() || !skeleton.getLast().equals(next)) {
                skeleton.add(next);
            }
        }
        return skeleton;
    }
}
