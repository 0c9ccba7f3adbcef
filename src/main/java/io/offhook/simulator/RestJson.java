package io.offhook.simulator;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/// The resources of the 2010 API as JSON, with the fields of Twilio's published OpenAPI document.
final class RestJson {
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss Z", Locale.ENGLISH).withZone(ZoneOffset.UTC);
    private static final String VERSION = "2010-04-01";

    private RestJson() {}

    static ObjectNode account(SimulatedCarrier carrier) {
        var sid = carrier.accountSid();
        var account = carrier.account();
        var json = Json.object()
                .put("auth_token", carrier.authToken())
                .put("date_created", date(Instant.EPOCH))
                .put("date_updated", date(Instant.EPOCH))
                .put("friendly_name", "Simulated account")
                .put("owner_account_sid", sid)
                .put("sid", sid)
                .put("status", account.status())
                .put("type", account.isTrial() ? "Trial" : "Full")
                .put("uri", path(sid, "") + ".json");
        json.putObject("subresource_uris")
                .put("calls", path(sid, "/Calls") + ".json")
                .put("conferences", path(sid, "/Conferences") + ".json")
                .put("incoming_phone_numbers", path(sid, "/IncomingPhoneNumbers") + ".json")
                .put("recordings", path(sid, "/Recordings") + ".json");
        return json;
    }

    static ObjectNode number(String accountSid, CarrierNumber number) {
        var json = Json.object()
                .put("account_sid", accountSid)
                .put("address_requirements", "none")
                .put("api_version", VERSION)
                .put("beta", false)
                .put("date_created", date(number.bought()))
                .put("date_updated", date(Instant.now()))
                .put("emergency_status", "Active")
                .put("emergency_address_status", "unregistered")
                .put("friendly_name", number.setting("FriendlyName"))
                .put("origin", "twilio")
                .put("phone_number", number.number())
                .put("sid", number.sid())
                .put("status", "in-use")
                .put("type", "local")
                .put("voice_caller_id_lookup", number.setting("VoiceCallerIdLookup").equals("true"))
                .put("voice_receive_mode", "voice")
                .put("uri", path(accountSid, "/IncomingPhoneNumbers/" + number.sid()) + ".json");
        json.putObject("capabilities")
                .put("voice", true)
                .put("sms", true)
                .put("mms", true)
                .put("fax", false);
        for (var name : new String[] {"address_sid", "bundle_sid", "emergency_address_sid", "identity_sid"}) {
            json.putNull(name);
        }
        json.put("trunk_sid", filled(number.setting("TrunkSid")));
        for (var name : new String[] {
            "SmsApplicationSid", "SmsFallbackMethod", "SmsFallbackUrl", "SmsMethod", "SmsUrl", "StatusCallback",
            "StatusCallbackMethod", "VoiceApplicationSid", "VoiceFallbackMethod", "VoiceFallbackUrl", "VoiceMethod"
        }) {
            json.put(snake(name), number.setting(name));
        }
        json.put("voice_url", number.setting("VoiceUrl"));
        return json;
    }

    static ObjectNode call(SimulatedCall call) {
        var account = call.carrier().accountSid();
        var caller = call.caller();
        boolean over = call.line().hungUp();
        var json = Json.object()
                .put("account_sid", account)
                .put("answered_by", filled(caller.extras().getOrDefault("AnsweredBy", "")))
                .put("api_version", VERSION)
                .put("caller_name", (String) null)
                .put("date_created", date(Instant.now()))
                .put("date_updated", date(Instant.now()))
                .put("direction", caller.extras().getOrDefault("Direction", "inbound"))
                .put("duration", String.valueOf(call.secondsSinceAnswer()))
                .put("end_time", over ? date(Instant.now()) : null)
                .put("forwarded_from", (String) null)
                .put("from", caller.from())
                .put("from_formatted", caller.from())
                .put("group_sid", (String) null)
                .put("parent_call_sid", (String) null)
                .put("phone_number_sid", (String) null)
                .put("price", (String) null)
                .put("price_unit", "USD")
                .put("queue_time", "0")
                .put("sid", call.sid())
                .put("start_time", date(Instant.now()))
                .put("status", over && !isFinal(call.status()) ? "completed" : call.status())
                .put("to", caller.to())
                .put("to_formatted", caller.to())
                .put("trunk_sid", (String) null)
                .put("uri", path(account, "/Calls/" + call.sid()) + ".json");
        json.putObject("subresource_uris")
                .put("recordings", path(account, "/Calls/" + call.sid() + "/Recordings") + ".json");
        return json;
    }

    static ObjectNode conference(String account, CarrierConference conference) {
        var json = Json.object()
                .put("account_sid", account)
                .put("api_version", VERSION)
                .put("call_sid_ending_conference", (String) null)
                .put("date_created", date(Instant.now()))
                .put("date_updated", date(Instant.now()))
                .put("friendly_name", conference.name())
                .put("reason_conference_ended", filled(conference.reason()))
                .put("region", "us1")
                .put("sid", conference.sid())
                .put("status", conference.status())
                .put("uri", path(account, "/Conferences/" + conference.sid()) + ".json");
        json.putObject("subresource_uris")
                .put("participants", path(account, "/Conferences/" + conference.sid() + "/Participants") + ".json");
        return json;
    }

    static ObjectNode participant(String account, CarrierConference in, CarrierConference.Member member) {
        return Json.object()
                .put("account_sid", account)
                .put("call_sid", member.callSid())
                .put("call_sid_to_coach", (String) null)
                .put("coaching", member.on("Coaching"))
                .put("conference_sid", in.sid())
                .put("date_created", date(Instant.now()))
                .put("date_updated", date(Instant.now()))
                .put("end_conference_on_exit", member.on("EndConferenceOnExit"))
                .put("hold", member.on("Hold"))
                .put("label", filled(member.label()))
                .put("muted", member.on("Muted"))
                .put("queue_time", "0")
                .put("start_conference_on_enter", member.starts())
                .put("status", "connected")
                .put(
                        "uri",
                        path(account, "/Conferences/" + in.sid() + "/Participants/" + member.callSid()) + ".json");
    }

    static ObjectNode recording(String account, String sid) {
        return Json.object()
                .put("account_sid", account)
                .put("api_version", VERSION)
                .put("sid", sid)
                .put("status", "completed")
                .put("channels", 1)
                .put("source", "RecordVerb")
                .put("date_created", date(Instant.now()))
                .put("date_updated", date(Instant.now()))
                .put("uri", path(account, "/Recordings/" + sid) + ".json");
    }

    static ObjectNode error(int status, int code, String message) {
        return Json.object()
                .put("code", code)
                .put("message", message)
                .put("more_info", "https://www.twilio.com/docs/errors/" + code)
                .put("status", status);
    }

    private static boolean isFinal(String status) {
        return !status.equals("queued") && !status.equals("ringing") && !status.equals("in-progress");
    }

    private static String path(String accountSid, String rest) {
        return "/2010-04-01/Accounts/" + accountSid + rest;
    }

    private static String date(Instant at) {
        return DATE.format(at);
    }

    private static @Nullable String filled(String text) {
        return Optional.of(text).filter(value -> !value.isEmpty()).orElse(null);
    }

    private static String snake(String name) {
        return name.replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }
}
