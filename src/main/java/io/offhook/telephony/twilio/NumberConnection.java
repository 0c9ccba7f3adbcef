package io.offhook.telephony.twilio;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Points a number at this server and back again, and never loses where it pointed before.
public final class NumberConnection {
    /// One line of what would change.
    public record Change(String what, String from, String to) {}

    /// What connecting a number comes to.
    ///
    /// @param before what disconnecting restores
    public record Plan(TwilioNumber number, VoiceWebhooks before, VoiceWebhooks after) {
        public List<Change> changes() {
            return changesBetween(number.webhooks(), after);
        }
    }

    /// How disconnecting ended.
    public sealed interface Undone {
        record Restored(VoiceWebhooks now) implements Undone {}

        /// Nothing was saved: the number was not connected from this folder.
        record NeverConnected() implements Undone {}

        /// The number has something else than Offhook set, so it is left alone.
        record ChangedSince(SavedWebhooks.Saved saved) implements Undone {}
    }

    private final TwilioRest rest;
    private final SavedWebhooks saved;

    public NumberConnection(TwilioRest rest, SavedWebhooks saved) {
        this.rest = rest;
        this.saved = saved;
    }

    /// @param fallback where callers go when the server does not answer; without one the number keeps what it has,
    /// unless that is this server itself
    public Plan plan(TwilioNumber number, URI publicUrl, Optional<URI> fallback) {
        var now = number.webhooks();
        var base = publicUrl.toString().replaceAll("/+$", "");
        boolean ownFallback = now.fallbackUrl().startsWith(base + "/");
        var after = new VoiceWebhooks(
                base + TwilioRoutes.INCOMING,
                "POST",
                fallback.map(URI::toString).orElse(ownFallback ? "" : now.fallbackUrl()),
                fallback.isPresent() || now.fallbackMethod().isEmpty() ? "POST" : now.fallbackMethod(),
                base + TwilioRoutes.STATUS,
                "POST");
        // A second connect must not take what the first one set for the state of before.
        var before = saved.find(number.sid())
                .filter(earlier -> earlier.after().sameAs(now))
                .map(SavedWebhooks.Saved::before)
                .orElse(now);
        return new Plan(number, before, after);
    }

    /// Saves, then changes, then looks whether it is so.
    public RestAnswer<TwilioNumber> connect(Plan plan) {
        var number = plan.number();
        saved.keep(new SavedWebhooks.Saved(number.sid(), number.number(), plan.before(), plan.after()));
        return change(number.sid(), plan.after());
    }

    /// @param force restores also where somebody has changed the number since
    public RestAnswer<Undone> disconnect(TwilioNumber number, boolean force) {
        var earlier = saved.find(number.sid());
        if (earlier.isEmpty()) {
            return new RestAnswer.Ok<>(new Undone.NeverConnected());
        }
        var now = number.webhooks();
        boolean ours = now.sameAs(earlier.get().after());
        if (!ours && !now.sameAs(earlier.get().before()) && !force) {
            return new RestAnswer.Ok<>(new Undone.ChangedSince(earlier.get()));
        }
        var answer = change(number.sid(), earlier.get().before());
        if (answer instanceof RestAnswer.Ok) {
            saved.forget(number.sid());
        }
        return answer.map(restored -> new Undone.Restored(restored.webhooks()));
    }

    private RestAnswer<TwilioNumber> change(String sid, VoiceWebhooks to) {
        var answer = rest.update(sid, to);
        if (answer instanceof RestAnswer.Unreachable<TwilioNumber>(var _, var perhapsDone) && perhapsDone) {
            // Setting the same again does no harm, and only a look tells whether it was done.
            var seen = rest.number(sid);
            answer = seen.ok().filter(each -> each.webhooks().sameAs(to)).isPresent() ? seen : rest.update(sid, to);
        }
        if (answer instanceof RestAnswer.Ok<TwilioNumber>(var number) && !number.webhooks().sameAs(to)) {
            return new RestAnswer.Unreachable<>("took the change, but shows other settings than asked for", true);
        }
        return answer;
    }

    public static List<Change> changesBetween(VoiceWebhooks from, VoiceWebhooks to) {
        var changes = new ArrayList<Change>();
        add(changes, "a call comes in", from.voiceUrl(), from.voiceMethod(), to.voiceUrl(), to.voiceMethod());
        add(changes, "that fails", from.fallbackUrl(), from.fallbackMethod(), to.fallbackUrl(), to.fallbackMethod());
        add(changes, "a call is over", from.statusUrl(), from.statusMethod(), to.statusUrl(), to.statusMethod());
        return List.copyOf(changes);
    }

    private static void add(
            List<Change> changes, String what, String from, String fromMethod, String to, String toMethod) {
        var old = shown(from, fromMethod);
        var fresh = shown(to, toMethod);
        if (!old.equals(fresh)) {
            changes.add(new Change(what, old, fresh));
        }
    }

    private static String shown(String url, String method) {
        return url.isEmpty() ? "(nothing)" : method.isEmpty() || method.equals("POST") ? url : method + " " + url;
    }
}
