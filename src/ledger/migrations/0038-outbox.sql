-- The outbox: everything that happened, in one order, for sinks and streams (docs/events.md).

-- An event of an alert is its row of `alert_events`, and is not stored a second time: `seq` is its sequence. The first 16 bytes of a
-- SHA-256, the same in every database; null of rows of before, whose id is made from the row (src/ledger/events/event-id.ts).
alter table alert_events add column event_id blob;

-- Events of everything else. They take their sequence from the same counter as the rows of `alert_events`.
create table outbox (
  sequence integer primary key,
  id blob not null,
  type text not null,            -- such as `list.activated`
  at text not null,
  chain text,                    -- null: of no chain
  data text not null             -- JSON
) strict;

create trigger outbox_fixed before update on outbox begin
  select raise(abort, 'events are never changed');
end;

-- The counter is a row of SQLite's own (https://www.sqlite.org/autoinc.html), which comes with the first event of an alert.
insert into sqlite_sequence (name, seq)
select 'alert_events', 0 where not exists (select 1 from sqlite_sequence where name = 'alert_events');

-- A restored backup gets another one: a sequence of before may stand for another event there.
insert into meta (key, value) values ('epoch', lower(hex(randomblob(16))));

-- What went wrong and was reported, so that it is reported once, and its end too.
create table reported_problems (
  subject text primary key,      -- such as `list:ofac-sdn`
  since text not null,
  reason text not null
) strict, without rowid;

-- The sequence before the alerts that a changed list raises; null where nothing is to be matched.
alter table rescreens add column first_sequence integer;
