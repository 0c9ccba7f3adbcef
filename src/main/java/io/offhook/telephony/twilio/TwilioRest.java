package io.offhook.telephony.twilio;

import io.offhook.call.PhoneNumber;
import io.offhook.config.ConfigException;
import io.offhook.config.Loopback;
import io.offhook.config.Mistake;
import io.offhook.config.Secret;
import io.offhook.config.Settings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/// Twilio's REST API, as far as a phone line needs it: the account, its numbers, calls that are placed, moved or ended,
/// conferences and recordings. Any thread may use it; it blocks, at most 2.5 s for a change and twice that for a
/// question. It throws nothing for what goes wrong at Twilio's end: see [RestAnswer].
public final class TwilioRest implements AutoCloseable {
    /// A user and a password, as HTTP sends them.
    public record Login(String user, Secret password) {
        private String header() {
            var pair = user + ":" + password.reveal();
            return "Basic " + Base64.getEncoder().encodeToString(pair.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static final Duration PATIENCE = Duration.ofMillis(2_500);
    private static final Pattern SID = Pattern.compile("[A-Z]{2}[0-9A-Za-z]{1,64}");
    private static final String PAGE_SIZE = "100";
    private static final int MAX_PAGES = 100;

    private final String accountSid;
    private final Login login;
    private final Login owner;
    private final String account;
    private final RestTransport transport;

    /// @param login used for everything but the account itself
    /// @param owner reads the account, which an API key may not
    public TwilioRest(URI base, String accountSid, Login login, Login owner) {
        this(base, accountSid, login, owner, PATIENCE);
    }

    TwilioRest(URI base, String accountSid, Login login, Login owner, Duration patience) {
        if (!"https".equals(base.getScheme()) && !Loopback.is(base)) {
            throw new IllegalArgumentException("credentials are sent over https, or to this machine");
        }
        this.accountSid = accountSid;
        this.login = login;
        this.owner = owner;
        account = "/2010-04-01/Accounts/" + segment(accountSid);
        transport = new RestTransport(base, patience);
    }

    /// @throws ConfigException when the account or its credentials are missing
    public static TwilioRest of(Settings.Twilio settings) {
        var mistakes = new ArrayList<Mistake>();
        if (settings.accountSid().isEmpty()) {
            mistakes.add(new Mistake(
                    "environment",
                    "TWILIO_ACCOUNT_SID is missing.",
                    "Set it to the account's SID (AC...; Twilio console, Account > API keys & tokens)."));
        }
        var token = settings.authTokens().stream().findFirst();
        if (token.isEmpty() && settings.apiKey().isEmpty()) {
            mistakes.add(new Mistake(
                    "environment",
                    "TWILIO_AUTH_TOKEN is missing.",
                    "Set it to the account's auth token, or set TWILIO_API_KEY and TWILIO_API_SECRET"
                            + " (Twilio console, Account > API keys & tokens)."));
        }
        if (!mistakes.isEmpty()) {
            throw new ConfigException(mistakes);
        }
        var sid = settings.accountSid().orElseThrow();
        var byToken = token.map(secret -> new Login(sid, secret));
        var byKey = settings.apiKey().map(key -> new Login(key.sid(), key.secret()));
        return new TwilioRest(
                settings.restUrl(),
                sid,
                byKey.or(() -> byToken).orElseThrow(),
                byToken.or(() -> byKey).orElseThrow());
    }

    // --- the account and its numbers ---

    public RestAnswer<TwilioAccount> account() {
        return transport
                .get(owner.header(), account + ".json", List.of())
                .map(json -> new TwilioAccount(
                        text(json, "sid"),
                        text(json, "friendly_name"),
                        text(json, "type").equals("Trial"),
                        text(json, "status")));
    }

    /// All numbers of the account, however many pages they fill.
    public RestAnswer<List<TwilioNumber>> numbers() {
        return numbers(Map.of());
    }

    /// The account's number that is exactly this one.
    public RestAnswer<Optional<TwilioNumber>> number(PhoneNumber number) {
        // Twilio's filter also finds numbers that merely contain the text.
        return numbers(Map.of("PhoneNumber", number.e164()))
                .map(found -> found.stream()
                        .filter(each -> each.number().equals(number))
                        .findFirst());
    }

    public RestAnswer<TwilioNumber> number(String sid) {
        return get("/IncomingPhoneNumbers/" + segment(sid), TwilioRest::readNumber);
    }

    /// Changes where Twilio turns for this number, all of it: `""` clears an address.
    public RestAnswer<TwilioNumber> update(String numberSid, VoiceWebhooks webhooks) {
        var form = new LinkedHashMap<String, String>();
        form.put("VoiceUrl", webhooks.voiceUrl());
        form.put("VoiceMethod", webhooks.voiceMethod());
        form.put("VoiceFallbackUrl", webhooks.fallbackUrl());
        form.put("VoiceFallbackMethod", webhooks.fallbackMethod());
        form.put("StatusCallback", webhooks.statusUrl());
        form.put("StatusCallbackMethod", webhooks.statusMethod());
        // A method can't be cleared; without one it stays as it is.
        form.values().removeIf(String::isEmpty);
        form.putIfAbsent("VoiceUrl", "");
        form.putIfAbsent("VoiceFallbackUrl", "");
        form.putIfAbsent("StatusCallback", "");
        return post("/IncomingPhoneNumbers/" + segment(numberSid), form(form), TwilioRest::readNumber);
    }

    // --- calls ---

    /// Places a call. When the answer is `Unreachable` with `perhapsDone`, it may be ringing.
    public RestAnswer<TwilioCall> place(OutboundCall call) {
        return post("/Calls", call.form(), TwilioRest::readCall);
    }

    public RestAnswer<TwilioCall> call(String sid) {
        return get("/Calls/" + segment(sid), TwilioRest::readCall);
    }

    /// Takes a running call out of whatever it does and into another document.
    public RestAnswer<TwilioCall> redirect(String sid, OutboundCall.Document to) {
        return post("/Calls/" + segment(sid), OutboundCall.form(to), TwilioRest::readCall);
    }

    public RestAnswer<TwilioCall> hangUp(String sid) {
        return post("/Calls/" + segment(sid), form(Map.of("Status", "completed")), TwilioRest::readCall);
    }

    /// Ends a call that still waits or rings; `Gone` when somebody has picked up.
    public RestAnswer<TwilioCall> cancel(String sid) {
        return post("/Calls/" + segment(sid), form(Map.of("Status", "canceled")), TwilioRest::readCall);
    }

    // --- conferences and recordings ---

    /// The conference of this name that runs.
    public RestAnswer<Optional<TwilioConference>> conference(String name) {
        var query = form(Map.of("FriendlyName", name, "Status", "in-progress"));
        return pages("/Conferences", query, "conferences", TwilioRest::readConference)
                .map(found ->
                        found.stream().filter(each -> each.name().equals(name)).findFirst());
    }

    /// The conference of this name that is not over; it may not have begun.
    public RestAnswer<Optional<TwilioConference>> room(String name) {
        return pages("/Conferences", form(Map.of("FriendlyName", name)), "conferences", TwilioRest::readConference)
                .map(found -> found.stream()
                        .filter(each -> each.name().equals(name) && !each.status().equals("completed"))
                        .findFirst());
    }

    public RestAnswer<List<TwilioConference.Participant>> participants(String conferenceSid) {
        var path = "/Conferences/" + segment(conferenceSid) + "/Participants";
        return pages(path, List.of(), "participants", TwilioRest::readParticipant);
    }

    /// Lets the conference end, or go on, when this leg leaves.
    public RestAnswer<TwilioConference.Participant> endsOnExit(String conferenceSid, String callSid, boolean ends) {
        var path = "/Conferences/" + segment(conferenceSid) + "/Participants/" + segment(callSid);
        return post(
                path,
                form(Map.of("EndConferenceOnExit", Boolean.toString(ends))),
                TwilioRest::readParticipant);
    }

    /// Takes a leg out of the conference; its call goes on with its own document.
    public RestAnswer<String> remove(String conferenceSid, String callSid) {
        var path = "/Conferences/" + segment(conferenceSid) + "/Participants/" + segment(callSid);
        return transport.delete(login.header(), account + path + ".json").map(_ -> callSid);
    }

    public RestAnswer<TwilioConference> end(TwilioConference conference) {
        return post(
                "/Conferences/" + segment(conference.sid()),
                form(Map.of("Status", "completed")),
                TwilioRest::readConference);
    }

    /// Deletes a recording and its audio at Twilio.
    ///
    /// @return the SID; `Gone` when it was deleted before
    public RestAnswer<String> deleteRecording(String sid) {
        return transport
                .delete(login.header(), account + "/Recordings/" + segment(sid) + ".json")
                .map(_ -> sid);
    }

    @Override
    public void close() {
        transport.close();
    }

    /// Without the credentials.
    @Override
    public String toString() {
        return "TwilioRest[" + accountSid + "]";
    }

    // --- asking ---

    private <T> RestAnswer<T> get(String path, Function<JsonNode, T> read) {
        return read(transport.get(login.header(), account + path + ".json", List.of()), read);
    }

    private <T> RestAnswer<T> post(String path, List<RestTransport.Parameter> form, Function<JsonNode, T> read) {
        return read(transport.post(login.header(), account + path + ".json", form), read);
    }

    private static <T> RestAnswer<T> read(RestAnswer<JsonNode> answer, Function<JsonNode, T> read) {
        try {
            return answer.map(read);
        } catch (IllegalArgumentException _) {
            return new RestAnswer.Unreachable<>("answered with something else than was asked for", true);
        }
    }

    private RestAnswer<List<TwilioNumber>> numbers(Map<String, String> filter) {
        return pages("/IncomingPhoneNumbers", form(filter), "incoming_phone_numbers", TwilioRest::readNumber);
    }

    private <T> RestAnswer<List<T>> pages(
            String path, List<RestTransport.Parameter> filter, String list, Function<JsonNode, T> read) {
        var query = new ArrayList<>(filter);
        query.add(new RestTransport.Parameter("PageSize", PAGE_SIZE));
        var target = account + path + ".json?" + RestTransport.encoded(query);
        var all = new ArrayList<T>();
        for (int page = 0; page < MAX_PAGES && !target.isEmpty(); page++) {
            var answer = transport.get(login.header(), target, List.of());
            if (!(answer instanceof RestAnswer.Ok<JsonNode>(var json))) {
                return answer.map(_ -> List.of());
            }
            for (var each : json.path(list)) {
                read(new RestAnswer.Ok<>(each), read).ok().ifPresent(all::add);
            }
            var next = text(json, "next_page_uri");
            // Credentials go to our own account's path and nowhere else.
            target = next.startsWith(account + path + ".json?") ? next : "";
        }
        return new RestAnswer.Ok<>(List.copyOf(all));
    }

    private static List<RestTransport.Parameter> form(Map<String, String> named) {
        return RestTransport.parameters(named);
    }

    private static String segment(String sid) {
        if (!SID.matcher(sid).matches()) {
            throw new IllegalArgumentException("a Twilio SID is two capital letters, then letters and digits");
        }
        return sid;
    }

    // --- reading ---

    private static TwilioNumber readNumber(JsonNode json) {
        return new TwilioNumber(
                text(json, "sid"),
                new PhoneNumber(text(json, "phone_number")),
                text(json, "friendly_name"),
                json.path("capabilities").path("voice").asBoolean(false),
                new VoiceWebhooks(
                        text(json, "voice_url"),
                        text(json, "voice_method"),
                        text(json, "voice_fallback_url"),
                        text(json, "voice_fallback_method"),
                        text(json, "status_callback"),
                        text(json, "status_callback_method")),
                text(json, "voice_application_sid"),
                text(json, "trunk_sid"));
    }

    private static TwilioCall readCall(JsonNode json) {
        var answeredBy = Optional.of(text(json, "answered_by")).filter(text -> !text.isEmpty());
        return new TwilioCall(text(json, "sid"), text(json, "status"), text(json, "direction"), answeredBy);
    }

    private static TwilioConference readConference(JsonNode json) {
        return new TwilioConference(text(json, "sid"), text(json, "friendly_name"), text(json, "status"));
    }

    private static TwilioConference.Participant readParticipant(JsonNode json) {
        return new TwilioConference.Participant(
                text(json, "call_sid"),
                text(json, "label"),
                text(json, "status"),
                json.path("muted").asBoolean(false),
                json.path("hold").asBoolean(false));
    }

    private static String text(JsonNode json, String field) {
        var value = json.path(field);
        return value.isString() ? value.asString("") : "";
    }
}
