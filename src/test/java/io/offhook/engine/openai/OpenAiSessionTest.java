package io.offhook.engine.openai;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent;
import io.offhook.call.CallEvent.AgentAudio;
import io.offhook.call.CallEvent.AgentWords;
import io.offhook.call.CallEvent.CallerWords;
import io.offhook.call.CallEvent.EngineComplained;
import io.offhook.call.CallEvent.EngineLost;
import io.offhook.call.CallEvent.EngineReady;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallEvent.ReplyEnded;
import io.offhook.call.ContentId;
import io.offhook.call.Digest;
import io.offhook.call.EngineFault.Kind;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.engine.Brief;
import io.offhook.simulator.EngineFault;
import io.offhook.simulator.Move;
import io.offhook.simulator.RealtimeSchema;
import io.offhook.simulator.ScriptedDialogue;
import io.offhook.simulator.SimulatedEngine;
import io.offhook.simulator.SimulatedSession;
import io.offhook.websocket.WebSocketDialer;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.internal.VertxInternal;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/// A session against the simulated engine, which refuses what the real one refuses.
class OpenAiSessionTest {
    private static final Duration SOON = ofSeconds(60);
    private static final Timing QUICK = new Timing(ofMillis(300), ofSeconds(5));
    private static final Vertx ENGINE_LOOP = Vertx.vertx();
    private static final Vertx vertx = Vertx.vertx();
    private static final WebSocketDialer dialer = new WebSocketDialer(vertx);

    private final ScriptedDialogue script = new ScriptedDialogue();
    private final List<CallEvent> events = new CopyOnWriteArrayList<>();
    private final List<String> noticed = new CopyOnWriteArrayList<>();
    private final Context loop = ((VertxInternal) vertx).createEventLoopContext();
    private SimulatedEngine engine = SimulatedEngine.builder().vertx(ENGINE_LOOP).dialogue(script).speed(20).start();
    private URI address = engine.baseUrl();
    private Timing timing = Timing.USUAL;
    private String apiKey = "sk-test";
    private OpenAiSession session;

    @BeforeAll
    static void start() {
        RealtimeSchema.instance();
    }

    @AfterAll
    static void stop() {
        vertx.close().await();
        ENGINE_LOOP.close().await();
    }

    @AfterEach
    void close() {
        if (session != null) {
            onLoop(session::close);
        }
        engine.sessions().stream()
                .flatMap(remote -> remote.received().stream())
                .forEach(event -> Oracles.accepted(event.toString()));
        engine.close();
    }

    // --- the beginning ---

    @Test
    void the_handshake_names_model_key_and_caller_and_no_beta() {
        opened();

        var remote = ready();

        assertThat(engine.attempts().getFirst().uri()).isEqualTo("/v1/realtime?model=gpt-realtime-2.1");
        assertThat(remote.headers())
                .containsEntry("authorization", "Bearer sk-test")
                .containsEntry("openai-safety-identifier", "caller-5f2a")
                .doesNotContainKey("openai-beta");
        assertThat(remote.received().getFirst().path("type").asString()).isEqualTo("session.update");
        assertThat(remote.received()).allSatisfy(event -> Oracles.accepted(event.toString()));
        assertThat(remote.errors()).isEmpty();
        assertThat(session.expiresAt()).isPresent();
    }

    @Test
    void a_summary_is_written_while_the_agent_speaks() {
        script.says("I'm connecting you with a colleague, who will see everything we discussed.")
                .writes("{\"summary\":\"Wants a refund.\"}");
        opened();
        var remote = ready();

        onLoop(() -> {
            session.say("I'm connecting you.");
            session.summarise("Sum it up.");
        });

        await().atMost(SOON).until(() -> events.stream().anyMatch(CallEvent.ReplyEnded.class::isInstance));
        await().atMost(SOON)
                .untilAsserted(() -> assertThat(events).contains(new CallEvent.SummaryWritten(
                        Optional.of(new Digest("Wants a refund.", List.of(), Map.of())))));
        assertThat(events.stream().filter(CallEvent.ReplyStarted.class::isInstance)).hasSize(1);
        assertThat(events.stream().filter(CallEvent.UsageCounted.class::isInstance)).hasSize(1);
        assertThat(remote.errors()).isEmpty();
        assertThat(remote.received()).allSatisfy(event -> Oracles.accepted(event.toString()));
    }

