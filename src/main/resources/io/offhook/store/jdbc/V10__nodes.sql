-- Which nodes there are, and which call is whose affair, so that no call stays open with a node that is gone. A beat is
-- only ever compared with itself: clocks of nodes differ. One SQL for SQLite and PostgreSQL, as in the first file.

create table node (
    id text primary key,
    beat bigint not null
);

create table call_lease (
    call_id text primary key,
    node text not null
);

create index call_open on call (started_at) where ended_at is null;
