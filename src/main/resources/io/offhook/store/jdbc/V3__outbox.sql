-- What others are to be told. An event is noted with the fact that made it; its messages, one for each receiver, follow
-- once the receivers are known. One SQL for SQLite and PostgreSQL, as in the first file.

create table outbox_event (
    key text primary key,
    call_id text not null,
    sequence bigint not null,
    name text not null,
    occasion text not null,
    at bigint not null,
    addressed_at bigint
);

create index outbox_event_call on outbox_event (call_id);
create index outbox_event_unaddressed on outbox_event (at) where addressed_at is null;

create table outbox (
    id text primary key,
    call_id text not null,
    sequence bigint not null,
    event text not null,
    kind text not null,
    target text not null,
    key text not null,
    body text not null,
    created_at bigint not null,
    attempts integer not null,
    next_attempt_at bigint not null,
    claimed_until bigint not null,
    finished_at bigint,
    state text not null,
    last_error text not null
);

create index outbox_open on outbox (kind, target, next_attempt_at) where finished_at is null;
create index outbox_call on outbox (call_id, kind, target, sequence) where finished_at is null;
create index outbox_finished on outbox (finished_at) where finished_at is not null;