    @Test
    void audio_that_comes_in_answer_to_ready_arrives_whole_and_before_any_reply_is_asked_for() {
        var all = new ByteArrayOutputStream();
        onLoop(() -> {
            session = engineAt(address).open(OpenAiWireTest.brief("gpt-realtime-2.1", Map.of()), List.of(), event -> {
                events.add(event);
                if (event instanceof EngineReady) {
                    for (int i = 0; i < 100; i++) {
                        all.writeBytes(frame(i));
                        session.hear(AudioFrame.ofMuLaw(frame(i)));
                    }
                }
            });
            session.respond();
        });
        var remote = ready();

        await().until(() -> types(remote).contains("response.create"));

        assertThat(remote.appends()).isEqualTo(100);
        assertThat(remote.appendedAudio()).isEqualTo(all.toByteArray());
        assertThat(noticed).isEmpty();
    }

    @Test
    void nothing_is_heard_before_the_formats_are_confirmed() {
        engine.inject(EngineFault.NO_SESSION_UPDATED);

        opened(List.of(), early -> early.hear(AudioFrame.silence(20)));

        await().until(() -> engine.latest().filter(s -> !s.received().isEmpty()).isPresent());
        onLoop(() -> session.respond());
        assertThat(engine.latest().orElseThrow().appends()).isZero();
        assertThat(noticed).containsExactly("engine_audio_dropped");
        assertThat(engine.latest().orElseThrow().received()).hasSize(1);
        assertThat(events).isEmpty();
    }

    @Test
    void history_comes_first_then_what_was_told_then_the_wishes() {
        script.says("Where were we?");
        opened(
                List.of(turn(Turn.Speaker.AGENT, "Hello."), turn(Turn.Speaker.CALLER, "Hi."), turn(Turn.Speaker.CALLER, " ")),
                early -> {
                    early.respond();
                    early.tell(turn(Turn.Speaker.NOTE, "The caller was on hold."));
                });
        var remote = ready();

        await().until(() -> ended().size() == 1);
        assertThat(types(remote))
                .containsExactly(
                        "session.update",
                        "conversation.item.create",
                        "conversation.item.create",
                        "conversation.item.create",
                        "response.create");
        assertThat(remote.items().subList(0, 3).stream()
                        .map(item -> item.path("content").path(0).path("text").asString()))
                .containsExactly("Hello.", "Hi.", "The caller was on hold.");
        assertThat(remote.errors()).isEmpty();
    }

    // --- the conversation ---

    @Test
    void a_turn_of_the_caller_is_answered_with_words_audio_and_usage() {
        script.says("It ships today.");
        opened();
        var remote = ready();

        remote.typed("Where is my order?");

        await().until(() -> ended().size() == 1 && events.stream().anyMatch(CallerWords.class::isInstance));
        assertThat(events.stream().map(event -> event.getClass().getSimpleName()).distinct())
                .contains(
                        "EngineReady",
                        "CallerStartedSpeaking",
                        "CallerStoppedSpeaking",
                        "CallerWords",
                        "ReplyStarted",
                        "AgentAudio",
                        "AgentAudioEnded",
                        "AgentWords",
                        "ReplyEnded");
        var words = only(AgentWords.class);
        assertThat(words.text()).isEqualTo("It ships today.");
        assertThat(heardMillis()).isEqualTo(remote.audioOf(words.content().item()).orElseThrow().toMillis());
        assertThat(ended().getFirst().usage()).hasValueSatisfying(usage -> assertThat(usage.audioOut())
                .isPositive());
        assertThat(noticed).isEmpty();
    }

    @Test
    void texts_are_said_exactly_and_one_after_the_other() {
        script.says("Goodbye.");
        opened();
        var remote = ready();

        onLoop(() -> {
            session.say("One \"moment\", please.");
            session.respond();
            session.say("Still there?");
        });

        await().until(() -> ended().size() == 3);
        assertThat(events.stream().filter(AgentWords.class::isInstance).map(event -> ((AgentWords) event).text()))
                .containsExactly("One \"moment\", please.", "Still there?", "Goodbye.");
        assertThat(remote.items()).hasSize(3);
        assertThat(remote.errors()).isEmpty();
    }

