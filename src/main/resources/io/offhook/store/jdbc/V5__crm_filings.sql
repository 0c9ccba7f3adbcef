-- What each CRM calls the interaction that it keeps of a call, so that a call is filed there once. One SQL for SQLite and
-- PostgreSQL, as in the first file.

create table crm_filing (
    call_id text not null,
    crm text not null,
    filed_as text not null,
    message_key text not null,
    primary key (call_id, crm)
);
