package io.offhook.server;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.PfxOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/// A TLS door on `localhost` in front of a plain engine, with a certificate for a name of one's choice. Remembers what
/// went wrong at the door, and lets nobody in who does not speak TLS.
///
/// The certificates are files, since making one takes seconds:
/// `keytool -genkeypair -alias gate -keyalg EC -groupname secp256r1 -dname CN=NAME -ext SAN=dns:NAME -validity 36500
/// -storetype PKCS12 -keystore NAME.p12 -storepass changeit`
final class TlsGate implements AutoCloseable {
    static final String PASSWORD = "changeit";
    private static final Path FOLDER = Path.of("src/test/resources/tls");

    private final Path certificate;
    private final NetServer server;
    /// Kept here: a client that is garbage-collected closes its sockets.
    private final NetClient onwards;

    private final ConcurrentLinkedQueue<Throwable> refusals = new ConcurrentLinkedQueue<>();
    private volatile int target;

    TlsGate(Vertx vertx, String name) {
        onwards = vertx.createNetClient();
        certificate = FOLDER.resolve(name + ".p12");
        server = vertx.createNetServer(new NetServerOptions()
                        .setSsl(true)
                        .setKeyCertOptions(new PfxOptions()
                                .setPath(certificate.toString())
                                .setPassword(PASSWORD)))
                .exceptionHandler(refusals::add)
                .connectHandler(this::join);
        server.listen(0, "127.0.0.1").await();
    }

    /// Whoever comes through is taken to this port.
    void leadTo(int port) {
        target = port;
    }

    String baseUrl() {
        return URI.create("https://localhost:" + server.actualPort() + "/v1").toString();
    }

    List<Throwable> refusals() {
        return List.copyOf(refusals);
    }

    /// A trust store that holds this certificate and no other.
    Path trustStore(Path folder) throws IOException, GeneralSecurityException {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        var own = KeyStore.getInstance(certificate.toFile(), PASSWORD.toCharArray());
        store.setCertificateEntry("gate", own.getCertificate("gate"));
        var file = folder.resolve("trust.p12");
        try (var out = Files.newOutputStream(file)) {
            store.store(out, PASSWORD.toCharArray());
        }
        return file;
    }

    private void join(NetSocket client) {
        client.pause();
        var _ = onwards.connect(target, "127.0.0.1")
                .onSuccess(engine -> {
                    client.pipeTo(engine);
                    engine.pipeTo(client);
                })
                .onFailure(_ -> client.close());
    }

    @Override
    public void close() {
        server.close().await();
        onwards.close().await();
    }
}