    @Test
    void a_wish_refused_because_another_reply_runs_is_granted_after_it() {
        inRealTime();
        script.says("You are welcome.").says("Anything else?");
        opened();
        var remote = ready();

        onLoop(() -> {
            // This side does not learn of the caller's turn before it sends its wish.
            remote.typed("Thanks.");
            await().until(() -> remote.activeResponse().isPresent());
            session.respond();
        });

        await().until(() -> ended().size() == 2);
        assertThat(events).contains(new EngineComplained("conversation_already_has_active_response"));
        assertThat(ended()).extracting(ReplyEnded::how).containsOnly(ReplyEnd.COMPLETED);
        assertThat(remote.received("response.create")).hasSize(2);
    }

    @Test
    void two_tool_requests_get_two_answers_and_one_reply() {
        script.plays(List.of(new Move.CallTool("lookup_order", "{\"order\":\"1\"}"),
                        new Move.CallTool("lookup_order", "{ \"order\": \"2\" }")))
                .says("Both are on their way.");
        opened();
        var remote = ready();
        remote.typed("Where are my orders?");
        await().until(() -> ended().size() == 1);
        var requests = ended().getFirst().requests();

        onLoop(() -> {
            requests.forEach(request -> session.toolResult(request, "{\"status\":\"shipped\"}"));
            session.respond();
        });

        await().until(() -> ended().size() == 2);
        assertThat(requests).extracting(ToolRequest::arguments).containsExactly("{\"order\":\"1\"}", "{\"order\":\"2\"}");
        assertThat(types(remote))
                .containsExactly(
                        "session.update", "conversation.item.create", "conversation.item.create", "response.create");
        assertThat(remote.errors()).isEmpty();
    }

    @Test
    void a_request_reported_twice_is_made_once() {
        engine.inject(EngineFault.DUPLICATE_FUNCTION_CALL);
        script.calls("lookup_order", "{\"order\":\"1\"}").says("Done.");
        opened();
        var remote = ready();

        remote.typed("Where is it?");
        await().until(() -> !ended().isEmpty());
        onLoop(() -> session.respond());
        await().until(() -> types(remote).contains("response.create") && remote.activeResponse().isEmpty());

        assertThat(ended().stream().flatMap(end -> end.requests().stream())).hasSize(1);
    }

    @Test
    void a_request_that_was_cut_off_is_not_made() {
        engine.injectOnce(EngineFault.CUT_OFF_FUNCTION_CALL);
        script.calls("lookup_order", "{\"order\":\"1\"}");
        opened();

        ready().typed("Where is it?");

        await().until(() -> ended().size() == 1);
        assertThat(ended().getFirst().requests()).isEmpty();
        assertThat(ended().getFirst().how()).isEqualTo(ReplyEnd.CANCELLED);
    }

    @Test
    void the_answer_to_a_request_of_an_earlier_session_brings_its_request_along() {
        var request = new ToolRequest("call_old", "lookup_order", "{\"order\":\"1\"}");

        opened(List.of(), early -> early.toolResult(request, "{\"status\":\"shipped\"}"));
        var remote = ready();

        await().until(() -> remote.items().size() == 2);
        assertThat(remote.items()).extracting(item -> item.path("type").asString())
                .containsExactly("function_call", "function_call_output");
        assertThat(remote.errors()).isEmpty();
    }

    @Test
    void what_was_not_heard_is_forgotten() {
        script.says("A long answer that the caller interrupts after a while.");
        opened();
        var remote = ready();
        remote.typed("Hello?");
        await().until(() -> ended().size() == 1);
        var content = only(AgentWords.class).content();

        onLoop(() -> session.truncate(content, ofMillis(400)));

        await().until(() -> !remote.truncations().isEmpty());
        assertThat(remote.truncations())
                .containsExactly(new SimulatedSession.Truncation(content.item(), 0, 400));
    }

