package io.offhook;

import io.offhook.agent.CallerProfile;
import io.offhook.crm.CallerLookup;
import io.offhook.crm.Crm;
import io.offhook.crm.http.HttpCrm;
import java.net.http.HttpClient;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Makes the CRM that one agent of agent.yaml names.
final class AgentCrm {
    private AgentCrm() {}

    /// Empty for agents that name none: their callers are in Offhook's own database.
    ///
    /// @throws IllegalArgumentException when a request can't be made
    static Optional<Crm> of(CallerProfile profile, HttpClient client) {
        var headers = profile.headers().entrySet().stream()
                .collect(Collectors.toMap(Map.Entry::getKey, header -> header.getValue().reveal()));
        return profile.lookup()
                .map(lookup -> new HttpCrm(
                        request(lookup.request(), headers),
                        lookup.map(),
                        profile.interaction()
                                .map(filing -> new HttpCrm.InteractionRequest(
                                        request(filing.request(), headers), filing.id())),
                        profile.note().map(note -> request(note, headers)),
                        CallerLookup.PATIENCE,
                        client));
    }

    private static HttpCrm.Request request(CallerProfile.Request request, Map<String, String> headers) {
        return new HttpCrm.Request(request.method() + " " + request.url(), headers, request.body());
    }
}
