package io.offhook.outbox;

import io.offhook.store.OutboxMessage;

/// Takes the messages of one kind to where they belong. One for each way of travel: webhook, mail, CRM.
@FunctionalInterface
public interface Recipient {
    /// Delivers a message, or says why not. Called on a virtual thread, several at once; may block, but must end within
    /// half a minute or so, since the claim on the message runs out. The same message may come again even if it was
    /// delivered: its key says so.
    Receipt deliver(OutboxMessage message) throws InterruptedException;

    /// Nothing more will be delivered.
    default void close() {}
}
