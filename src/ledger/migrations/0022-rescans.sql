-- Rescans that a lower `start` in the config asks for, or a person beside a daemon that runs; and what hinders one.
create table rescans (
  id integer primary key,
  chain text not null,
  from_height integer not null,
  to_height integer not null,
  next_height integer not null,  -- the blocks below it are done
  own_revision integer not null, -- own addresses up to it are looked for
  state text not null check (state in ('pending', 'done')),
  created integer not null default 0,
  reinstated integer not null default 0,
  known integer not null default 0,
  added_at text not null,
  started_at text,
  finished_at text,
  -- added, removed: own addresses. start: blocks below where following began. asked: by a person.
  cause text not null default 'added' check (cause in ('added', 'removed', 'start', 'asked')),
  failure text                   -- why the last attempt ended, until one gets on
) strict;

insert into rescans (id, chain, from_height, to_height, next_height, own_revision, state, created, reinstated, known,
  added_at, started_at, finished_at, cause)
select id, chain, from_height, to_height, next_height, own_revision, state, created, reinstated, known,
  added_at, started_at, finished_at, cause from replays;

drop table replays;
alter table rescans rename to replays;

create index replays_pending on replays (chain, id) where state = 'pending';
