package io.offhook.telephony.twilio;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.telephony.Callees;
import io.offhook.telephony.CasePages;
import io.offhook.telephony.Fallback;
import io.offhook.telephony.Hold;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Meeting;
import io.offhook.telephony.NumberQuestion;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Switchboard;
import io.offhook.telephony.Waiting;
import io.offhook.telephony.Whisper;
import io.offhook.websocket.Limits;
import io.offhook.websocket.WebSocketConnection;
import io.offhook.websocket.WebSocketUpgrade;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The paths that Twilio calls, each checked by signature against the configured public URL before anything else
/// happens. May be mounted on the routers of several event loops.
///
/// A webhook is always answered within a second: when the switchboard takes longer or fails, with the fallback. Long,
/// because who may ask, what is asked and how it is answered are to be read in one place.
public final class TwilioRoutes {
    static final String INCOMING = "/voice/incoming";
    static final String STREAM = "/voice/stream";
    static final String CONTINUE = "/voice/continue";
    static final String WHISPER = "/voice/whisper";
    static final String WAIT = "/voice/wait";
    static final String MUSIC = "/voice/hold.wav";
    static final String STATUS = "/voice/status";
    static final String RECORDED = "/voice/recorded";

    static final String HUMAN = "/voice/human";
    static final String HUMAN_STATUS = "/voice/human-status";
    static final String MEETING = "/voice/meeting";
    static final String ALONE = "/voice/alone";

    /// Query parameters of `HUMAN`, `HUMAN_STATUS`, `MEETING` and `ALONE`: whose call it is for, and which attempt.
    static final String FOR = "for";

    static final String ATTEMPT = "attempt";

    /// Query parameter of `HUMAN`: how often the human was told to wait.
    static final String WAITED = "waited";

    /// Query parameter of `CONTINUE` and `WAIT`: the step of the route that has ended, or that the caller waits at.
    static final String AFTER = "after";

    /// Query parameter of `CONTINUE`: the caller was asked for the second time.
    static final String AGAIN = "again";

    /// Query parameter of `CONTINUE`: the number that the caller was asked to confirm, sealed.
    static final String HEARD = "heard";

    /// Query parameter of `RECORDED`: whose mailbox the message is for.
    static final String MAILBOX = "mailbox";

    /// The key with which a human takes a call.
    static final String ACCEPT = "1";

    static final int MAX_BODY_BYTES = 64 << 10;
    private static final Duration ANSWER_WITHIN = Duration.ofMillis(900);
    /// Within the time that the addresses give it (`TwimlWriter.ASK_AGAIN`); after that Twilio tells it again.
    private static final Duration STORED_WITHIN = Duration.ofMillis(2_500);

