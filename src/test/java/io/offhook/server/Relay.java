package io.offhook.server;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToIntFunction;
import java.util.regex.Pattern;

/// The one address behind which several nodes stand, as a load balancer in front of them: whatever comes goes to the
/// node of the moment, one request on each connection. A test says what happens just before a request gets there, or
/// just after its answer has come back.
final class Relay implements AutoCloseable {
    private static final String ANY = "";
    private static final String END_OF_HEAD = "\r\n\r\n";
    private static final Pattern CONTENT_LENGTH = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");

    private final ServerSocket door;
    private final List<Moment> moments = new CopyOnWriteArrayList<>();
    private volatile ToIntFunction<String> port = _ -> 0;
    private volatile int spare;
    private volatile Optional<Pattern> twice = Optional.empty();

    private enum When {
        BEFORE,
        INSTEAD,
        AFTER
    }

    /// @param request how the request begins, such as `POST /voice/continue`
    /// @param call    what its body contains: the id of a call, or nothing
    private record Moment(Pattern request, String call, When when, Runnable then) {
        boolean is(When now, String head, String body) {
            return when == now && request.matcher(head).lookingAt() && body.contains(call);
        }
    }

    Relay() {
        try {
            door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var _ = Thread.ofVirtual().name("relay").start(this::receive);
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + door.getLocalPort());
    }

    /// From now on everything goes to this port of this machine.
    ///
    /// @param otherwise where it goes when nobody listens there
    void to(int node, int otherwise) {
        to(_ -> node, otherwise);
    }

    /// From now on each request goes where its first line says.
    void to(ToIntFunction<String> node, int otherwise) {
        port = node;
        spare = otherwise;
    }

    /// Once, before the next request of the call that begins like this reaches a node.
    void before(String request, String call, Runnable then) {
        moments.add(new Moment(Pattern.compile(request), call, When.BEFORE, then));
    }

    /// Once, when the next request of the call that begins like this is on the way, which is then lost.
    void instead(String request, String call, Runnable then) {
        moments.add(new Moment(Pattern.compile(request), call, When.INSTEAD, then));
    }

    /// Once, when the next answer to such a request has gone back.
    void after(String request, Runnable then) {
        after(request, ANY, then);
    }

    /// The same for the requests of one call.
    void after(String request, String call, Runnable then) {
        moments.add(new Moment(Pattern.compile(request), call, When.AFTER, then));
    }

    /// Each request that begins like this is made twice, as when the first answer was lost.
    void twice(String request) {
        twice = Optional.of(Pattern.compile(request));
    }

    /// Nothing more is to happen.
    void forget() {
        moments.clear();
        twice = Optional.empty();
    }

    private void receive() {
        while (!door.isClosed()) {
            try {
                var client = door.accept();
                var _ = Thread.ofVirtual().name("relayed").start(() -> relay(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void relay(Socket client) {
        try (client) {
            var head = head(client.getInputStream());
            var body = text(client.getInputStream().readNBytes(length(head)));
            if (head.isEmpty() || reach(When.INSTEAD, head, body)) {
                return;
            }
            reach(When.BEFORE, head, body);
            if (twice.filter(request -> request.matcher(head).lookingAt()).isPresent()) {
                lose(head, body);
            }
            try (var node = connect(port.applyAsInt(head))) {
                node.getOutputStream().write(bytes(alone(head) + body));
                var up = Thread.ofVirtual().start(() -> pump(client, node));
                pump(node, client);
                reach(When.AFTER, head, body);
                close(client);
                up.join();
            }
        } catch (IOException e) {
            // Whoever is at the other end sees a connection that broke, which is what the tests are about.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A request whose answer nobody gets.
    private void lose(String head, String body) throws IOException {
        try (var node = connect(port.applyAsInt(head))) {
            node.getOutputStream().write(bytes(alone(head) + body));
            node.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
    }

    private static int length(String head) {
        var found = CONTENT_LENGTH.matcher(head);
        return found.find() ? Integer.parseInt(found.group(1)) : 0;
    }

    private Socket connect(int node) throws IOException {
        try {
            return new Socket(InetAddress.getLoopbackAddress(), node);
        } catch (ConnectException e) {
            return new Socket(InetAddress.getLoopbackAddress(), spare);
        }
    }

    /// Only a WebSocket may keep its connection.
    private static String alone(String head) {
        return head.toLowerCase(Locale.ROOT).contains("\r\nupgrade:")
                ? head
                : head.replaceFirst("\r\n", "\r\nConnection: close\r\n");
    }

    private boolean reach(When now, String head, String body) {
        for (var moment : moments) {
            if (moment.is(now, head, body) && moments.remove(moment)) {
                moment.then().run();
                return true;
            }
        }
        return false;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    private static String head(InputStream from) throws IOException {
        var head = new ByteArrayOutputStream();
        int next;
        while ((next = from.read()) >= 0) {
            head.write(next);
            if (next == '\n' && head.toString(StandardCharsets.ISO_8859_1).endsWith(END_OF_HEAD)) {
                return text(head.toByteArray());
            }
        }
        return "";
    }

    private static void pump(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
            to.shutdownOutput();
        } catch (IOException e) {
            close(from);
            close(to);
        }
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
