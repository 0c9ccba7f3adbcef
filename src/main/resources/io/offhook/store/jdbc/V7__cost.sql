-- What a charge came to, in billionths of the currency's unit; null where the model's price was not known.

alter table usage add column cost_nanos bigint;
alter table usage add column currency text;
