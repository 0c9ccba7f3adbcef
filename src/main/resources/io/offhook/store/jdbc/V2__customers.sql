-- Who calls, and what about. Numbers are in E.164 form; several customers may share one. An interaction keeps the
-- number itself, because its customer may be one of another system.

create table customer (
    id text primary key,
    phone text not null,
    first_name text not null,
    last_name text not null,
    attributes text not null,
    updated_at bigint not null
);

create index customer_phone on customer (phone);

create table interaction (
    id text primary key,
    call_id text not null,
    customer_id text,
    phone text,
    channel text not null,
    topic text not null,
    outcome text not null,
    summary text not null,
    notes text not null,
    opened_at bigint not null,
    closed_at bigint
);

create index interaction_phone on interaction (phone, closed_at);
create index interaction_customer on interaction (customer_id);
