-- Humans who are called for callers who stay with the agent meanwhile. Any node may hear of such a human's leg: a row is
-- changed only as it was read, which `version` tells. One SQL for SQLite and PostgreSQL, as in the first file.

create table attempt (
    call_id text not null,
    number integer not null,
    version bigint not null,
    handoff_at bigint not null,
    step integer not null,
    state text not null,
    result text,
    leg text,
    caller_there integer not null,
    human_there integer not null,
    recalled integer not null,
    primary key (call_id, number)
);
