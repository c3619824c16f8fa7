-- First answers to requests with an Idempotency-Key, kept for a day: the same request again has the same answer.
create table idempotency_keys (
  actor text not null,
  route text not null,
  key text not null,
  body text not null,            -- SHA-256 of what was asked
  at text not null,
  list_revision integer,         -- null: the answer does not depend on lists
  answer text not null,          -- JSON
  primary key (actor, route, key)
) strict, without rowid;

create index idempotency_keys_by_time on idempotency_keys (at);
