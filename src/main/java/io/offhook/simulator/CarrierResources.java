package io.offhook.simulator;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/// The REST resources that are no running call: the account, its numbers, calls to be placed, conferences and deleted
/// recordings. Checks the form of every request, also of those that it leaves to [CarrierRest].
final class CarrierResources {
    record Reply(int status, JsonNode json) {}

    private static final Pattern PATH = Pattern.compile("/2010-04-01/Accounts/(AC\\w+)((?:/[\\w-]+)*)\\.json");
    private static final Set<String> PAGING = Set.of("PageSize", "Page", "PageToken");
    private static final Set<String> NUMBER_FILTER =
            Set.of("Beta", "FriendlyName", "PhoneNumber", "Origin", "PageSize", "Page", "PageToken");
    private static final Set<String> CONFERENCE_FILTER =
            Set.of("DateCreated", "DateUpdated", "FriendlyName", "Status", "PageSize", "Page", "PageToken");
    private static final Set<String> CALL_UPDATE = Set.of(
            "Url", "Method", "Status", "FallbackUrl", "FallbackMethod", "StatusCallback", "StatusCallbackMethod",
            "Twiml", "TimeLimit");
    private static final Set<String> NUMBER_UPDATE = Set.of(
            "AccountSid", "ApiVersion", "FriendlyName", "SmsApplicationSid", "SmsFallbackMethod", "SmsFallbackUrl",
            "SmsMethod", "SmsUrl", "StatusCallback", "StatusCallbackMethod", "VoiceApplicationSid",
            "VoiceCallerIdLookup", "VoiceFallbackMethod", "VoiceFallbackUrl", "VoiceMethod", "VoiceUrl",
            "EmergencyStatus", "EmergencyAddressSid", "TrunkSid", "VoiceReceiveMode", "IdentitySid", "AddressSid",
            "BundleSid");
    private static final Set<String> PARTICIPANT_UPDATE = Set.of(
            "Muted", "Hold", "HoldUrl", "HoldMethod", "AnnounceUrl", "AnnounceMethod", "WaitUrl", "WaitMethod",
            "BeepOnExit", "EndConferenceOnExit", "Coaching", "CallSidToCoach");

    private final SimulatedCarrier carrier;
    private final OutboundOrders orders;

    CarrierResources(SimulatedCarrier carrier) {
        this.carrier = carrier;
        orders = new OutboundOrders(carrier);
    }

    /// Empty when the request is for a call or a recording's sound.
    ///
    /// @param user whose credentials the request carried
    Optional<Reply> answer(HttpServerRequest request, String user) throws CarrierRefusal {
        var path = PATH.matcher(path(request));
        if (!path.matches() || !path.group(1).equals(carrier.accountSid())) {
            return Optional.empty();
        }
        if (request.method().equals(HttpMethod.POST) && !holdsForm(request)) {
            throw new CarrierRefusal(415, 20415, "Unsupported Media Type: use application/x-www-form-urlencoded");
        }
        var parts = path.group(2).isEmpty()
                ? List.<String>of()
                : List.of(path.group(2).substring(1).split("/", -1));
        if (parts.isEmpty()) {
            return Optional.of(account(request, user));
        }
        return switch (parts.getFirst()) {
            case "IncomingPhoneNumbers" -> Optional.of(numbers(request, parts));
            case "Calls" -> calls(request, parts);
            case "Conferences" -> Optional.of(conferences(request, parts));
            case "Recordings" -> Optional.of(recordings(request, parts));
            default -> throw notFound(request);
        };
    }

    private static String path(HttpServerRequest request) {
        return Optional.ofNullable(request.path()).orElse("");
    }

    static boolean holdsForm(HttpServerRequest request) {
        var type = Optional.ofNullable(request.getHeader("Content-Type")).orElse("");
        return type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
    }

    private Reply account(HttpServerRequest request, String user) throws CarrierRefusal {
        allow(request, HttpMethod.GET);
        if (!user.equals(carrier.accountSid())) {
            // A standard API key may do anything but look at accounts and keys.
            throw new CarrierRefusal(401, 20003, "Authenticate");
        }
        return ok(RestJson.account(carrier));
    }

    // ---- numbers ----

    private Reply numbers(HttpServerRequest request, List<String> parts) throws CarrierRefusal {
        var account = carrier.accountSid();
        if (parts.size() == 1) {
            allow(request, HttpMethod.GET);
            var query = RestForm.of(request.params(), NUMBER_FILTER);
            var found = carrier.account().numbers().stream()
                    .filter(each -> like(each.number(), query.filled("PhoneNumber")))
                    .filter(each -> query.filled("FriendlyName")
                            .map(each.setting("FriendlyName")::equals)
                            .orElse(true))
                    .toList();
            return ok(RestPages.page(
                    path(request), query, "incoming_phone_numbers", found, each -> RestJson.number(account, each)));
        }
        allow(request, HttpMethod.GET, HttpMethod.POST);
        var number = carrier.account().numbers().stream()
                .filter(each -> parts.size() == 2 && each.sid().equals(parts.get(1)))
                .findFirst()
                .orElseThrow(() -> notFound(request));
        if (request.method().equals(HttpMethod.POST)) {
            RestForm.of(request.formAttributes(), NUMBER_UPDATE).toMap().forEach(number::set);
        }
        return ok(RestJson.number(account, number));
    }

