package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Destination;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Story;
import io.offhook.call.Turn;
import io.offhook.telephony.CallbackDesk;
import io.offhook.telephony.Callees;
import io.offhook.telephony.Hold;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Meeting;
import io.offhook.telephony.NumberQuestion;
import io.offhook.telephony.Whisper;
import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import tools.jackson.databind.json.JsonMapper;

/// Whatever stands in a text that callers, models or operators wrote: the verbs, their attributes and the addresses in
/// them stay as they are.
class HostileTextTest {
    private static final CallId CALL = new CallId("CA00000000000000000000000000000001");
    private static final Meeting MEETING = new Meeting(CALL, 0);
    private static final Set<String> TASK = Set.of(
            "call_sid",
            "cause",
            "urgency",
            "language",
            "caller",
            "verified",
            "attestation",
            "customer",
            "mood",
            "turns",
            "case_url",
            "reason",
            "summary",
            "summary_by",
            "facts",
            "do_not_ask");
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
    private final MeetingTwiml meetings = new MeetingTwiml(settings);
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
                        new Destination.Warm(new PhoneNumber("+14155550100"), PATIENCE),
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
        documents.add(writer.write(new Instruction.Meet(List.of(text), text, 0, MEETING)));
        Stream.of(
                        new Callees.Answer.Ask(new Whisper(text, text, new Whisper.Ask(text, text))),
                        new Callees.Answer.Ask(Whisper.ofStory(handoff.get(), Whisper.Ask.ENGLISH)),
                        new Callees.Answer.Meet(text, text),
                        new Callees.Answer.Leave(text, text))
                .map(answer -> meetings.callee(answer, MEETING, 0))
                .forEach(documents::add);
        documents.add(MeetingTwiml.leave(text, text));
        documents.add(FallbackDocument.of(new PhoneNumber("+14155550100"), Optional.of(text)));
        documents.add(writer.whisper(Whisper.of(handoff.get(), Whisper.Ask.ENGLISH), OptionalInt.empty()));
        return documents;
    }

    private static Handoff handoff(String text) {
        return new Handoff(
                CALL,
                new HandoffCause.AgentAsked(),
                text,
                text,
                Handoff.Urgency.HIGH,
                text,
                Optional.of(new PhoneNumber("+14155550123")),
                text,
                List.of(new Turn(Turn.Speaker.CALLER, text, text, true, Instant.EPOCH)),
                Instant.EPOCH,
                story(text));
    }

    /// Every place in it that a caller, a tool, a model or the operator's records fill.
    private static Story story(String text) {
        return new Story(
                Story.Mood.UPSET,
                Optional.of(text),
                List.of(text),
                text,
                Story.SummarySource.AGENT,
                Map.of(text, text),
                List.of(text),
                List.of(text),
                List.of(text),
                text,
                Map.of(text, text),
                Map.of(text, text));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void the_task_is_json_of_known_keys_and_the_texts_are_values_in_it(String text) throws Exception {
        var document = documents(text).getFirst();

        var task = JsonMapper.shared().readTree(parsed(document).getElementsByTagName("Task").item(0).getTextContent());

        assertThat(task.propertyNames()).isSubsetOf(TASK);
        assertThat(task.path("urgency").asString()).isEqualTo("high");
        assertThat(task.path("do_not_ask").size()).isLessThanOrEqualTo(1);
        assertThat(task.path("facts").size()).isLessThanOrEqualTo(1);
        assertThat(task.path("customer").size()).isLessThanOrEqualTo(1);
    }

    private static Document parsed(String twiml) throws Exception {
        var factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(twiml.getBytes(StandardCharsets.UTF_8)));
    }

    /// Elements in order with their attributes; the languages and repeated Says, which are words too, apart.
    private static List<String> skeleton(String twiml) throws Exception {
        var all = parsed(twiml).getElementsByTagName("*");
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
