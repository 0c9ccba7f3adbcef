-- Who wants to be called back, what they agreed to, and how far it has come. `tries` numbers the people who were rung:
-- whatever comes late from an earlier one is told by it. One SQL for SQLite and PostgreSQL, as in the first file.

create table callback (
    call_id text primary key,
    asked_at bigint not null,
    number text not null,
    called_number text not null,
    route text not null,
    consent text not null,
    language text not null,
    state text not null,
    tries integer not null,
    next_at bigint not null,
    claimed_until bigint not null,
    human text,
    leg text,
    result text not null,
    finished_at bigint
);

create index callback_open on callback (next_at) where finished_at is null;
-- Nobody is rung, or talks, for two wishes at once.
create unique index callback_human on callback (human) where human is not null;
