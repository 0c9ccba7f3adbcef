package io.offhook.telephony.twilio;

import io.offhook.call.CallId;
import io.offhook.call.Route;
import io.offhook.telephony.Callees;
import io.offhook.telephony.Meeting;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.regex.Pattern;

/// The webhooks of a human's leg: of one who is called while the agent has the caller, until the two have met and one
/// of them has left. May be mounted on the routers of several event loops. Decides nothing: what Twilio says is passed
/// on to [Callees], whose answer becomes TwiML.
final class HumanRoutes {
    static final String HUMAN = "/voice/human";
    static final String HUMAN_STATUS = "/voice/human-status";
    static final String MEETING = "/voice/meeting";
    static final String ALONE = "/voice/alone";

    /// Query parameters of all of them: whose call it is for, and which attempt.
    static final String FOR = "for";

    static final String ATTEMPT = "attempt";

    /// Query parameter of `HUMAN`: how often the human was told to wait.
    static final String WAITED = "waited";

    private static final Pattern ONE_MEETING =
            Pattern.compile(FOR + "=(CA[0-9a-fA-F]{32})&" + ATTEMPT + "=(\\d{1,4})(?:&" + WAITED + "=(\\d{1,2}))?");

    /// What a human hears while the answer is not there in time.
    private static final Callees.Answer LATER = new Callees.Answer.Wait("", "", new Callees.Answer.Leave("", ""));

    private final Webhooks webhooks;
    private final Callees humans;
    private final MeetingTwiml twiml;

    HumanRoutes(Webhooks webhooks, TwilioSettings settings, Callees humans) {
        this.webhooks = webhooks;
        this.humans = humans;
        this.twiml = new MeetingTwiml(settings);
    }

    void mount(Router router, String prefix) {
        webhooks.post(router, prefix, HUMAN, this::human);
        webhooks.post(router, prefix, HUMAN_STATUS, this::gone);
        webhooks.post(router, prefix, MEETING, this::metOrLeft);
        webhooks.post(router, prefix, ALONE, (context, _, leg) -> alone(context, leg));
    }

    /// Asked when somebody has picked up: first for the words, then with the key that was pressed.
    private void human(RoutingContext context, TwilioForm form, CallId leg) {
        var meeting = meeting(context);
        var digits = form.first("Digits");
        var callee = new Callees.Callee(meeting, leg.value());
        webhooks.answer(
                context,
                () -> digits.isEmpty() ? humans.pickedUp(callee) : humans.pressed(callee, digits.charAt(0)),
                () -> LATER,
                answer -> twiml.callee(answer, meeting, waited(context)));
    }

    private void gone(RoutingContext context, TwilioForm form, CallId leg) {
        if (Reports.over(form)) {
            var how =
                    switch (form.first("CallStatus")) {
                        case "completed" -> Route.Result.ACCEPTED;
                        case "busy" -> Route.Result.BUSY;
                        case "no-answer", "canceled" -> Route.Result.NO_ANSWER;
                        default -> Route.Result.FAILED;
                    };
            humans.ended(new Callees.Callee(meeting(context), leg.value()), how);
        }
        Webhooks.end(context, 204);
    }

    private void metOrLeft(RoutingContext context, TwilioForm form, CallId leg) {
        var meeting = meeting(context);
        switch (form.first("StatusCallbackEvent")) {
            case "participant-join" -> humans.joined(meeting, leg.value());
            case "participant-leave" -> humans.left(meeting, leg.value());
            default -> {}
        }
        Webhooks.end(context, 204);
    }

    /// Asked again and again for whoever is alone in a meeting.
    private void alone(RoutingContext context, CallId leg) {
        var meeting = meeting(context);
        webhooks.answer(
                context,
                () -> humans.alone(meeting, leg.value()),
                () -> Callees.Comfort.NONE,
                words -> twiml.alone(words, meeting));
    }

    private static int waited(RoutingContext context) {
        var found = ONE_MEETING.matcher(Webhooks.query(context));
        return found.matches() && found.group(3) != null ? Integer.parseInt(found.group(3)) : 0;
    }

    /// One that nobody knows stands for what is no address of ours, although it is signed.
    private static Meeting meeting(RoutingContext context) {
        var found = ONE_MEETING.matcher(Webhooks.query(context));
        return found.matches()
                ? new Meeting(new CallId(found.group(1)), Integer.parseInt(found.group(2)))
                : new Meeting(new CallId("CA" + "0".repeat(32)), 0);
    }
}