    @Test
    void a_running_reply_can_be_cancelled() {
        inRealTime();
        script.says("A very long answer that goes on and on and on, far longer than anybody would want to hear it.");
        opened();
        ready().typed("Hello?");
        await().until(() -> events.stream().anyMatch(AgentAudio.class::isInstance));

        onLoop(session::cancel);

        await().until(() -> ended().size() == 1);
        assertThat(ended().getFirst().how()).isEqualTo(ReplyEnd.CANCELLED);
        assertThat(ended().getFirst().code()).isEqualTo("client_cancelled");
        assertThat(only(AgentWords.class).text()).startsWith("A very").doesNotContain("hear it");
    }

    // --- what goes wrong ---

    @ParameterizedTest
    @CsvSource({
        "RESET, UNREACHABLE",
        "NEVER_UPGRADE, TIMEOUT",
        "UNAUTHORIZED, AUTH",
        "FORBIDDEN, AUTH",
        "TOO_MANY_REQUESTS, RATE",
        "INTERNAL_ERROR, SERVER_ERROR",
        "UNAVAILABLE, SERVER_ERROR",
        "CUT_AT_CONNECT, CLOSED",
    })
    void a_session_that_can_not_be_had_says_why(EngineFault fault, Kind kind) {
        engine.inject(fault);
        timing = kind == Kind.TIMEOUT ? QUICK : timing;

        opened();

        assertThat(lost()).extracting(lost -> lost.fault().kind()).isEqualTo(kind);
        assertThat(events).hasSize(1);
    }

    @Test
    void too_many_requests_tell_when_to_come_back() {
        engine.inject(EngineFault.TOO_MANY_REQUESTS);

        opened();

        assertThat(lost().fault().retryAfter()).contains(ofSeconds(2));
    }

    @Test
    void nobody_at_the_address_is_unreachable() {
        engine.vanish();

        opened();

        assertThat(lost().fault().kind()).isEqualTo(Kind.UNREACHABLE);
    }

    @Test
    void a_peer_that_does_not_speak_tls_is_not_spoken_to_without() {
        address = URI.create(engine.baseUrl().toString().replace("ws:", "wss:"));

        opened();

        assertThat(lost().fault().kind()).isEqualTo(Kind.TLS);
        assertThat(engine.sessions()).isEmpty();
    }

    @Test
    void a_model_that_does_not_exist_ends_the_session() {
        engine.close();
        engine = SimulatedEngine.builder().vertx(ENGINE_LOOP).models("gpt-realtime-9").start();
        address = engine.baseUrl();

        opened();

        assertThat(lost().fault().kind()).isEqualTo(Kind.PROTOCOL);
        assertThat(events).contains(new EngineComplained("model_not_found"));
    }

    @Test
    void a_caller_id_that_no_header_can_carry_ends_the_session_in_order() {
        var brief = OpenAiWireTest.brief("gpt-realtime-2.1", Map.of());
        var bad = new Brief(
                brief.model(), brief.voice(), "", List.of("en"), List.of(), "x\r\nOpenAI-Beta: realtime=v1", brief.options());

        onLoop(() -> session = engineAt(address).open(bad, List.of(), events::add));

        assertThat(lost().fault().kind()).isEqualTo(Kind.PROTOCOL);
        assertThat(engine.attempts()).isEmpty();
    }

