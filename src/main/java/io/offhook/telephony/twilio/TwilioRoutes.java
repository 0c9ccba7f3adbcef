package io.offhook.telephony.twilio;

import io.offhook.call.CallId;
import io.offhook.call.Route;
import io.offhook.telephony.Callees;
import io.offhook.telephony.CasePages;
import io.offhook.telephony.Fallback;
import io.offhook.telephony.Hold;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Switchboard;
import io.offhook.telephony.Waiting;
import io.offhook.telephony.Whisper;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The paths that Twilio calls: here those about a caller's call, in [HumanRoutes] those of a human's leg, in
/// [StreamRoute] the media stream. How a webhook is checked and answered is in [Webhooks], what it says in [Reports].
///
/// May be mounted on the routers of several event loops. Decides nothing about a call: the switchboard is asked, and
/// where that does not answer, the fallback.
public final class TwilioRoutes {
    static final String INCOMING = "/voice/incoming";
    static final String STREAM = "/voice/stream";
    static final String CONTINUE = "/voice/continue";
    static final String WHISPER = "/voice/whisper";
    static final String WAIT = "/voice/wait";
    static final String MUSIC = "/voice/hold.wav";
    static final String STATUS = "/voice/status";
    static final String RECORDED = "/voice/recorded";

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

    /// Within the time that the addresses give it (`TwimlWriter.ASK_AGAIN`); after that Twilio tells it again.
    private static final Duration STORED_WITHIN = Duration.ofMillis(2_500);

    private static final Logger LOG = LoggerFactory.getLogger(TwilioRoutes.class);

