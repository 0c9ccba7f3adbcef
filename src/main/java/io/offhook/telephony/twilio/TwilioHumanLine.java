package io.offhook.telephony.twilio;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.telephony.CallbackDesk.Ring;
import io.offhook.telephony.HumanLine;
import io.offhook.telephony.twilio.CallbackRoutes.After;
import java.time.Duration;
import java.util.Optional;

/// Rings people by Twilio's REST API. Any thread; blocks.
public final class TwilioHumanLine implements HumanLine {
    private static final Duration RING = Duration.ofSeconds(25);

    private final TwilioRest rest;
    private final TwilioSettings settings;

    /// @param rest not closed by this
    public TwilioHumanLine(TwilioRest rest, TwilioSettings settings) {
        this.rest = rest;
        this.settings = settings;
    }

    @Override
    public Placed ring(PhoneNumber human, PhoneNumber shown, Ring ring) {
        var document = new OutboundCall.Document.At(CallbackRoutes.url(settings, ring, After.RINGING));
        var order = OutboundCall.of(human, shown, document)
                .ringing(RING)
                .reporting(CallbackRoutes.url(settings, ring, After.CALL), OutboundCall.Event.COMPLETED);
        var answer = rest.place(order);
        return switch (answer) {
            case RestAnswer.Ok<TwilioCall> _ -> new Placed.Ringing();
            case RestAnswer.Gone<TwilioCall> _, RestAnswer.Rejected<TwilioCall> _ ->
                new Placed.Refused(answer.slug());
            // Credentials that an operator will put right.
            case RestAnswer.Refused<TwilioCall> _ -> new Placed.Later(answer.slug(), Optional.empty());
            case RestAnswer.Busy<TwilioCall>(var _, var pause) -> new Placed.Later(answer.slug(), pause);
            case RestAnswer.Unreachable<TwilioCall>(var _, boolean perhapsDone) ->
                perhapsDone ? new Placed.Unclear() : new Placed.Later(answer.slug(), Optional.empty());
        };
    }

    @Override
    public Optional<Boolean> over(CallId leg) {
        return switch (rest.call(leg.value())) {
            case RestAnswer.Ok<TwilioCall>(var call) -> Optional.of(call.over());
            case RestAnswer.Gone<TwilioCall> _ -> Optional.of(true);
            case RestAnswer.Busy<TwilioCall> _,
                    RestAnswer.Refused<TwilioCall> _,
                    RestAnswer.Rejected<TwilioCall> _,
                    RestAnswer.Unreachable<TwilioCall> _ ->
                Optional.empty();
        };
    }
}
