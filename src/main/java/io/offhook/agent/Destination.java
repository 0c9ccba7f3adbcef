package io.offhook.agent;

import java.time.Duration;
import java.util.Optional;

/// One step of a route. Names come from agent.yaml; a model never chooses a number.
public sealed interface Destination {
    String name();

    /// A TaskRouter workflow; `patience` is how long the caller stays in its queue.
    record Workflow(String name, String sid, Duration patience) implements Destination {}

    /// A phone number in E.164 form; `patience` is how long it rings.
    record Dial(String name, String number, Duration patience) implements Destination {
        @Override
        public String toString() {
            return "Dial[" + name + ", +***" + number.substring(number.length() - 2) + ", " + patience + "]";
        }
    }

    /// The end of every route; `mailbox` is the address that is told about the message.
    record Voicemail(String name, Optional<String> mailbox) implements Destination {}
}
