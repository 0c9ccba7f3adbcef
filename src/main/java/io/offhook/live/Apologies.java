package io.offhook.live;

/// What the provider's voice says when the agent can't.
final class Apologies {
    static final String TECHNICAL = "I'm sorry, we have a technical problem.";
    static final String ALL_LINES_BUSY = "All our lines are busy at the moment.";
    static final String ONE_MOMENT = "One moment, please.";
    static final String NOBODY_FREE = "I'm sorry, nobody could take your call.";
    static final String GOODBYE = "Thank you for calling. Goodbye.";

    private Apologies() {}
}
