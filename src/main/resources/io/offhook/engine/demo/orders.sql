create table if not exists demo_order (
    order_number text primary key,
    status text not null,
    carrier text,
    tracking text,
    eta text
);
insert into demo_order (order_number, status, carrier, tracking, eta) values
    ('AB7492', 'shipped', 'UPS', '1Z 7492 0042', 'Thursday'),
    ('AB7493', 'being packed', null, null, 'early next week'),
    ('CD1180', 'delivered', 'FedEx', '7712 0098 1180', null),
    ('EF3305', 'delayed', 'DHL', 'JD01 3305', 'within five working days'),
    ('GH6021', 'cancelled', null, null, null)
on conflict do nothing;
create table if not exists demo_charge (
    amount text primary key,
    item text not null,
    billed text not null
);
insert into demo_charge (amount, item, billed) values
    ('$347', 'one-year plan', '28 February')
on conflict do nothing;
