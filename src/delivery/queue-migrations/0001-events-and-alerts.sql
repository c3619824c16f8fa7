-- What daemons deliver to PostgreSQL (docs/delivery.md). Times are ISO-8601 in UTC as text, amounts whole numbers as text, as in SQLite.

-- Everything that happened, each once. `sequence` is that of this queue: it is given under a lock that is held to the commit, so that
-- who has read up to one misses none below it.
create table events (
  sequence bigint generated always as identity primary key,
  id text not null unique,
  type text not null,
  at text not null,
  -- The database that sent it first, by the epoch of its events, and its sequence there.
  daemon text not null,
  daemon_sequence bigint not null,
  chain text,                     -- as in the config of that daemon
  caip2 text,
  alert_id text,
  version bigint,                 -- of the alert, at this event
  data jsonb not null             -- as in docs/events/, without the alert itself
);

create index events_by_alert on events (alert_id, sequence) where alert_id is not null;

-- The alert as the daemon has it that is furthest ahead.
create table alerts_current (
  id text primary key,
  chain text,                     -- as in the config of that daemon: daemons are joined by caip2
  caip2 text,
  direction text,
  status text not null,
  level text not null,
  tags jsonb not null,
  block_height bigint,
  block_hash text,
  block_time text,
  tx_hash text,
  transfer text,
  asset text,
  symbol text,
  decimals bigint,
  amount text,
  own_address text not null,
  counterparty text,
  role text not null,
  match text not null,
  list_id text not null,
  category text not null,
  entry_address text not null,
  subject text,
  subject_ids jsonb not null,
  programs jsonb not null,
  listed_on text,
  listed_at_transfer text,
  list_revision bigint not null,  -- of that daemon
  created_at text not null,
  current_level text not null,
  current_tags jsonb not null,
  current_symbol text,
  current_decimals bigint,
  disposition text not null,
  disposition_by text,
  disposition_at text,
  disposition_note text,
  proposed text,
  proposed_by text,
  proposed_at text,
  proposed_note text,
  assignee text,
  version bigint not null,
  due_on text,
  filed_on text,
  filed_by text,
  filed_reference text,
  entry_in_force boolean not null,
  entry_removed_on text,
  transfer_count bigint not null,
  own_kind text,
  own_reference text,
  daemon text not null,
  updated_at text not null        -- when what this row was written for happened
);

create index alerts_current_by_disposition on alerts_current (disposition, created_at);
create index alerts_current_by_transaction on alerts_current (tx_hash);

create view alerts as
select id, chain, caip2, direction, status, level, tags, block_height, block_hash, block_time, tx_hash, transfer, asset, symbol,
  decimals, amount, own_address, counterparty, role, match, list_id, category, entry_address, subject, subject_ids, programs,
  listed_on, listed_at_transfer, list_revision, created_at
from alerts_current;

create view alert_events as
select sequence as seq, alert_id, at,
  case type when 'alert.decided' then data ->> 'decision' else substr(type, length('alert.') + 1) end as kind,
  data ->> 'actor' as actor, data ->> 'note' as note,
  (data -> 'details') || (data - array['alertId', 'version', 'caip2', 'actor', 'note', 'details']) as data,
  id as event_id, version, caip2, daemon
from events where alert_id is not null;

-- Where each daemon has an alert: two that follow one chain need not be equally far.
create table alert_daemons (
  alert_id text not null,
  daemon text not null,
  chain text,
  status text not null,
  block_height bigint,
  block_hash text,
  version bigint not null,
  updated_at text not null,
  primary key (alert_id, daemon)
);
