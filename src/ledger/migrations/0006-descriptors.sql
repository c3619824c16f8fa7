-- Own addresses by output descriptor, derived as the chain uses them; and ranges of blocks that are read again, because own
-- addresses were registered after the blocks were screened.

create table own_descriptors (
  id integer primary key,
  checksum text not null,        -- BIP 380, of the descriptor as it stands here: what messages call it by
  descriptor text not null,      -- extended public keys: who reads it knows every address
  chain text not null,           -- '' = every Bitcoin chain
  network text not null,         -- how its addresses are written
  kind text not null check (kind in ('deposit', 'hot', 'cold', 'forwarder')),
  reference text not null,
  gap integer not null,          -- addresses to know beyond the highest one in use; 0 = it stands for one address
  added_at text not null,
  retired_at text,               -- its addresses stay own, and new ones are still found
  unique (descriptor, chain)
) strict;

-- One row for each number of a <0;1> step.
create table own_branches (
  descriptor_id integer not null references own_descriptors (id),
  branch integer not null,
  asked integer not null,        -- addresses 0 to asked - 1 were asked for when it was added
  derived integer not null,      -- addresses 0 to derived - 1 are own addresses
  used integer,                  -- the highest index that the chain used, or that was in use when it was added
  primary key (descriptor_id, branch)
) strict, without rowid;

create table own_derived (
  key text not null,
  descriptor_id integer not null,
  branch integer not null,
  position integer not null,     -- the index
  primary key (key, descriptor_id, branch),
  foreign key (descriptor_id, branch) references own_branches (descriptor_id, branch)
) strict, without rowid;

-- The own revisions that nobody asked for: addresses derived because the chain used the ones before.
create table own_widenings (
  revision integer primary key,
  chain text not null,
  addresses integer not null,
  at text not null
) strict;

create table replays (
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
  finished_at text
) strict;

create index replays_pending on replays (chain, id) where state = 'pending';
