package io.offhook.cli;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// A human's way to the page about a handoff: follows the link, logs in, and is shown the page.
record DeskVisit(HttpClient http, URI link, String adminToken) {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /// @throws IOException when the server shows something else
    String page() throws IOException, InterruptedException {
        expect("the link", 401, send(HttpRequest.newBuilder(link)));
        var login = send(HttpRequest.newBuilder(link)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("token=" + URLEncoder.encode(adminToken, StandardCharsets.UTF_8))));
        expect("the login", 303, login);
        var onwards = login.headers().firstValue("Location").orElse("");
        var cookie = login.headers().firstValue("Set-Cookie").orElse("").split(";", 2)[0];
        var page = send(HttpRequest.newBuilder(link.resolve(onwards)).header("Cookie", cookie));
        expect("the page", 200, page);
        return page.body();
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.timeout(PATIENCE).build(), BodyHandlers.ofString(StandardCharsets.UTF_8));
    }

    private static void expect(String what, int status, HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != status) {
            throw new IOException(what + " answers with HTTP " + answer.statusCode() + ", not " + status);
        }
    }

    /// Without the token.
    @Override
    public String toString() {
        return "DeskVisit[" + link.getAuthority() + "]";
    }
}
