package io.offhook.telephony.twilio;

import io.offhook.call.PhoneNumber;
import io.offhook.telephony.HumanLegs;
import io.offhook.telephony.Meeting;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Calls humans by REST. Nothing is repeated here: after a time-out a phone may be ringing, and whoever picks it up is
/// told that nobody waits.
public final class TwilioHumanLegs implements HumanLegs {
    private static final Logger LOG = LoggerFactory.getLogger(TwilioHumanLegs.class);

    private final TwilioRest rest;
    private final MeetingTwiml twiml;

    public TwilioHumanLegs(TwilioRest rest, TwilioSettings settings) {
        this.rest = rest;
        this.twiml = new MeetingTwiml(settings);
    }

    @Override
    public Rung ring(Meeting meeting, PhoneNumber human, PhoneNumber from, Duration patience) {
        var call = OutboundCall.of(human, from, new OutboundCall.Document.At(URI.create(twiml.page(meeting))))
                .ringing(Duration.ofSeconds(Math.clamp(patience.toSeconds(), 5, 600)))
                .reporting(URI.create(twiml.status(meeting)), OutboundCall.Event.COMPLETED);
        var answer = rest.place(call);
        if (answer instanceof RestAnswer.Ok<TwilioCall>(var placed)) {
            return new Rung.Ringing(placed.sid());
        }
        LOG.atWarn()
                .addKeyValue("call", meeting.caller())
                .addKeyValue("problem", answer.problem())
                .log("a human can't be called");
        return new Rung.Failed("rest_" + answer.slug());
    }

    @Override
    public boolean dismiss(String leg, String say, String language) {
        return switch (rest.cancel(leg)) {
            case RestAnswer.Ok<TwilioCall>(var call) when !call.status().equals("in-progress") -> true;
            // Somebody has picked up, or has hung up already.
            case RestAnswer.Ok<TwilioCall> _, RestAnswer.Gone<TwilioCall> _ ->
                settled(rest.redirect(leg, new OutboundCall.Document.Twiml(MeetingTwiml.leave(say, language))));
            default -> false;
        };
    }

    @Override
    public boolean recall(Meeting meeting) {
        return switch (rest.room(meeting.room())) {
            // The caller's call itself is not touched: it may be with the next person by now.
            case RestAnswer.Ok<Optional<TwilioConference>>(var room) when room.isPresent() ->
                settled(rest.remove(room.get().sid(), meeting.caller().value()));
            case RestAnswer.Ok<Optional<TwilioConference>> _ -> true;
            default -> false;
        };
    }

    private static boolean settled(RestAnswer<?> answer) {
        return answer instanceof RestAnswer.Ok<?> || answer instanceof RestAnswer.Gone<?>;
    }
}