    /// Twilio's filter takes a part of a number, and `*` for any digit.
    private static boolean like(String number, Optional<String> wanted) {
        return wanted.map(part -> Pattern.compile(
                                Pattern.quote(part.strip()).replace("*", "\\E\\d\\Q"))
                        .matcher(number)
                        .find())
                .orElse(true);
    }

    // ---- calls ----

    private Optional<Reply> calls(HttpServerRequest request, List<String> parts) throws CarrierRefusal {
        if (parts.size() == 1) {
            allow(request, HttpMethod.POST);
            return Optional.of(new Reply(201, RestJson.call(orders.place(request.formAttributes()))));
        }
        allow(request, HttpMethod.GET, HttpMethod.POST);
        if (parts.size() > 2) {
            throw notFound(request);
        }
        RestForm.of(request.formAttributes(), CALL_UPDATE);
        return Optional.empty();
    }

    // ---- conferences ----

    private Reply conferences(HttpServerRequest request, List<String> parts) throws CarrierRefusal {
        var account = carrier.accountSid();
        if (parts.size() == 1) {
            allow(request, HttpMethod.GET);
            var query = RestForm.of(request.params(), CONFERENCE_FILTER);
            var found = carrier.account().conferences().stream()
                    .filter(each ->
                            query.filled("FriendlyName").map(each.name()::equals).orElse(true))
                    .filter(each ->
                            query.filled("Status").map(each.status()::equals).orElse(true))
                    .toList();
            return ok(RestPages.page(
                    path(request), query, "conferences", found, each -> RestJson.conference(account, each)));
        }
        var conference = carrier.account().conferences().stream()
                .filter(each -> each.sid().equals(parts.get(1)))
                .findFirst()
                .orElseThrow(() -> notFound(request));
        if (parts.size() == 2) {
            allow(request, HttpMethod.GET, HttpMethod.POST);
            var form = RestForm.of(request.formAttributes(), Set.of("Status", "AnnounceUrl", "AnnounceMethod"));
            if (form.filled("Status").filter("completed"::equals).isPresent()) {
                conference.end();
            }
            return ok(RestJson.conference(account, conference));
        }
        if (!parts.get(2).equals("Participants") || parts.size() > 4) {
            throw notFound(request);
        }
        return participants(request, parts, conference);
    }

    private Reply participants(HttpServerRequest request, List<String> parts, CarrierConference conference)
            throws CarrierRefusal {
        var account = carrier.accountSid();
        if (parts.size() == 3) {
            allow(request, HttpMethod.GET);
            var query = RestForm.of(request.params(), PAGING);
            return ok(RestPages.page(
                    path(request),
                    query,
                    "participants",
                    conference.members(),
                    each -> RestJson.participant(account, conference, each)));
        }
        allow(request, HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE);
        var member = conference.member(parts.get(3)).orElseThrow(() -> notFound(request));
        if (request.method().equals(HttpMethod.DELETE)) {
            conference.leave(member.callSid());
            return new Reply(204, MissingNode.getInstance());
        }
        member.settings()
                .putAll(RestForm.of(request.formAttributes(), PARTICIPANT_UPDATE).toMap());
        return ok(RestJson.participant(account, conference, member));
    }

    // ---- recordings ----

    private Reply recordings(HttpServerRequest request, List<String> parts) throws CarrierRefusal {
        allow(request, HttpMethod.GET, HttpMethod.DELETE);
        if (parts.size() != 2 || carrier.recording(parts.get(1)).isEmpty()) {
            throw notFound(request);
        }
        if (request.method().equals(HttpMethod.DELETE)) {
            carrier.deleteRecording(parts.get(1));
            return new Reply(204, MissingNode.getInstance());
        }
        return ok(RestJson.recording(carrier.accountSid(), parts.get(1)));
    }

    private static Reply ok(JsonNode json) {
        return new Reply(200, json);
    }

    private static void allow(HttpServerRequest request, HttpMethod... methods) throws CarrierRefusal {
        if (!List.of(methods).contains(request.method())) {
            throw new CarrierRefusal(405, 20004, "Method not allowed");
        }
    }

    private static CarrierRefusal notFound(HttpServerRequest request) {
        return new CarrierRefusal(404, 20404, "The requested resource " + path(request) + " was not found");
    }
}
