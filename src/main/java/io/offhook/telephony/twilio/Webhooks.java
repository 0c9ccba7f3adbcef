package io.offhook.telephony.twilio;

import io.offhook.call.CallId;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpVersion;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How Twilio's webhooks are read, checked and answered, whatever they are about. Each is checked by signature against
/// the configured public URL, and by account, before anything else happens. Used on several event loops; a request
/// stays on the one that took it.
///
/// A webhook is always answered within a second: when whoever is asked takes longer or fails, with what is said
/// otherwise. Knows nothing of what is asked; refuses what is not a form that Twilio has signed.
final class Webhooks {
    private static final int MAX_BODY_BYTES = 64 << 10;
    private static final Duration ANSWER_WITHIN = Duration.ofMillis(900);
    private static final Duration BODY_WITHIN = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

    private final TwilioSettings settings;
    private final TwilioSignature signature;
    private final TwilioMetrics metrics;
    private final LongSupplier nanoTime;

    /// @param nanoTime what limits are kept by; it may stand still
    Webhooks(TwilioSettings settings, TwilioMetrics metrics, LongSupplier nanoTime) {
        this.settings = settings;
        this.signature = new TwilioSignature(settings.tokens());
        this.metrics = metrics;
        this.nanoTime = nanoTime;
    }

    /// The paths are mounted as they are, and under the public URL's path prefix for proxies that keep it.
    Set<String> prefixes() {
        return new LinkedHashSet<>(List.of("", settings.prefix()));
    }

    /// What is done about a request that was checked.
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

    /// The query as it came; empty text when there is none.
    static String query(RoutingContext context) {
        var query = context.request().query();
        return query == null ? "" : query;
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

    /// @param question  may be answered on any thread
    /// @param otherwise what is said when there is no answer in time, or none at all
    <T> void answer(
            RoutingContext context,
            Supplier<CompletionStage<T>> question,
            Supplier<T> otherwise,
            Function<T, String> document) {
        answer(context, ANSWER_WITHIN, question, otherwise, answer -> write(context, document.apply(answer)));
    }

    /// The same for what takes another time, or is no document.
    <T> void answer(
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

    static void write(RoutingContext context, String document) {
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

    /// Whether a request without a form was signed by who may ask for this URL.
    boolean signed(RoutingContext context, String base) {
        return signed(context, claimed -> signature.signs(claimed, url(context, base)));
    }

    private boolean signed(RoutingContext context, Check check) {
        var claimed = context.request().getHeader("X-Twilio-Signature");
        return claimed == null ? settings.allowUnsigned() : check.holds(claimed);
    }

    void refuse(RoutingContext context, String path, String reason) {
        metrics.count(reason);
        LOG.atWarn()
                .addKeyValue("path", path)
                .addKeyValue("reason", reason)
                .addKeyValue("source", source(context))
                .log("request refused");
        end(context, 403);
    }

    static String source(RoutingContext context) {
        var address = context.request().remoteAddress();
        var host = address == null ? null : address.hostAddress();
        return host == null ? "unknown" : host;
    }
}
