package io.offhook.engine.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.simulator.CaptionBook;
import io.offhook.simulator.RealtimeClient;
import io.offhook.simulator.ToneSpeech;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DemoEngineTest {
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final DemoEngine demo = DemoEngine.start(new ToneSpeech(), 40);
    private RealtimeClient caller = RealtimeClient.onThePhone(demo.simulator());

    @AfterEach
    void stop() {
        caller.assertEveryEventWasAsDocumented();
        caller.close();
        demo.close();
    }

    @Test
    void is_reached_like_the_real_service() {
        assertThat(demo.baseUrl().toString()).matches("ws://127\\.0\\.0\\.1:\\d+/v1");
        assertThat(demo.apiKey()).isNotBlank();
    }

    @Test
    void looks_up_an_order_from_the_recorded_caller() {
        play("order-1");
        assertThat(answer()).contains("order number");

        play("order-2");
        var call = call();
        assertThat(call.path("name").stringValue()).isEqualTo("lookup_order_status");
        assertThat(arguments(call).path("order_number").stringValue()).isEqualTo("AB7492");

        result(call, """
                {"order_number":"AB7492","status":"shipped","carrier":"FedEx","tracking":"7749","eta":"Thursday"}""");
        assertThat(answer())
                .isEqualTo("Order AB7492 is shipped. It was shipped with FedEx, tracking number 7749, and should arrive"
                        + " Thursday. Is there anything else I can help you with?");

        play("order-3");
        assertThat(call().path("name").stringValue()).isEqualTo("end_call");
        assertThat(caller.transcript()).endsWith("Goodbye!");
    }

    @Test
    void leaves_out_what_the_result_does_not_say() {
        say("Where is my order AB7492?");
        var call = call();

        result(call, "{\"order\":{\"status\":\"being packed\"}}");

        assertThat(answer()).isEqualTo("Order AB7492 is being packed. Is there anything else I can help you with?");
    }

    @Test
    void is_honest_about_an_order_that_is_not_found_and_about_a_tool_that_fails() {
        say("It's QX1001.");
        result(call(), "{\"error\":\"not_found\"}");
        assertThat(answer()).contains("can't find an order with the number QX1001");

        say("Then it is AB 7492.");
        result(call(), "timeout");
        assertThat(answer()).contains("can't see that order at the moment");
    }

    @Test
    void takes_a_billing_dispute_to_a_person_with_the_callers_words() {
        play("billing-1");
        assertThat(answer()).contains("sorry").contains("Which charge");

        play("billing-2");
        var call = call();

        assertThat(call.path("name").stringValue()).isEqualTo("escalate_to_human");
        assertThat(arguments(call).path("summary").stringValue()).contains("$347").contains("never authorized");
        assertThat(arguments(call).path("urgency").stringValue()).isEqualTo("high");
        assertThat(arguments(call).path("reason").stringValue()).isEqualTo("billing_dispute");
        play("billing-3");
        assertThat(answer()).contains("stay on the line");
    }

    @Test
    void finds_the_charge_first_where_it_can_and_hands_over_what_it_found() {
        offers("find_charge", "escalate_to_human");
        play("billing-1");
        answer();
        play("billing-2");
        var search = call();

        result(search, "{\"amount\":\"$347\",\"item\":\"plan\",\"billed\":\"28 February\"}");
        var found = call();

        assertThat(search.path("name").stringValue()).isEqualTo("find_charge");
        assertThat(arguments(search).toString()).isEqualTo("{\"amount\":\"$347\"}");
        assertThat(caller.transcript()).contains("I see it, $347 for the plan.");
        assertThat(found.path("name").stringValue()).isEqualTo("escalate_to_human");
        assertThat(arguments(found).path("summary").stringValue())
                .isEqualTo("Disputes $347 for the plan, billed on 28 February. Says: \"The $347 charge from last month. I"
                        + " never authorized that.\"");
    }

    @Test
    void tells_a_caller_who_comes_back_why_and_takes_no_for_an_answer() {
        remembers("assistant", "output_text", "I'm connecting you.");
        remembers("system", "input_text", "The line was busy. The caller is back on the line with you.");
        caller.send("{\"type\":\"response.create\"}");
        assertThat(answer()).contains("on other calls").endsWith("Shall I try once more?");

        play("no-1");

        assertThat(call().path("name").stringValue()).isEqualTo("end_call");
        assertThat(caller.transcript()).endsWith("Goodbye!");
    }

    @Test
    void explains_the_return_policy_for_so_long_that_one_wants_to_interrupt_it() {
        caller.speak(CaptionBook.clip("interrupt-1").orElseThrow());
        caller.silence(600);
        caller.next("response.output_audio.delta");

        caller.speak(CaptionBook.clip("interrupt-2").orElseThrow());
        caller.silence(600);

        assertThat(caller.next("response.done").at("/response/status").stringValue()).isEqualTo("cancelled");
        assertThat(answer()).isEqualTo("You have 30 days.");
        play("interrupt-3");
        assertThat(call().path("name").stringValue()).isEqualTo("end_call");
    }

    @Test
    void takes_twelve_seconds_and_more_for_the_return_policy() {
        var rules = Rules.fromResources();

        var policy = rules.rules().stream()
                .filter(rule -> rule.name().equals("return-policy"))
                .findFirst()
                .orElseThrow();

        assertThat(new FreeTtsSpeech().speak(String.join(" ", policy.say())).length / 8).isGreaterThan(12_000);
    }

    @Test
    void asks_before_it_refunds_and_calls_only_tools_that_are_offered() {
        play("refund-1");
        assertThat(answer()).endsWith("Shall I do that?");

        play("yes-1");
        var call = call();

        assertThat(call.path("name").stringValue()).isEqualTo("escalate_to_human");
        assertThat(arguments(call).path("reason").stringValue()).isEqualTo("refund");
    }

    @Test
    void does_not_refund_without_a_yes() {
        play("refund-1");
        answer();

        play("no-1");

        assertThat(answer()).startsWith("All right, I won't.");
    }

    @Test
    void brings_a_person_on_request() {
        play("human-1");

        var call = call();
        assertThat(call.path("name").stringValue()).isEqualTo("escalate_to_human");
        assertThat(arguments(call).path("summary").stringValue()).contains("asked for a person");
    }

    @Test
    void points_to_the_keypad_when_there_is_no_tool() {
        caller.send("{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"tools\":[]}}");
        caller.next("session.updated");

        say("I want to talk to a human.");

        assertThat(answer()).isEqualTo("Please press zero, and a person will take your call.");
    }

    @Test
    void answers_the_other_recorded_callers() {
        play("returns-1");
        assertThat(answer()).contains("help with returns");
        play("failure-1");
        assertThat(answer()).contains("order number");
        play("failure-2");
        assertThat(answer()).contains("I'm here");
        play("spanish-1");
        assertThat(answer()).contains("número de pedido");
    }

    @Test
    void says_honestly_what_it_does_not_understand() {
        caller.speak(new ToneSpeech().speak("mumble"));
        caller.silence(600);
        assertThat(answer()).contains("can't follow free speech").contains("press zero");

        say("What is the meaning of life?");
        assertThat(answer()).contains("don't have an answer");
    }

    @Test
    void goes_on_after_a_reconnect_from_the_history() {
        play("order-1");
        var asked = answer();
        caller.close();
        caller = RealtimeClient.onThePhone(demo.simulator());
        remembers("assistant", "output_text", asked);

        say("I don't know.");

        assertThat(answer()).contains("find your order by name");
    }

    @Test
    void greets_when_nobody_has_spoken_and_answers_again_when_asked_to() {
        caller.send("{\"type\":\"response.create\"}");
        assertThat(answer()).contains("How can I help you");

        say("What is your return policy?");
        var first = answer();
        caller.send("{\"type\":\"response.create\"}");

        assertThat(answer()).isEqualTo(first);
    }

    private void offers(String... tools) {
        var event = JSON.createObjectNode().put("type", "session.update");
        var offered = event.putObject("session").put("type", "realtime").putArray("tools");
        for (var tool : tools) {
            offered.addObject()
                    .put("type", "function")
                    .put("name", tool)
                    .put("description", tool)
                    .putObject("parameters")
                    .put("type", "object")
                    .putObject("properties");
        }
        caller.send(event.toString());
        caller.next("session.updated");
    }

    private void remembers(String role, String kind, String text) {
        var event = JSON.createObjectNode().put("type", "conversation.item.create");
        event.putObject("item")
                .put("type", "message")
                .put("role", role)
                .putArray("content")
                .addObject()
                .put("type", kind)
                .put("text", text);
        caller.send(event.toString());
        // What is typed goes another way, and could overtake it.
        caller.next("conversation.item.added", added -> added.path("item").path("role").asString("").equals(role));
    }

    private void play(String clip) {
        caller.speak(CaptionBook.clip(clip).orElseThrow());
        caller.silence(600);
    }

    private void say(String text) {
        demo.typed(text);
    }

    /// What the engine says in its next complete response.
    private String answer() {
        var response = caller.next("response.done").path("response");
        assertThat(response.path("status").stringValue()).isEqualTo("completed");
        var text = response.at("/output/0/content/0/transcript");
        return text.isString() ? text.stringValue() : "";
    }

    /// The function call in its next complete response.
    private JsonNode call() {
        var response = caller.next("response.done").path("response");
        return response.path("output").valueStream()
                .filter(item -> item.path("type").asString().equals("function_call"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no function call in " + response));
    }

    private static JsonNode arguments(JsonNode call) {
        return JSON.readTree(call.path("arguments").stringValue());
    }

    private void result(JsonNode call, String output) {
        var event = JSON.createObjectNode().put("type", "conversation.item.create");
        event.putObject("item")
                .put("type", "function_call_output")
                .put("call_id", call.path("call_id").stringValue())
                .put("output", output);
        caller.send(event.toString());
        caller.send("{\"type\":\"response.create\"}");
    }
}
