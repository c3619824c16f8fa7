-- Where own addresses come from by themselves: the watched files and queries that `own` of the config names.

create table own_sources (
  id text primary key,           -- as in the config
  type text not null check (type in ('file', 'postgres')),
  identity text not null,        -- SHA-256 of what is read (path; or host, database and query): of another, nothing below holds
  position text,                 -- postgres: the highest seq that was read; a whole number, which may have 64 bits
  whole_at text,                 -- postgres: when all rows were asked for last
  sha256 text,                   -- file: of the content that was loaded last
  loaded_at text,                -- the last time that it was read to its end; null: never
  seen_at text,                  -- until when all that it names is known; rescans for what is new begin `lookback` before it
  failing_since text,            -- null while it can be read
  failure text                   -- why it can't, as a sentence
) strict, without rowid;

-- Rows of a source that are not own addresses. What was read again since stands here as it was read last.
create table own_source_rows (
  source text not null,          -- own_sources
  place text not null,           -- seq; of a file the line
  kind text not null check (kind in ('bad', 'removed')),   -- removed: by `own remove`, and the source still names it
  reason text not null,          -- never what stands in the row
  primary key (source, place, kind)
) strict, without rowid;

-- New own addresses for which blocks from a time on are to be rescanned; the follower of the chain finds the height.
create table own_lookbacks (
  id integer primary key,
  chain text not null,           -- as in the config
  since integer not null,        -- unix seconds
  own_revision integer not null  -- that of the addresses
) strict;

create index own_lookbacks_by_chain on own_lookbacks (chain);

-- By the exchange's own id. Those without one are left out: they may be most.
create index own_rows_by_reference on own_rows (reference) where reference != '';
