-- Who events are delivered to, and how far each is (docs/delivery.md).

create table delivery_sinks (
  id text primary key,             -- as in the config
  cursor integer not null,         -- events up to this sequence are delivered, or stand in delivery_parked
  attempts integer not null default 0, -- that failed in a row, since the sink itself failed
  next_at text,                    -- not before; null: at once
  problem text,                    -- why the last attempt failed; null: it did not
  disabled text,                   -- why nothing is sent any more, until a person says so
  sent_at text,                    -- when something was last taken
  edits integer not null default 0 -- grows when a person changes something here
) strict, without rowid;

-- Events that a sink refused, and those of the same alert that wait behind them.
create table delivery_parked (
  sink text not null,
  sequence integer not null,
  alert text,                      -- null: of no alert, and nothing waits behind it
  state text not null check (state in ('retry', 'behind', 'dead')),
  attempts integer not null default 0,
  next_at text,                    -- null: it waits for another one, or is dead
  problem text,
  primary key (sink, sequence)
) strict, without rowid;

create index delivery_parked_by_alert on delivery_parked (sink, alert) where alert is not null;

-- Of each alert one row at most: the earliest that is not given up.
create index delivery_parked_due on delivery_parked (sink, next_at) where state = 'retry';

-- What a sink has yet to get, or may be asked to send again, stays.
create trigger outbox_keep before delete on outbox
when exists (select 1 from delivery_sinks where cursor < old.sequence)
  or exists (select 1 from delivery_parked where sequence = old.sequence)
begin
  select raise(abort, 'a sink has yet to get this event');
end;

-- Events above the cursor that a person gave up: they are passed over, and forgotten here with that.
create table delivery_skipped (
  sink text not null,
  sequence integer not null,
  primary key (sink, sequence)
) strict, without rowid;
