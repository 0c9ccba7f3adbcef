package io.offhook.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/// Requests to a server, by hand: those of the carrier signed as it signs them.
final class Webhook {
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private Webhook() {}

    /// A request of the carrier's, ready to be sent.
    record Signed(Map<String, String> headers, String body) {}

    static Signed signed(String path, Map<String, String> form) {
        var body = form.entrySet().stream()
                .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
                .collect(Collectors.joining("&"));
        return new Signed(
                Map.of(
                        "Content-Type",
                        "application/x-www-form-urlencoded",
                        "X-Twilio-Signature",
                        signature(TestServer.PUBLIC + path, form)),
                body);
    }

    /// Posts a form with a good signature; gives the answer's body.
    static String post(TestServer server, String path, Map<String, String> form) {
        return answer(server, path, form).body();
    }

    /// Posts a form with a good signature.
    static HttpResponse<String> answer(TestServer server, String path, Map<String, String> form) {
        var signed = signed(path, form);
        var request = HttpRequest.newBuilder(local(server.offhook.port(), path))
                .POST(HttpRequest.BodyPublishers.ofString(signed.body()));
        signed.headers().forEach(request::header);
        return send(request.build());
    }

    static HttpResponse<String> get(int port, String path) {
        return send(HttpRequest.newBuilder(local(port, path)).build());
    }

    /// Opens a media stream with a good signature and says `start`; gives the code with which it is closed.
    static int stream(TestServer server, String call, String token) {
        var closed = new CompletableFuture<Integer>();
        var socket = HTTP.newWebSocketBuilder()
                .header(
                        "X-Twilio-Signature",
                        signature(TestServer.PUBLIC.toString().replace("https:", "wss:") + "/voice/stream", Map.of()))
                .buildAsync(
                        URI.create("ws://127.0.0.1:" + server.offhook.port() + "/voice/stream"),
                        new WebSocket.Listener() {
                            @Override
                            public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
                                closed.complete(code);
                                return null;
                            }
                        })
                .join();
        socket.sendText("""
                {"event":"start","sequenceNumber":"1","streamSid":"MZ1","start":{"accountSid":"%s","streamSid":"MZ1",\
                "callSid":"%s","tracks":["inbound"],"mediaFormat":{"encoding":"audio/x-mulaw","sampleRate":8000,\
                "channels":1},"customParameters":{"token":"%s"}}}""".formatted(TestServer.ACCOUNT, call, token), true)
                .join();
        return closed.orTimeout(60, TimeUnit.SECONDS).join();
    }

    private static HttpResponse<String> send(HttpRequest request) {
        try {
            return HTTP.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static URI local(int port, String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private static String signature(String url, Map<String, String> form) {
        var signed = new StringBuilder(url);
        new TreeMap<>(form).forEach((name, value) -> signed.append(name).append(value));
        try {
            var mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(TestServer.TOKEN.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return Base64.getEncoder()
                    .encodeToString(mac.doFinal(signed.toString().getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