    @Test
    void a_key_that_no_header_can_carry_is_logged_by_the_name_of_its_header() {
        var log = (Logger) LoggerFactory.getLogger(OpenAiSession.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        log.addAppender(lines);

        apiKey = "sk-pasted\n";
        opened();

        assertThat(lost().fault().kind()).isEqualTo(Kind.PROTOCOL);
        log.detachAppender(lines);
        assertThat(lines.list)
                .extracting(line -> line + " " + line.getKeyValuePairs())
                .anyMatch(line -> line.contains("Authorization"))
                .noneMatch(line -> line.contains("sk-pasted"));
    }

    @Test
    void garbage_among_the_events_is_counted_and_changes_nothing() {
        engine.inject(EngineFault.GARBAGE_AMONG);
        script.says("It ships today.");
        opened();

        ready().typed("Where is my order?");

        await().until(() -> ended().size() == 1);
        assertThat(only(AgentWords.class).text()).isEqualTo("It ships today.");
        assertThat(noticed).contains("engine_malformed_event", "engine_unknown_event");
        assertThat(events.stream().filter(AgentAudio.class::isInstance).map(event -> ((AgentAudio) event).content()))
                .doesNotContain(new ContentId("resp_none", "item_none", 0));
    }

    @Test
    void a_limit_of_the_account_that_is_reached_is_counted_by_its_name() {
        opened();

        ready().sendRaw("{\"type\":\"rate_limits.updated\",\"rate_limits\":[{\"name\":\"requests\",\"remaining\":7},"
                + "{\"name\":\"tokens\",\"limit\":400000,\"remaining\":0,\"reset_seconds\":4.5}]}");

        await().until(() -> noticed.equals(List.of("engine_limit_tokens")));
        assertThat(only(CallEvent.EngineLimited.class).limit()).isEqualTo("tokens");
        assertThat(events.stream().filter(EngineLost.class::isInstance)).isEmpty();
    }

    @Test
    void words_of_endless_contents_are_not_collected() {
        opened();
        var remote = ready();

        for (int part = 0; part < 70; part++) {
            remote.sendRaw("{\"type\":\"response.output_audio_transcript.delta\",\"response_id\":\"resp_1\","
                    + "\"item_id\":\"item_1\",\"content_index\":" + part + ",\"delta\":\"x\"}");
        }
        await().until(() -> noticed.size() == 6);
        remote.cut();

        assertThat(lost().fault().kind()).isEqualTo(Kind.CLOSED);
        assertThat(events.stream().filter(AgentWords.class::isInstance)).hasSize(64);
        assertThat(noticed).containsOnly("engine_words_dropped");
    }

    @Test
    void garbage_alone_makes_no_session() {
        engine.inject(EngineFault.GARBAGE_ONLY);

        opened();

        await().until(() -> noticed.size() >= 10);
        assertThat(events).isEmpty();
    }

    @Test
    void another_output_format_is_transcoded_and_not_noise() {
        engine.inject(EngineFault.WRONG_FORMAT_ECHOED);
        script.says("It ships today.");
        opened();
        var remote = ready();

        remote.typed("Where is my order?");

        await().until(() -> ended().size() == 1);
        assertThat(noticed).containsExactly("format_mismatch");
        assertThat(heardMillis())
                .isEqualTo(remote.audioOf(only(AgentWords.class).content().item()).orElseThrow().toMillis());
        assertThat(loudness()).isGreaterThan(500);
    }

    @Test
    void a_connection_cut_in_mid_answer_is_reported_once_after_the_words_so_far() {
        engine.injectOnce(EngineFault.CUT_MID_ANSWER);
        script.says("Your order has left our warehouse this morning and arrives tomorrow before noon.");
        opened();

        ready().typed("Where is my order?");

        assertThat(lost().fault().kind()).isEqualTo(Kind.CLOSED);
        assertThat(only(AgentWords.class).text()).startsWith("Your order").doesNotContain("noon");
        assertThat(events.getLast()).isInstanceOf(EngineLost.class);
        assertThat(events.stream().filter(EngineLost.class::isInstance)).hasSize(1);
    }

    @Test
    void an_expired_session_says_so() {
        opened();

        ready().expire();

        assertThat(lost().fault().kind()).isEqualTo(Kind.EXPIRED);
    }

    @Test
    void a_huge_event_ends_the_session_and_costs_no_memory() {
        engine.injectOnce(EngineFault.HUGE_FRAME);
        script.says("Hello.");
        opened();

        ready().typed("Hello?");

        assertThat(lost().fault().kind()).isEqualTo(Kind.PROTOCOL);
        assertThat(noticed).contains("engine_frame_too_big");
    }

    @ParameterizedTest
    @CsvSource({
        "RESPONSE_RATE_LIMITED, FAILED, rate_limit_exceeded",
        "RESPONSE_SERVER_ERROR, FAILED, server_error",
        "INCOMPLETE_MAX_OUTPUT_TOKENS, INCOMPLETE, max_output_tokens",
        "INCOMPLETE_CONTENT_FILTER, INCOMPLETE, content_filter",
    })
    void a_reply_that_does_not_end_well_says_how(EngineFault fault, ReplyEnd how, String code) {
        engine.injectOnce(fault);
        script.says("Your order has left our warehouse this morning.").says("Sorry, once more.");
        opened();
        ready().typed("Where is my order?");
        await().until(() -> ended().size() == 1);

        onLoop(session::respond);

        await().until(() -> ended().size() == 2);
        assertThat(ended().getFirst()).extracting(ReplyEnded::how, ReplyEnded::code).containsExactly(how, code);
        assertThat(ended().getLast().how()).isEqualTo(ReplyEnd.COMPLETED);
    }

    @Test
    void what_the_engine_refuses_is_reported_and_the_session_goes_on() {
        script.says("Hello.");
        opened();
        ready();

        onLoop(() -> session.truncate(new ContentId("resp_0", "item_0", 0), ofMillis(10)));
        await().until(() -> events.contains(new EngineComplained("item_not_found")));
        onLoop(session::respond);

        await().until(() -> ended().size() == 1);
        assertThat(events.stream().filter(EngineLost.class::isInstance)).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"STALL_AFTER_RESPONSE_CREATED", "STALL_MID_ANSWER"})
    void a_stalled_reply_can_be_cancelled_and_asked_for_again(EngineFault fault) {
        engine.injectOnce(fault);
        script.says("Today.").says("Once more: today.");
        opened();
        var remote = ready();
        remote.typed("When does it arrive?");
        var last = fault == EngineFault.STALL_MID_ANSWER ? AgentAudio.class : CallEvent.ReplyStarted.class;
        await().until(() -> events.stream().anyMatch(last::isInstance));
        await().during(ofMillis(50)).until(() -> remote.activeResponse().isPresent());

        onLoop(() -> {
            session.cancel();
            session.respond();
        });

        await().until(() -> ended().size() == 2);
        assertThat(ended()).extracting(ReplyEnded::how).containsExactly(ReplyEnd.CANCELLED, ReplyEnd.COMPLETED);
    }

