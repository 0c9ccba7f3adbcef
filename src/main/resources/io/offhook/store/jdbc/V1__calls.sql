-- One SQL for SQLite and PostgreSQL. Times are epoch milliseconds, truth values 0 or 1. There are no foreign keys:
-- facts of one call may be written by several nodes and arrive in any order.

create table call (
    id text primary key,
    agent text not null,
    caller_number text,
    called_number text,
    verstat text not null,
    phase text not null,
    phase_at bigint not null,
    started_at bigint not null,
    ended_at bigint,
    outcome text,
    reason text,
    voicemail_recording text,
    voicemail_seconds integer,
    voicemail_at bigint
);

create index call_started_at on call (started_at);

create table call_event (
    call_id text not null,
    sequence bigint not null,
    at bigint not null,
    kind text not null,
    detail text not null,
    primary key (call_id, sequence)
);

create table turn (
    call_id text not null,
    speaker text not null,
    item text not null,
    place integer not null,
    words text not null,
    cut integer not null,
    at bigint not null,
    recorded_at bigint not null,
    primary key (call_id, speaker, item)
);

create table handoff (
    call_id text not null,
    at bigint not null,
    cause text not null,
    urgency text not null,
    body text not null,
    primary key (call_id, at)
);

create table route_step (
    call_id text not null,
    step integer not null,
    destination text not null,
    result text,
    at bigint not null,
    primary key (call_id, step)
);

create table tool_run (
    call_id text not null,
    request_id text not null,
    at bigint not null,
    name text not null,
    arguments text not null,
    answer text not null,
    result text not null,
    took_ms bigint not null,
    shortened integer not null,
    primary key (call_id, request_id)
);

create table usage (
    call_id text not null,
    charge text not null,
    at bigint not null,
    model text not null,
    text_in bigint not null,
    audio_in bigint not null,
    cached_text_in bigint not null,
    cached_audio_in bigint not null,
    text_out bigint not null,
    audio_out bigint not null,
    primary key (call_id, charge)
);

create table stream_token (
    call_id text not null,
    nonce text not null,
    used_at bigint not null,
    primary key (call_id, nonce)
);
