package io.offhook.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/// A way to a database that can be cut, or made to hang, and opened again.
final class DatabaseGate implements AutoCloseable {
    private final ServerSocket door;
    private final int database;
    private final String url;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private volatile boolean cut;
    private volatile CountDownLatch held = new CountDownLatch(0);

    /// @param url `jdbc:postgresql://host:port/name?…` of a database on this machine
    DatabaseGate(String url) {
        var target = URI.create(url.substring("jdbc:".length()));
        database = target.getPort();
        try {
            door = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.url = "jdbc:postgresql://127.0.0.1:" + door.getLocalPort() + target.getPath() + "?" + target.getQuery();
        var _ = Thread.ofVirtual().name("gate").start(this::receive);
    }

    /// Of the same database, through the gate.
    String url() {
        return url;
    }

    /// All connections break, and new ones do as well.
    void cut() {
        cut = true;
        open.forEach(DatabaseGate::close);
    }

    /// Nothing gets through; connections stay.
    void hang() {
        held = new CountDownLatch(1);
    }

    void restore() {
        cut = false;
        held.countDown();
    }

    private void receive() {
        while (!door.isClosed()) {
            try {
                var client = door.accept();
                var _ = Thread.ofVirtual().start(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                var server = new Socket(InetAddress.getLoopbackAddress(), database)) {
            open.add(client);
            open.add(server);
            if (!cut) {
                var back = Thread.ofVirtual().start(() -> pass(server, client));
                pass(client, server);
                back.join();
            }
        } catch (IOException e) {
            // One end is gone, and so is the other.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(client);
            open.removeIf(Socket::isClosed);
        }
    }

    private void pass(Socket from, Socket to) {
        try {
            pass(from.getInputStream(), to.getOutputStream());
        } catch (IOException e) {
            // As above.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close(from);
            close(to);
        }
    }

    private void pass(InputStream from, OutputStream to) throws IOException, InterruptedException {
        var buffer = new byte[8_192];
        int length;
        while ((length = from.read(buffer)) >= 0) {
            held.await();
            to.write(buffer, 0, length);
            to.flush();
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
        restore();
        cut();
        try {
            door.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