    @Test
    void a_peer_that_gives_no_sign_of_life_counts_as_lost() throws Exception {
        var server = vertx.createNetServer()
                .connectHandler(socket -> socket.handler(request -> upgradeAndFallSilent(socket::write, request)))
                .listen(0, "127.0.0.1")
                .await();
        address = URI.create("ws://127.0.0.1:" + server.actualPort() + "/v1");
        timing = new Timing(ofSeconds(3), ofMillis(20));

        opened();

        assertThat(lost().fault().kind()).isEqualTo(Kind.STALL);
    }

    @Test
    void a_dead_connection_is_noticed_before_the_caller_wonders() {
        assertThat(Timing.USUAL.lostWithin()).isLessThan(ofSeconds(5));
        assertThat(Timing.PING_BEATS).isEqualTo(Timing.LOST_BEATS / 2);
    }

    @Test
    void a_quiet_engine_that_answers_pings_is_not_lost() {
        timing = new Timing(ofSeconds(3), ofMillis(250));
        engine.inject(EngineFault.NO_SESSION_UPDATED);
        opened();

        await().during(ofMillis(1_500)).until(events::isEmpty);

        assertThat(engine.openSessions()).isEqualTo(1);
    }

    // --- the end ---

    @Test
    void a_closed_session_is_silent_and_gone() {
        script.says("A long answer that nobody will hear any more.");
        opened();
        var remote = ready();
        remote.typed("Hello?");
        await().until(() -> events.stream().anyMatch(CallEvent.ReplyStarted.class::isInstance));

        onLoop(session::close);
        int before = events.size();

        await().until(() -> remote.closed().isPresent());
        onLoop(() -> {
            session.say("x");
            session.respond();
            session.hear(AudioFrame.silence(20));
            session.cancel();
            session.close();
        });
        assertThat(remote.closed().orElseThrow().byClient()).isTrue();
        assertThat(events).hasSize(before);
    }

