insert into customer (id, phone, first_name, last_name, attributes, updated_at) values
    ('C-17', '+14155550123', 'Dana', 'Ruiz', '{"tier":"gold"}', 0)
on conflict do nothing;
