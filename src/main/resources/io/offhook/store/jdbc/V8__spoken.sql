-- Whether a caller agreed by voice, or to a number that was given by voice.

alter table callback add column spoken integer not null default 0;