    @Test
    void a_session_closed_while_it_is_opened_leaves_nothing_behind() {
        opened(List.of(), OpenAiSession::close);

        await().until(() -> engine.attempts().size() == 1 && engine.openSessions() == 0);
        assertThat(events).isEmpty();
    }

    @Test
    void whoever_takes_an_event_may_close_the_session() {
        onLoop(() -> session = engineAt(address).open(OpenAiWireTest.brief("gpt-realtime-2.1", Map.of()), List.of(), event -> {
            events.add(event);
            session.close();
        }));

        await().until(() -> engine.latest().filter(remote -> !remote.open()).isPresent());
        assertThat(events).singleElement().isInstanceOf(EngineReady.class);
    }

    // --- the stage ---

    private OpenAiEngine engineAt(URI base) {
        return new OpenAiEngine(vertx, dialer, base, () -> apiKey, noticed::add, timing);
    }

    private static ConditionFactory await() {
        return Awaitility.await().pollDelay(Duration.ZERO).pollInterval(ofMillis(5)).atMost(SOON);
    }

    private void inRealTime() {
        engine.close();
        engine = SimulatedEngine.builder().vertx(ENGINE_LOOP).dialogue(script).start();
        address = engine.baseUrl();
    }

    private void opened() {
        opened(List.of(), _ -> {});
    }

    private void opened(List<Turn> history, Consumer<OpenAiSession> early) {
        var opening = engineAt(address);
        onLoop(() -> {
            session = opening.open(OpenAiWireTest.brief("gpt-realtime-2.1", Map.of()), history, events::add);
            early.accept(session);
        });
    }

    private SimulatedSession ready() {
        await().until(() -> events.stream().anyMatch(EngineReady.class::isInstance));
        return engine.latest().orElseThrow();
    }

    private EngineLost lost() {
        await().until(() -> events.stream().anyMatch(EngineLost.class::isInstance));
        return only(EngineLost.class);
    }

    private <T extends CallEvent> T only(Class<T> type) {
        var found = events.stream().filter(type::isInstance).map(type::cast).toList();
        assertThat(found).hasSize(1);
        return found.getFirst();
    }

    private List<ReplyEnded> ended() {
        return events.stream().filter(ReplyEnded.class::isInstance).map(ReplyEnded.class::cast).toList();
    }

    private Stream<byte[]> heard() {
        return events.stream().filter(AgentAudio.class::isInstance).map(event -> ((AgentAudio) event).frame().muLaw());
    }

    private long heardMillis() {
        return heard().mapToInt(bytes -> bytes.length).sum() / 8;
    }

    private double loudness() {
        return heard().mapToDouble(bytes -> {
                    double sum = 0;
                    for (byte each : bytes) {
                        sum += Math.abs(G711.linear(each));
                    }
                    return sum / bytes.length;
                })
                .average()
                .orElse(0);
    }

    private void onLoop(Runnable task) {
        var done = new CompletableFuture<Void>();
        loop.runOnContext(_ -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable failure) {
                done.completeExceptionally(failure);
            }
        });
        done.join();
    }

    private static List<String> types(SimulatedSession remote) {
        return remote.received().stream().map(event -> event.path("type").asString()).toList();
    }

    private static byte[] frame(int number) {
        var frame = new byte[160];
        Arrays.fill(frame, (byte) 0xFF);
        frame[0] = (byte) (0xF0 | number & 0x0F);
        frame[1] = (byte) (0xF0 | number >> 4 & 0x0F);
        frame[2] = (byte) (0xF0 | number >> 8 & 0x0F);
        return frame;
    }

    private static Turn turn(Turn.Speaker speaker, String text) {
        return new Turn(speaker, "item", text, false, Instant.EPOCH);
    }

    private static void upgradeAndFallSilent(Consumer<Buffer> answer, Buffer request) {
        var text = request.toString();
        if (!text.startsWith("GET ")) {
            return;
        }
        var key = text.replaceAll("(?s).*Sec-WebSocket-Key: (\\S+).*", "$1");
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1")
                    .digest((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.US_ASCII));
            answer.accept(Buffer.buffer("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    + "Sec-WebSocket-Accept: " + Base64.getEncoder().encodeToString(digest) + "\r\n\r\n"));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
