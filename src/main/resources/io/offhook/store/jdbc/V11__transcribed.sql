-- Speech that was charged by its length instead of by tokens.

alter table usage add column transcribed_ms bigint not null default 0;
