package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.Samples;
import io.offhook.call.CallId;
import io.offhook.call.Destination;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Turn;
import io.offhook.telephony.Hold;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Instruction.ConnectAgent;
import io.offhook.telephony.Instruction.GoTo;
import io.offhook.telephony.Instruction.HangUp;
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
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class TwimlWriterTest {
    private static final String AGAIN = TwimlWriter.ASK_AGAIN.replace("&", "&amp;");

    private static final String HEAD = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    private static final Duration PATIENCE = Duration.ofSeconds(45);
    private static final Destination WORKFLOW =
            new Destination.Workflow("WW00000000000000000000000000000001", PATIENCE);
    private final TwimlWriter writer = new TwimlWriter(new TwilioSettings(
            "AC00000000000000000000000000000001",
            List.of("secret"),
            URI.create("https://voice.example.com/phone"),
            false), call -> Optional.of("/desk/handoff/" + call));

    @Test
    void connecting_the_agent_names_what_comes_next_twice() {
        var twiml = writer.write(new ConnectAgent(List.of("You speak to a machine."), "en-US", "one-time"));

        assertThat(twiml)
                .isEqualTo(HEAD + "<Response><Say language=\"en-US\">You speak to a machine.</Say>"
                        + "<Connect action=\"https://voice.example.com/phone/voice/continue" + AGAIN + "\">"
                        + "<Stream url=\"wss://voice.example.com/phone/voice/stream\""
                        + " statusCallback=\"https://voice.example.com/phone/voice/status\">"
                        + "<Parameter name=\"token\" value=\"one-time\"/></Stream></Connect>"
                        + "<Redirect>https://voice.example.com/phone/voice/continue" + AGAIN + "</Redirect></Response>");
    }

    @Test
    void a_number_is_dialled_and_its_end_asks_for_the_next_step() {
        var number = new Destination.Phone(new PhoneNumber("+14155550100"), PATIENCE);

        var twiml = writer.write(new GoTo(List.of(), "en-US", 1, number, Optional.empty()));

        assertThat(twiml)
                .isEqualTo(HEAD
                        + "<Response><Dial action=\"https://voice.example.com/phone/voice/continue?after=1" + AGAIN + "\" timeout=\"45\">"
                        + "<Number url=\"https://voice.example.com/phone/voice/whisper?after=1" + AGAIN + "\">+14155550100</Number></Dial></Response>");
    }

    @Test
    void a_caller_in_a_queue_hears_the_place_and_music_and_may_press_a_key() {
        var wait = "https://voice.example.com/phone/voice/wait?after=1" + AGAIN;

        assertThat(writer.write(new GoTo(
                        List.of(), "", 1, new Destination.Queue("a</Enqueue>&b", PATIENCE), Optional.empty())))
                .contains("<Enqueue action=\"https://voice.example.com/phone/voice/continue?after=1" + AGAIN + "\" waitUrl=\""
                        + wait + "\">a&lt;/Enqueue&gt;&amp;b</Enqueue>");
        assertThat(writer.hold(new Hold(List.of("Next."), "en", Optional.of(Duration.ofSeconds(16))), 1))
                .isEqualTo(HEAD + "<Response><Gather action=\"" + wait + "\" numDigits=\"1\" timeout=\"1\">"
                        + "<Say language=\"en-US\">Next.</Say><Play loop=\"4\">"
                        + "https://voice.example.com/phone/voice/hold.wav</Play></Gather></Response>");
        assertThat(writer.hold(Hold.leave(), 1)).isEqualTo(HEAD + "<Response><Leave/></Response>");
    }

    @Test
    void a_number_may_be_typed_or_said() {
        var action = "https://voice.example.com/phone/voice/continue?after=2" + AGAIN;

        var twiml = writer.write(new Instruction.AskNumber(
                List.of("Your number?"), "en", 2, PATIENCE, NumberQuestion.FIRST, List.of("yes", "a,b;c", " ")));

        assertThat(twiml)
                .isEqualTo(HEAD + "<Response><Gather action=\"" + action + "\" input=\"dtmf speech\" language=\"en-US\""
                        + " speechTimeout=\"2\" hints=\"yes, a b c\" numDigits=\"16\" timeout=\"45\">"
                        + "<Say language=\"en-US\">Your number?</Say></Gather><Redirect>" + action
                        + "</Redirect></Response>");
    }

    @Test
    void a_number_to_be_confirmed_goes_along_sealed() {
        var number = new PhoneNumber("+14155550123");
        var question = NumberQuestion.FIRST.onceMore().confirming(number);

        var twiml = writer.write(
                new Instruction.AskNumber(List.of("Right?"), "en", 2, PATIENCE, question, List.of("yes")));

        assertThat(twiml)
                .containsPattern("action=\"[^\"]*/voice/continue\\?after=2&amp;again=1&amp;heard=[A-Za-z0-9_-]{40,}#")
                .doesNotContain("4155550123");
    }

    @ParameterizedTest
    @CsvSource({
        "en, en-US", "en-GB, en-GB", "es, es-US", "es-419, es-US", "es-ES, es-ES", "de, de-DE", "fr-CA, fr-CA",
        "pt, pt-BR", "pt-PT, pt-PT", "tlh, en-US", "'', en-US", "en-XX, en-US"
    })
    void callers_are_listened_to_in_a_language_that_twilio_knows(String language, String tag) {
        assertThat(SpeechLanguages.closest(language)).isEqualTo(tag);
    }

    @Test
    void a_human_is_told_twice_what_it_is_about_and_must_press_a_key() {
        var once = "<Gather action=\"https://voice.example.com/phone/voice/whisper?after=2" + AGAIN + "\" numDigits=\"1\" timeout=\"4\">"
                + "<Say language=\"es-US\">Un cargo de $347 &amp; nada más.</Say>"
                + "<Say language=\"es-US\">Pulse 1.</Say></Gather>";

        assertThat(writer.whisper(
                        new Whisper("Un cargo de $347 & nada más.", "es-US", new Whisper.Ask("Pulse 1.", "es-US")),
                        OptionalInt.of(2)))
                .isEqualTo(HEAD + "<Response>" + once + once + "<Hangup/></Response>");
        assertThat(writer.accepted()).isEqualTo(HEAD + "<Response></Response>");
        assertThat(writer.refused()).isEqualTo(HEAD + "<Response><Hangup/></Response>");
    }

    @Test
    void a_voicemail_ends_politely() {
        var twiml = writer.write(new GoTo(
                List.of("Please leave a message."), "", 2, new Destination.Voicemail(PATIENCE), Optional.empty()));

        assertThat(twiml)
                .isEqualTo(HEAD + "<Response><Say>Please leave a message.</Say>"
                        + "<Record action=\"https://voice.example.com/phone/voice/continue?after=2" + AGAIN + "\" maxLength=\"45\""
                        + " recordingStatusCallback=\"https://voice.example.com/phone/voice/recorded" + AGAIN + "\" playBeep=\"true\"/>"
                        + "<Redirect>https://voice.example.com/phone/voice/continue?after=2" + AGAIN
                        + "</Redirect></Response>");
    }

    @Test
    void the_report_of_a_message_says_whose_mailbox_it_was_left_in() {
        var night = new Destination.Voicemail(PATIENCE, Optional.of(new Destination.Mailbox("night", "n@acme.example")));

        var twiml = writer.write(new GoTo(List.of(), "", 2, night, Optional.empty()));

        assertThat(twiml)
                .contains("recordingStatusCallback=\"https://voice.example.com/phone/voice/recorded?mailbox=night" + AGAIN + "\"")
                .doesNotContain("acme.example");
    }

    @Test
    void hanging_up_says_goodbye() {
        assertThat(writer.write(new HangUp(List.of("Goodbye."), "en-US")))
                .isEqualTo(HEAD + "<Response><Say language=\"en-US\">Goodbye.</Say><Hangup/></Response>");
    }

    @Test
    void a_workflow_gets_the_handoff_as_task_attributes() throws Exception {
        var document = document(goTo(handoff("wants a refund", "Order 7 came broken.", Handoff.Urgency.HIGH)));

        var enqueue = (Element) document.getElementsByTagName("Enqueue").item(0);
        var task = (Element) document.getElementsByTagName("Task").item(0);
        assertThat(enqueue.getAttribute("workflowSid")).isEqualTo("WW00000000000000000000000000000001");
        assertThat(enqueue.getAttribute("action")).isEqualTo("https://voice.example.com/phone/voice/continue?after=0" + TwimlWriter.ASK_AGAIN);
        assertThat(task.getAttribute("priority")).isEqualTo("10");
        assertThat(task.getAttribute("timeout")).isEqualTo("45");
        assertThat(new JsonMapper().readTree(task.getTextContent())).isEqualTo(new JsonMapper().readTree("""
                                {"call_sid":"CA00000000000000000000000000000001","cause":"agent_asked","urgency":"high",
                                 "language":"en-US","caller":"+14155550123","verified":false,"turns":1,
                                 "case_url":"https://voice.example.com/phone/desk/handoff/CA00000000000000000000000000000001",
                                 "reason":"wants a refund","summary":"Order 7 came broken."}"""));
    }

    @Test
    void a_workflow_without_a_handoff_still_gets_a_task() throws Exception {
        var document = document(writer.write(new GoTo(List.of(), "en-US", 0, WORKFLOW, Optional.empty())));

        var task = (Element) document.getElementsByTagName("Task").item(0);
        assertThat(task.getAttribute("priority")).isEqualTo("5");
        assertThat(task.getTextContent()).isEqualTo("{\"urgency\":\"normal\"}");
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void hostile_text_changes_no_verb(String text) throws Exception {
        var instruction = new GoTo(
                List.of(text, "Hold on."), "en-US", 0, WORKFLOW, Optional.of(handoff(text, text, Handoff.Urgency.LOW)));

        var document = document(writer.write(instruction));

        assertThat(verbs(document)).startsWith("Response", "Say").endsWith("Say", "Enqueue", "Task");
        assertThat(verbs(document)).containsOnly("Response", "Say", "Enqueue", "Task");
        assertThat(document.getElementsByTagName("Task")
                        .item(0)
                        .getTextContent()
                        .getBytes(StandardCharsets.UTF_8))
                .hasSizeLessThan(4_096);
    }

    static List<String> hostile() {
        return List.of(
                "\"",
                "& &amp; &#0; &lt;",
                "<",
                "x]]>y<![CDATA[",
                "a\u0000\u0001\u001f\u007f\u0085b\r\n\t\u2028\ufffe\uffff",
                "lone \ud800 halves \udc00",
                "\ud83d\ude00 smile",
                "x".repeat(10_000),
                "\u0001".repeat(5_000) + "z",
                "\u4e2d\u6587\ud83d\ude00 ".repeat(3_000),
                "</Task></Enqueue><Dial>+15555550100</Dial>",
                "</Say><Dial>+15555550100</Dial><Say>",
                "{\"reason\":\"x\"}, \\ \\u0000 <!-- -- -->");
    }

    @Test
    void whatever_the_model_says_the_verbs_stay_the_same_and_short_words_stay_whole() {
        Samples.forAll(300, some -> staysWhole(text(some), text(some)));
    }

    private void staysWhole(String text, String other) throws Exception {
        var document = document(writer.write(new GoTo(
                List.of("Hold on. " + text),
                text,
                0,
                WORKFLOW,
                Optional.of(handoff(text, other, Handoff.Urgency.NORMAL)))));

        assertThat(verbs(document)).containsExactly("Response", "Say", "Enqueue", "Task");
        JsonNode task = new JsonMapper()
                .readTree(document.getElementsByTagName("Task").item(0).getTextContent());
        assertThat(task.path("reason").stringValue()).isEqualTo(text);
        assertThat(task.path("summary").stringValue()).isEqualTo(other);
    }

    private static String text(Samples some) {
        return some.yes() ? some.text(60) : String.join("", some.list(60, () -> sharp(some)));
    }

    private static String sharp(Samples some) {
        return some.of(
                "<", ">", "&", "\"", "'", "]", "\\", "{", "\u0000", "\u001b", "\ufffe", "\ud83d", "\ude00", "\r", "\n");
    }

    @Test
    void a_long_speech_is_said_in_parts_between_words() throws Exception {
        var speech = "Grüezi mitenand. ".repeat(1_000).strip();

        var document = document(writer.write(new HangUp(List.of(speech), "de-DE")));

        var says = document.getElementsByTagName("Say");
        var spoken = new ArrayList<String>();
        for (int i = 0; i < says.getLength(); i++) {
            spoken.add(says.item(i).getTextContent());
        }
        assertThat(spoken)
                .allSatisfy(part ->
                        assertThat(part.getBytes(StandardCharsets.UTF_8)).hasSizeLessThan(4_000));
        assertThat(String.join(" ", spoken)).isEqualTo(speech);
    }

    @Test
    void a_speech_without_blanks_is_cut_between_characters() {
        var smiles = "\ud83d\ude00".repeat(3_000);

        var parts = TwimlWriter.parts(smiles, TwimlWriter.MAX_SAY_BYTES);

        assertThat(parts).hasSize(4);
        assertThat(String.join("", parts)).isEqualTo(smiles);
    }

    private String goTo(Handoff handoff) {
        return writer.write(new GoTo(List.of(), "en-US", 0, WORKFLOW, Optional.of(handoff)));
    }

    private static Handoff handoff(String reason, String summary, Handoff.Urgency urgency) {
        var noon = Instant.parse("2026-01-05T12:00:00Z");
        return new Handoff(
                new CallId("CA00000000000000000000000000000001"),
                new HandoffCause.AgentAsked(),
                reason,
                summary,
                urgency, "default",
                PhoneNumber.parse("+14155550123"),
                "en-US",
                List.of(new Turn(Turn.Speaker.CALLER, "item-1", "Hello", false, noon)),
                noon);
    }

    private static List<String> verbs(Document document) {
        var all = document.getElementsByTagName("*");
        var names = new ArrayList<String>();
        for (int i = 0; i < all.getLength(); i++) {
            names.add(all.item(i).getNodeName());
        }
        return names;
    }

    private static Document document(String twiml) throws Exception {
        return DocumentBuilderFactory.newDefaultInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(twiml.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void every_instruction_is_a_whole_document() throws Exception {
        for (Instruction instruction : List.of(
                new HangUp(List.of(), "en-US"),
                new HangUp(List.of(" ", "\u0000"), "en-US"),
                new ConnectAgent(List.of(), "en-US", "\"><Dial>+15555550100</Dial>"))) {
            assertThat(verbs(document(writer.write(instruction)))).doesNotContain("Say", "Dial");
        }
    }
}
