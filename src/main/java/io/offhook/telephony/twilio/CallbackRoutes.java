package io.offhook.telephony.twilio;

import io.offhook.call.CallId;
import io.offhook.call.Route;
import io.offhook.telephony.CallbackDesk;
import io.offhook.telephony.CallbackDesk.Answer;
import io.offhook.telephony.CallbackDesk.Ring;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// What Twilio asks about people who are rung for a caller that wants to be called back. Every request goes to one path,
/// checked like all others; which ring it is about and what has happened stand in the query, which the signature covers.
public final class CallbackRoutes {
    static final String CALLBACK = "/voice/callback";
    private static final Pattern QUERY =
            Pattern.compile("wish=([A-Za-z0-9_-]{1,64})&ring=(\\d{1,6})&after=([a-z]{1,9})");

    /// What has happened.
    enum After {
        /// Somebody picked up.
        RINGING,
        /// A key was pressed.
        KEY,
        /// All was said and no key pressed.
        SILENCE,
        /// The caller was dialled.
        DIAL,
        /// The human's call is over.
        CALL;

        private static Optional<After> of(String word) {
            for (var each : values()) {
                if (each.word().equals(word)) {
                    return Optional.of(each);
                }
            }
            return Optional.empty();
        }

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private record Query(Ring ring, After after) {
        static Optional<Query> of(String text) {
            var found = QUERY.matcher(text);
            if (!found.matches()) {
                return Optional.empty();
            }
            var ring = new Ring(new CallId(found.group(1)), Integer.parseInt(found.group(2)));
            return After.of(found.group(3)).map(after -> new Query(ring, after));
        }
    }

    private final Webhooks webhooks;
    private final CallbackDesk desk;
    private final CallbackTwiml twiml;

    /// @param routes whose webhooks these are asked like
    public CallbackRoutes(TwilioRoutes routes, TwilioSettings settings, CallbackDesk desk) {
        this.webhooks = routes.webhooks();
        this.desk = desk;
        this.twiml = new CallbackTwiml(settings);
    }

    /// Before the other routes, which answer for every path that is left.
    public void mount(Router router) {
        webhooks.prefixes().forEach(prefix -> webhooks.post(router, prefix, CALLBACK, this::asked));
    }

    /// Where Twilio asks after this.
    static URI url(TwilioSettings settings, Ring ring, After after) {
        return URI.create(settings.url(CALLBACK) + "?wish=" + ring.wish() + "&ring=" + ring.number() + "&after="
                + after.word());
    }

    private void asked(RoutingContext context, TwilioForm form, CallId leg) {
        var query = Optional.ofNullable(context.request().query()).flatMap(Query::of);
        if (query.isEmpty()) {
            Webhooks.end(context, 400);
            return;
        }
        var ring = query.get().ring();
        switch (query.get().after()) {
            case RINGING -> answer(context, ring, () -> desk.pickedUp(ring));
            case KEY -> {
                boolean takes = form.first("Digits").equals(TwilioRoutes.ACCEPT);
                answer(context, ring, () -> takes ? desk.taken(ring, leg) : desk.declined(ring));
            }
            case SILENCE -> answer(context, ring, () -> desk.silent(ring));
            case DIAL -> answer(context, ring, () -> desk.dialled(ring, Reports.result(form)));
            case CALL -> {
                if (Reports.over(form)) {
                    desk.over(ring, result(form.first("CallStatus")));
                }
                Webhooks.end(context, 204);
            }
        }
    }

    private void answer(RoutingContext context, Ring ring, Supplier<CompletionStage<Answer>> question) {
        webhooks.answer(context, question, () -> Answer.HangUp.SILENTLY, answer -> twiml.write(answer, ring));
    }

    private static Route.Result result(String status) {
        return switch (status) {
            case "completed" -> Route.Result.ACCEPTED;
            case "busy" -> Route.Result.BUSY;
            case "no-answer" -> Route.Result.NO_ANSWER;
            default -> Route.Result.FAILED;
        };
    }
}