    private final Webhooks webhooks;
    private final TwimlWriter twiml;
    private final NumberSeal seal;
    private final Switchboard switchboard;
    private final Optional<HumanRoutes> humans;
    private final StreamRoute stream;
    private final Fallback fallback;
    private final TwilioMetrics metrics;

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
        this.webhooks = new Webhooks(settings, metrics, nanoTime);
        this.twiml = new TwimlWriter(settings, pages);
        this.seal = new NumberSeal(settings);
        this.switchboard = switchboard;
        this.humans = callees.map(asked -> new HumanRoutes(webhooks, settings, asked));
        this.stream = new StreamRoute(settings, limits, webhooks, switchboard, metrics, nanoTime);
        this.fallback = fallback;
        this.metrics = metrics;
    }

    /// Mounts the paths as they are, and under the public URL's path prefix for proxies that keep it.
    public void mount(Router router) {
        var music = Buffer.buffer(HoldMusic.wav());
        for (var prefix : webhooks.prefixes()) {
            webhooks.post(router, prefix, INCOMING, this::incoming);
            webhooks.post(router, prefix, CONTINUE, this::next);
            webhooks.post(router, prefix, WHISPER, (context, form, _) -> whisper(context, form));
            webhooks.post(router, prefix, WAIT, this::waiting);
            humans.ifPresent(routes -> routes.mount(router, prefix));
            router.get(prefix + MUSIC).handler(context -> music(context, music));
            webhooks.post(router, prefix, STATUS, this::status);
            webhooks.post(router, prefix, RECORDED, this::recorded);
            stream.mount(router, prefix);
            router.route(prefix + "/voice/*").handler(context -> Webhooks.end(context, 404));
        }
    }

    /// For other routes that are asked in the same way.
    Webhooks webhooks() {
        return webhooks;
    }

    private void incoming(RoutingContext context, TwilioForm form, CallId call) {
        var ringing = new IncomingCall(
                call,
                Reports.number(form.first("From")),
                Reports.number(form.first("To")),
                form.first("StirVerstat"),
                Reports.over(form),
                Objects.requireNonNullElse(context.request().getHeader("I-Twilio-Idempotency-Token"), ""));
        webhooks.answer(context, () -> switchboard.incoming(ringing), () -> fallback.incoming(ringing), twiml::write);
    }

    private void next(RoutingContext context, TwilioForm form, CallId call) {
        var step = Reports.step(Webhooks.query(context));
        var result = step.isPresent() ? Optional.of(Reports.result(form)) : Optional.<Route.Result>empty();
        var progress = new Progress(
                call,
                Reports.number(form.first("From")),
                Reports.number(form.first("To")),
                step,
                result,
                form.first("DialBridged").equals("true"),
                reply(context, form),
                Reports.over(form));
        webhooks.answer(context, () -> switchboard.next(progress), () -> fallback.next(progress), twiml::write);
    }

    /// A reply to a question that is not known any more is none: the same key may mean another number.
    private Progress.Reply reply(RoutingContext context, TwilioForm form) {
        return Reports.reply(form, Webhooks.query(context), seal).orElseGet(() -> {
            LOG.atWarn().log("the number that a caller was asked to confirm can't be read; the reply does not count");
            return Progress.Reply.NOTHING;
        });
    }

    /// Asked for the leg of a human who has picked up: first for the words, then with the key that was pressed.
    private void whisper(RoutingContext context, TwilioForm form) {
        var caller = TwilioStream.callId(form.first("ParentCallSid"));
        var step = Reports.step(Webhooks.query(context));
        if (form.first("Digits").equals(ACCEPT)) {
            webhooks.answer(
                    context,
                    () -> caller.map(call -> switchboard.accepted(call, step))
                            .orElseGet(() -> CompletableFuture.completedStage(true)),
                    () -> true,
                    _ -> twiml.accepted());
        } else if (form.has("Digits")) {
            Webhooks.write(context, twiml.refused());
        } else {
            webhooks.answer(
                    context,
                    () -> caller.map(switchboard::whisper)
                            .orElseGet(() -> CompletableFuture.completedStage(Whisper.OF_NOTHING)),
                    () -> Whisper.OF_NOTHING,
                    about -> twiml.whisper(about, step));
        }
    }

    private void waiting(RoutingContext context, TwilioForm form, CallId call) {
        int step = Reports.step(Webhooks.query(context)).orElse(0);
        var digits = form.first("Digits");
        var waiting = new Waiting(
                call,
                step,
                Reports.whole(form.first("QueuePosition")),
                Reports.whole(form.first("QueueTime")).stream()
                        .mapToObj(Duration::ofSeconds)
                        .findFirst(),
                digits.isEmpty() ? Optional.empty() : Optional.of(digits.charAt(0)));
        webhooks.answer(context, () -> switchboard.waiting(waiting), Hold::usual, hold -> twiml.hold(hold, step));
    }

    /// The same for everybody, so that whoever plays it may keep it.
    private static void music(RoutingContext context, Buffer music) {
        context.response()
                .putHeader("Content-Type", "audio/wav")
                .putHeader("Cache-Control", "public, max-age=86400")
                .end(music);
    }

    private void status(RoutingContext context, TwilioForm form, CallId call) {
        if (form.has("StreamEvent")) {
            if (form.first("StreamEvent").equals("stream-error")) {
                metrics.count(TwilioMetrics.STREAM_ERROR);
                LOG.atWarn()
                        .addKeyValue("call", call)
                        .addKeyValue("error", Reports.error(form))
                        .log("stream error reported by twilio");
            }
        } else if (Reports.over(form)) {
            switchboard.over(call, form.first("CallStatus"));
        }
        Webhooks.end(context, 204);
    }

    private void recorded(RoutingContext context, TwilioForm form, CallId call) {
        var recording = form.first("RecordingUrl");
        var status = form.first("RecordingStatus");
        if (recording.isEmpty() || !(status.isEmpty() || status.equals("completed"))) {
            Webhooks.end(context, 204);
            return;
        }
        // Twilio does not ask again after a 204, so whoever says it has the message on disk.
        int seconds = Reports.seconds(form.first("RecordingDuration"));
        var mailbox = Reports.mailbox(Webhooks.query(context));
        webhooks.answer(
                context,
                STORED_WITHIN,
                () -> switchboard.recorded(call, recording, seconds, mailbox),
                () -> false,
                stored -> Webhooks.end(context, stored ? 204 : 503));
    }
}
