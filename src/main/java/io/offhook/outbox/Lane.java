package io.offhook.outbox;

import io.offhook.store.OutboxMessage;
import java.time.Instant;

/// The messages on the way to one receiver. Of the postman's thread.
final class Lane {
    private final OutboxMessage.Target to;
    private Circuit circuit = Circuit.CLOSED;
    private int onTheWay;

    Lane(OutboxMessage.Target to) {
        this.to = to;
    }

    OutboxMessage.Target to() {
        return to;
    }

    int room(int usual, Instant now) {
        return circuit.room(usual, now) - onTheWay;
    }

    void left() {
        onTheWay++;
    }

    void ended(Receipt receipt, Instant now) {
        onTheWay--;
        // A receiver that answers is alive, whatever it thinks of the message.
        circuit = receipt instanceof Receipt.Later later && later.blame() == Receipt.Blame.RECEIVER
                ? circuit.failed(now, later.pause())
                : circuit.succeeded();
    }
}
