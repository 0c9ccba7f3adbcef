package io.offhook.simulator;

/// What can go wrong with a [SimulatedEngine]. The [Scope] says what "once" means: one connection attempt, one whole
/// session, or one response.
public enum EngineFault {
    /// Connections are reset right after they are accepted.
    RESET(Scope.CONNECTION),
    /// The connection is accepted and the upgrade request is never answered.
    NEVER_UPGRADE(Scope.CONNECTION),
    /// The upgrade takes two seconds.
    SLOW_CONNECT(Scope.CONNECTION),
    UNAUTHORIZED(Scope.CONNECTION),
    FORBIDDEN(Scope.CONNECTION),
    /// 429 with `Retry-After: 2`.
    TOO_MANY_REQUESTS(Scope.CONNECTION),
    INTERNAL_ERROR(Scope.CONNECTION),
    UNAVAILABLE(Scope.CONNECTION),
    /// The socket is dropped right after the upgrade, without a close frame.
    CUT_AT_CONNECT(Scope.CONNECTION),

    /// Nothing is sent any more; what arrives is still read.
    MUTE(Scope.SESSION),
    /// `session.update` is applied and never answered.
    NO_SESSION_UPDATED(Scope.SESSION),
    /// Only garbage is sent: no event that means anything.
    GARBAGE_ONLY(Scope.SESSION),
    /// Garbage of every kind is sent among the proper events.
    GARBAGE_AMONG(Scope.SESSION),
    /// `session.updated` reports 24 kHz PCM as the output format, and that is what is sent.
    WRONG_FORMAT_ECHOED(Scope.SESSION),
    /// A close frame from the client is never answered.
    NEVER_ACKNOWLEDGES_CLOSE(Scope.SESSION),
    /// `response.cancel` changes nothing and is not answered.
    IGNORES_CANCEL(Scope.SESSION),
    /// Transcripts of the caller arrive only after the answer is complete.
    LATE_TRANSCRIPTION(Scope.SESSION),

    STALL_AFTER_RESPONSE_CREATED(Scope.RESPONSE),
    STALL_MID_ANSWER(Scope.RESPONSE),
    /// The socket is dropped in the middle of an answer.
    CUT_MID_ANSWER(Scope.RESPONSE),
    /// `response.done` with status failed and `rate_limit_exceeded`.
    RESPONSE_RATE_LIMITED(Scope.RESPONSE),
    /// `response.done` with status failed and `server_error`.
    RESPONSE_SERVER_ERROR(Scope.RESPONSE),
    INCOMPLETE_MAX_OUTPUT_TOKENS(Scope.RESPONSE),
    INCOMPLETE_CONTENT_FILTER(Scope.RESPONSE),
    /// One text frame of 16 MiB at the start of a response.
    HUGE_FRAME(Scope.RESPONSE),
    /// Each event that reports a complete function call is sent twice.
    DUPLICATE_FUNCTION_CALL(Scope.RESPONSE),
    /// The response is cancelled inside a function call: `arguments.done` carries half a JSON text.
    CUT_OFF_FUNCTION_CALL(Scope.RESPONSE);

    /// What a fault that is injected once is used up by.
    public enum Scope {
        CONNECTION,
        SESSION,
        RESPONSE
    }

    private final Scope scope;

    EngineFault(Scope scope) {
        this.scope = scope;
    }

    public Scope scope() {
        return scope;
    }
}