    private static final Duration BODY_WITHIN = Duration.ofSeconds(10);
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);
    private static final Pattern AFTER_STEP = Pattern.compile("(?:^|&)" + AFTER + "=(\\d{1,3})(?:&|$)");
    private static final Pattern ONCE_MORE = Pattern.compile("(?:^|&)" + AGAIN + "=1(?:&|$)");
    private static final Pattern HEARD_NUMBER = Pattern.compile("(?:^|&)" + HEARD + "=([^&]{0,200})(?:&|$)");
    /// Without an exponent, which nobody writes for a number from 0 to 1.
    private static final Pattern CONFIDENCE = Pattern.compile("[01](?:\\.[0-9]{1,20})?");
    private static final Pattern NO_CONFIDENCE = Pattern.compile("0(?:\\.0{1,20})?");
    private static final Pattern ONE_MEETING =
            Pattern.compile(FOR + "=(CA[0-9a-fA-F]{32})&" + ATTEMPT + "=(\\d{1,4})(?:&" + WAITED + "=(\\d{1,2}))?");
    private static final Pattern OF_MAILBOX = Pattern.compile("(?:^|&)" + MAILBOX + "=([a-z][a-z0-9_-]{0,63})(?:&|$)");
    /// Such as 31920, in a text whose form is not documented.
    private static final Pattern ERROR_CODE = Pattern.compile("\\b\\d{5}\\b");

    private static final Set<String> FINAL = Set.of("completed", "busy", "failed", "no-answer", "canceled");

    /// What a human hears while the answer is not there in time.
    private static final Callees.Answer LATER = new Callees.Answer.Wait("", "", new Callees.Answer.Leave("", ""));

    /// How carriers spell "no number" on a keypad: anonymous, restricted, blocked, unknown, unavailable.
    private static final Set<String> WITHHELD =
            Set.of("+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253");

    private static final Logger LOG = LoggerFactory.getLogger(TwilioRoutes.class);

    private final TwilioSettings settings;
    private final TwilioLimits limits;
    private final TwilioSignature signature;
    private final TwimlWriter twiml;
    private final NumberSeal seal;
    private final Switchboard switchboard;
    private final Optional<Callees> callees;
    private final MeetingTwiml meetings;
    private final Fallback fallback;
    private final TwilioMetrics metrics;
    private final LongSupplier nanoTime;
    private final AtomicInteger unproven = new AtomicInteger();

    /// @param fallback what a caller gets when the switchboard doesn't answer
    public TwilioRoutes(
            TwilioSettings settings,
            TwilioLimits limits,
            Switchboard switchboard,
            Fallback fallback,
            TwilioMetrics metrics) {
        this(
                settings,
                limits,
                switchboard,
                Optional.empty(),
                fallback,
                metrics,
                _ -> Optional.empty(),
                System::nanoTime);
    }

    /// @param callees  humans who are called while the agent has the caller; empty when there are none
    /// @param pages    where a human reads about a call
    /// @param nanoTime what limits are kept by; it may stand still
    public TwilioRoutes(
            TwilioSettings settings,
            TwilioLimits limits,
            Switchboard switchboard,
            Optional<Callees> callees,
            Fallback fallback,
            TwilioMetrics metrics,
            CasePages pages,
            LongSupplier nanoTime) {
        this.settings = settings;
        this.limits = limits;
        this.signature = new TwilioSignature(settings.tokens());
        this.twiml = new TwimlWriter(settings, pages);
        this.seal = new NumberSeal(settings);
        this.switchboard = switchboard;
        this.callees = callees;
        this.meetings = new MeetingTwiml(settings);
        this.fallback = fallback;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
    }

    /// Mounts the paths as they are, and under the public URL's path prefix for proxies that keep it.
    public void mount(Router router) {
        var music = Buffer.buffer(HoldMusic.wav());
        for (var prefix : prefixes()) {
            post(router, prefix, INCOMING, this::incoming);
            post(router, prefix, CONTINUE, this::next);
            post(router, prefix, WHISPER, (context, form, _) -> whisper(context, form));
            post(router, prefix, WAIT, this::waiting);
            callees.ifPresent(humans -> {
                post(router, prefix, HUMAN, (context, form, leg) -> human(context, form, leg, humans));
                post(router, prefix, HUMAN_STATUS, (context, form, leg) -> humanGone(context, form, leg, humans));
                post(router, prefix, MEETING, (context, form, leg) -> metOrLeft(context, form, leg, humans));
                post(router, prefix, ALONE, (context, _, leg) -> alone(context, leg, humans));
            });
            router.get(prefix + MUSIC).handler(context -> music(context, music));
            post(router, prefix, STATUS, this::status);
            post(router, prefix, RECORDED, this::recorded);
            router.route(prefix + STREAM).handler(this::stream);
            router.route(prefix + "/voice/*").handler(context -> end(context, 404));
        }
    }

    Set<String> prefixes() {
        return new LinkedHashSet<>(List.of("", settings.prefix()));
    }

    // --- the webhooks ---

    private void incoming(RoutingContext context, TwilioForm form, CallId call) {
        var ringing = new IncomingCall(
                call,
                number(form.first("From")),
                number(form.first("To")),
                form.first("StirVerstat"),
                over(form),
                Objects.requireNonNullElse(context.request().getHeader("I-Twilio-Idempotency-Token"), ""));
        answer(context, () -> switchboard.incoming(ringing), () -> fallback.incoming(ringing), twiml::write);
    }

    private void next(RoutingContext context, TwilioForm form, CallId call) {
        var step = step(context.request().query());
        var result = step.isPresent() ? Optional.of(result(form)) : Optional.<Route.Result>empty();
        var progress = new Progress(
                call,
                number(form.first("From")),
                number(form.first("To")),
                step,
                result,
                form.first("DialBridged").equals("true"),
                reply(form, context.request().query()),
                over(form));
        answer(context, () -> switchboard.next(progress), () -> fallback.next(progress), twiml::write);
    }

    /// Asked for the leg of a human who has picked up: first for the words, then with the key that was pressed.
    private void whisper(RoutingContext context, TwilioForm form) {
        var caller = TwilioStream.callId(form.first("ParentCallSid"));
        var step = step(context.request().query());
        if (form.first("Digits").equals(ACCEPT)) {
            answer(
                    context,
                    () -> caller.map(call -> switchboard.accepted(call, step))
                            .orElseGet(() -> CompletableFuture.completedStage(true)),
                    () -> true,
                    _ -> twiml.accepted());
        } else if (form.has("Digits")) {
            write(context, twiml.refused());
        } else {
            answer(
                    context,
                    () -> caller.map(switchboard::whisper)
                            .orElseGet(() -> CompletableFuture.completedStage(Whisper.OF_NOTHING)),
                    () -> Whisper.OF_NOTHING,
                    about -> twiml.whisper(about, step));
        }
    }

    /// Asked for the leg of a human who was called while the agent has the caller: first for the words, then with the
    /// key that was pressed.
    private void human(RoutingContext context, TwilioForm form, CallId leg, Callees humans) {
        var meeting = meeting(context);
        var digits = form.first("Digits");
        var callee = new Callees.Callee(meeting, leg.value());
        answer(
                context,
                () -> digits.isEmpty() ? humans.pickedUp(callee) : humans.pressed(callee, digits.charAt(0)),
                () -> LATER,
                answer -> meetings.callee(answer, meeting, waited(context)));
    }

    private void humanGone(RoutingContext context, TwilioForm form, CallId leg, Callees humans) {
        if (over(form)) {
            var how =
                    switch (form.first("CallStatus")) {
                        case "completed" -> Route.Result.ACCEPTED;
                        case "busy" -> Route.Result.BUSY;
                        case "no-answer", "canceled" -> Route.Result.NO_ANSWER;
                        default -> Route.Result.FAILED;
                    };
            humans.ended(new Callees.Callee(meeting(context), leg.value()), how);
        }
        end(context, 204);
    }

    private static void metOrLeft(RoutingContext context, TwilioForm form, CallId leg, Callees humans) {
        var meeting = meeting(context);
        switch (form.first("StatusCallbackEvent")) {
            case "participant-join" -> humans.joined(meeting, leg.value());
            case "participant-leave" -> humans.left(meeting, leg.value());
            default -> {}
        }
        end(context, 204);
    }

    /// Asked again and again for whoever is alone in a meeting.
    private void alone(RoutingContext context, CallId leg, Callees humans) {
        var meeting = meeting(context);
        answer(
                context,
                () -> humans.alone(meeting, leg.value()),
                () -> Callees.Comfort.NONE,
                words -> meetings.alone(words, meeting));
    }

    private static int waited(RoutingContext context) {
        var query = context.request().query();
        var found = ONE_MEETING.matcher(query == null ? "" : query);
        return found.matches() && found.group(3) != null ? Integer.parseInt(found.group(3)) : 0;
    }

    /// One that nobody knows stands for what is no address of ours, although it is signed.
    private static Meeting meeting(RoutingContext context) {
        var query = context.request().query();
        var found = ONE_MEETING.matcher(query == null ? "" : query);
        return found.matches()
                ? new Meeting(new CallId(found.group(1)), Integer.parseInt(found.group(2)))
                : new Meeting(new CallId("CA" + "0".repeat(32)), 0);
    }

    private void waiting(RoutingContext context, TwilioForm form, CallId call) {
        int step = step(context.request().query()).orElse(0);
        var digits = form.first("Digits");
        var waiting = new Waiting(
                call,
                step,
                whole(form.first("QueuePosition")),
                whole(form.first("QueueTime")).stream()
                        .mapToObj(Duration::ofSeconds)
                        .findFirst(),
                digits.isEmpty() ? Optional.empty() : Optional.of(digits.charAt(0)));
        answer(context, () -> switchboard.waiting(waiting), Hold::usual, hold -> twiml.hold(hold, step));
    }

    /// The same for everybody, so that whoever plays it may keep it.
    private static void music(RoutingContext context, Buffer music) {
        context.response()
                .putHeader("Content-Type", "audio/wav")
                .putHeader("Cache-Control", "public, max-age=86400")
                .end(music);
    }

    private static OptionalInt whole(String text) {
        return text.matches("\\d{1,6}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }

    private void status(RoutingContext context, TwilioForm form, CallId call) {
        if (form.has("StreamEvent")) {
            if (form.first("StreamEvent").equals("stream-error")) {
                metrics.count(TwilioMetrics.STREAM_ERROR);
                var code = ERROR_CODE.matcher(form.first("StreamError"));
                LOG.atWarn()
                        .addKeyValue("call", call)
                        .addKeyValue("error", code.find() ? code.group() : "unknown")
                        .log("stream error reported by twilio");
            }
        } else if (over(form)) {
            switchboard.over(call, form.first("CallStatus"));
        }
        end(context, 204);
    }

    private void recorded(RoutingContext context, TwilioForm form, CallId call) {
        var recording = form.first("RecordingUrl");
        var status = form.first("RecordingStatus");
        if (recording.isEmpty() || !(status.isEmpty() || status.equals("completed"))) {
            end(context, 204);
            return;
        }
        // Twilio does not ask again after a 204, so whoever says it has the message on disk.
        int seconds = seconds(form.first("RecordingDuration"));
        var mailbox = mailbox(context.request().query());
        answer(
                context,
                STORED_WITHIN,
                () -> switchboard.recorded(call, recording, seconds, mailbox),
                () -> false,
                stored -> end(context, stored ? 204 : 503));
    }

    private static OptionalInt step(@Nullable String query) {
        var found = AFTER_STEP.matcher(query == null ? "" : query);
        return found.find() ? OptionalInt.of(Integer.parseInt(found.group(1))) : OptionalInt.empty();
    }

    /// A reply to a question that is not known any more is none: the same key may mean another number.
    private Progress.Reply reply(TwilioForm form, @Nullable String query) {
        var asked = query == null ? "" : query;
        var sealed = HEARD_NUMBER.matcher(asked);
        boolean confirming = sealed.find();
        var heard = confirming ? seal.open(sealed.group(1)) : Optional.<PhoneNumber>empty();
        if (confirming && heard.isEmpty()) {
            LOG.atWarn().log("the number that a caller was asked to confirm can't be read; the reply does not count");
            return Progress.Reply.NOTHING;
        }
        var question = new NumberQuestion(ONCE_MORE.matcher(asked).find(), heard);
        var keys = form.first("Digits");
        var words = form.first("SpeechResult");
        return keys.isEmpty() && !words.isEmpty()
                ? new Progress.Reply("", words, confidence(form.first("Confidence")), question)
                : new Progress.Reply(keys, "", 0, question);
    }

    /// Some of the recognisers that Twilio chooses from do not say, and then it writes 0.
    private static double confidence(String text) {
        if (text.isEmpty() || NO_CONFIDENCE.matcher(text).matches()) {
            return 1;
        }
        return CONFIDENCE.matcher(text).matches() ? Math.min(1, Double.parseDouble(text)) : 0;
    }

    private static Optional<String> mailbox(@Nullable String query) {
        var found = OF_MAILBOX.matcher(query == null ? "" : query);
        return found.find() ? Optional.of(found.group(1)) : Optional.empty();
    }

    private static int seconds(String text) {
        return whole(text).orElse(0);
    }

    static boolean over(TwilioForm form) {
        return FINAL.contains(form.first("CallStatus"));
    }

    private static Optional<PhoneNumber> number(String text) {
        return WITHHELD.contains(text) ? Optional.empty() : PhoneNumber.parse(text);
    }

    /// How a step of the route ended. What Twilio may say in the future counts as a failure: the next step is tried.
    static Route.Result result(TwilioForm form) {
        if (form.has("DialCallStatus")) {
            return switch (form.first("DialCallStatus")) {
                // Twilio may say so of a leg that a mailbox picked up and nobody took.
                case "completed", "answered" ->
                    form.first("DialBridged").equals("false") ? Route.Result.NO_ANSWER : Route.Result.ACCEPTED;
                case "busy" -> Route.Result.BUSY;
                case "no-answer" -> Route.Result.NO_ANSWER;
                case "canceled" -> Route.Result.CALLER_GONE;
                default -> Route.Result.FAILED;
            };
        }
        if (form.has("QueueResult")) {
            return switch (form.first("QueueResult")) {
                case "bridged", "bridging-in-process", "redirected", "redirected-from-bridged" -> Route.Result.ACCEPTED;
                case "hangup" -> Route.Result.CALLER_GONE;
                case "leave" -> Route.Result.NO_ANSWER;
                case "queue-full" -> Route.Result.QUEUE_FULL;
                default -> Route.Result.FAILED;
            };
        }
        if (form.has("RecordingUrl")) {
            return Route.Result.VOICEMAIL;
        }
        return over(form) ? Route.Result.CALLER_GONE : Route.Result.FAILED;
    }

    // --- the stream ---

    private void stream(RoutingContext context) {
        var request = context.request();
        if (!request.method().equals(HttpMethod.GET)) {
            context.response().putHeader("Allow", "GET");
            end(context, 405);
        } else if (!signed(context, claimed -> signature.signs(claimed, url(context, settings.socketUrl(STREAM))))) {
            refuse(context, STREAM, TwilioMetrics.BAD_SIGNATURE);
        } else if (unproven.incrementAndGet() > limits.maxUnproven()) {
            unproven.decrementAndGet();
            metrics.count(TwilioMetrics.TOO_MANY_STREAMS);
            end(context, 503);
        } else {
            accept(context);
        }
    }

    private void accept(RoutingContext context) {
        var source = source(context);
        var listener = new TwilioConnection(connection -> stream(connection, source), source, limits.check());
        try {
            WebSocketUpgrade.accept(
                            context.request(), new Limits(limits.maxMessageBytes(), CLOSE_WITHIN), listener)
                    .onSuccess(listener::opened)
                    .onFailure(_ -> notAccepted());
        } catch (RuntimeException e) {
            notAccepted();
            throw e;
        }
    }

    private void notAccepted() {
        unproven.decrementAndGet();
        metrics.count(TwilioMetrics.BAD_REQUEST);
    }

    private TwilioStream stream(WebSocketConnection connection, String source) {
        var context = connection.context();
        return new TwilioStream(
                settings,
                limits,
                switchboard,
                metrics,
                new TwilioConnection.Sender(connection),
                source,
                task -> context.runOnContext(_ -> task.run()),
                nanoTime,
                unproven::decrementAndGet);
    }

    // --- asking and answering ---

    interface Webhook {
        void on(RoutingContext context, TwilioForm form, CallId call);
    }

    void post(Router router, String prefix, String path, Webhook webhook) {
        router.route(prefix + path).handler(context -> {
            if (context.request().method().equals(HttpMethod.POST)) {
                read(context, body -> posted(context, path, body, webhook));
            } else {
                context.response().putHeader("Allow", "POST");
                end(context, 405);
            }
        });
    }

    private void posted(RoutingContext context, String path, byte[] body, Webhook webhook) {
        var parsed = TwilioForm.parse(body);
        if (parsed.isEmpty()) {
            metrics.count(TwilioMetrics.BAD_REQUEST);
            end(context, 400);
            return;
        }
        var form = parsed.get();
        var url = url(context, settings.url(path));
        if (!signed(context, claimed -> signature.signs(claimed, url, form.values()))) {
            refuse(context, path, TwilioMetrics.BAD_SIGNATURE);
        } else if (!form.first("AccountSid").equals(settings.accountSid())) {
            refuse(context, path, TwilioMetrics.BAD_ACCOUNT);
        } else {
            TwilioStream.callId(form.first("CallSid"))
                    .ifPresentOrElse(call -> webhook.on(context, form, call), () -> {
                        metrics.count(TwilioMetrics.BAD_REQUEST);
                        end(context, 400);
                    });
        }
    }

    <T> void answer(
            RoutingContext context,
            Supplier<CompletionStage<T>> question,
            Supplier<T> otherwise,
            Function<T, String> document) {
        answer(context, ANSWER_WITHIN, question, otherwise, answer -> write(context, document.apply(answer)));
    }

    private <T> void answer(
            RoutingContext context,
            Duration within,
            Supplier<CompletionStage<T>> question,
            Supplier<T> otherwise,
            Consumer<T> say) {
        var vertx = context.vertx();
        var loop = vertx.getOrCreateContext();
        var answered = new AtomicBoolean();
        long timer = unlessBefore(vertx, nanoTime.getAsLong() + within.toNanos(), answered, () -> {
            late(context, "no answer in time", Optional.empty());
            sayOtherwise(context, otherwise, say);
        });
        try {
            var _ = question.get().whenComplete((answer, error) -> {
                if (answered.compareAndSet(false, true)) {
                    vertx.cancelTimer(timer);
                    loop.runOnContext(_ -> {
                        if (answer == null) {
                            late(context, "no answer", Optional.ofNullable(error));
                            sayOtherwise(context, otherwise, say);
                        } else {
                            say(context, answer, otherwise, say);
                        }
                    });
                }
            });
        } catch (RuntimeException e) {
            if (answered.compareAndSet(false, true)) {
                vertx.cancelTimer(timer);
                late(context, "no answer", Optional.of(e));
                sayOtherwise(context, otherwise, say);
            }
        }
    }

    /// An answer that can't be written is none.
    private <T> void say(RoutingContext context, T answer, Supplier<T> otherwise, Consumer<T> say) {
        try {
            say.accept(answer);
        } catch (RuntimeException e) {
            late(context, "no answer that can be written", Optional.of(e));
            sayOtherwise(context, otherwise, say);
        }
    }

    /// Where even that can't be said, Twilio goes on with the number's fallback URL.
    private <T> void sayOtherwise(RoutingContext context, Supplier<T> otherwise, Consumer<T> say) {
        try {
            say.accept(otherwise.get());
        } catch (RuntimeException e) {
            late(context, "no fallback that can be written", Optional.of(e));
            end(context, 500);
        }
    }

    /// Runs the task at that time, unless something else was faster by then.
    private long unlessBefore(Vertx vertx, long due, AtomicBoolean done, Runnable task) {
        long millis = (due - nanoTime.getAsLong()) / 1_000_000;
        return vertx.setTimer(Math.max(1, millis), _ -> {
            if (nanoTime.getAsLong() < due && !done.get()) {
                var _ = unlessBefore(vertx, due, done, task);
            } else if (done.compareAndSet(false, true)) {
                task.run();
            }
        });
    }

    private void late(RoutingContext context, String what, Optional<Throwable> error) {
        metrics.count(TwilioMetrics.ANSWER_LATE);
        var line = LOG.atError().addKeyValue("path", context.request().path());
        error.map(line::setCause).orElse(line).log("{}: answered without", what);
    }

    private static void write(RoutingContext context, String document) {
        if (!context.response().closed()) {
            context.response()
                    .putHeader("Content-Type", "text/xml; charset=utf-8")
                    .putHeader("Cache-Control", "no-store")
                    .end(document);
        }
    }

    /// Reads the body, or answers 413.
    private void read(RoutingContext context, Consumer<byte[]> whole) {
        var request = context.request();
        var body = Buffer.buffer();
        var done = new AtomicBoolean();
        long timer = context.vertx().setTimer(BODY_WITHIN.toMillis(), _ -> {
            if (done.compareAndSet(false, true)) {
                tooMuch(context, 408);
            }
        });
        request.exceptionHandler(_ -> {
            done.set(true);
            context.vertx().cancelTimer(timer);
        });
        request.handler(chunk -> {
            if (!done.get() && body.length() + chunk.length() > MAX_BODY_BYTES) {
                done.set(true);
                context.vertx().cancelTimer(timer);
                metrics.count(TwilioMetrics.BODY_TOO_BIG);
                tooMuch(context, 413);
            } else if (!done.get()) {
                body.appendBuffer(chunk);
            }
        });
        request.endHandler(_ -> {
            if (done.compareAndSet(false, true)) {
                context.vertx().cancelTimer(timer);
                whole.accept(body.getBytes());
            }
        });
    }

    /// Answers and hangs up, since the rest of the body is still on its way. HTTP/2 keeps its connection, which carries
    /// other requests as well.
    private static void tooMuch(RoutingContext context, int code) {
        var request = context.request();
        if (request.version() == HttpVersion.HTTP_2) {
            end(context, code);
        } else {
            context.response().putHeader("Connection", "close");
            var _ = context.response()
                    .setStatusCode(code)
                    .end()
                    .onComplete(_ -> request.connection().close());
        }
    }

    static void end(RoutingContext context, int code) {
        if (!context.response().closed()) {
            context.response().setStatusCode(code).end();
        }
    }

    // --- who asks ---

    private interface Check {
        boolean holds(String claimed);
    }

    /// The public URL with the query exactly as it came: decoding it would break the signature.
    private static String url(RoutingContext context, String base) {
        var target = context.request().uri();
        int query = target.indexOf('?');
        return query < 0 ? base : base + target.substring(query);
    }

    private boolean signed(RoutingContext context, Check check) {
        var claimed = context.request().getHeader("X-Twilio-Signature");
        return claimed == null ? settings.allowUnsigned() : check.holds(claimed);
    }

    private void refuse(RoutingContext context, String path, String reason) {
        metrics.count(reason);
        LOG.atWarn()
                .addKeyValue("path", path)
                .addKeyValue("reason", reason)
                .addKeyValue("source", source(context))
                .log("request refused");
        end(context, 403);
    }

    private static String source(RoutingContext context) {
        var address = context.request().remoteAddress();
        var host = address == null ? null : address.hostAddress();
        return host == null ? "unknown" : host;
    }
}
