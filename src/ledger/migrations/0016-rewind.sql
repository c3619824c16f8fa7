-- Rewinding a chain below its hash window, and telling of one that halted.

-- The hash of every covered block: what a row of coverage folds into its digest.
create table block_hashes (
  chain text not null references chains (id),
  height integer not null,
  hash text not null,
  primary key (chain, height)
) strict, without rowid;

insert into block_hashes (chain, height, hash) select chain, height, hash from blocks;

-- When the digest was folded again from hashes that the node served, since the ledger had not kept them.
alter table coverage add column refolded_at text;

-- Why the follower of a chain gave up; null while it runs, or was stopped.
alter table chains add column halted_at text;
alter table chains add column halted_reason text;

-- Reorgs deeper than final that an operator accepted. Append-only.
create table chain_rewinds (
  id integer primary key autoincrement,
  chain text not null references chains (id),
  at text not null,
  actor text not null,
  note text,
  from_height integer not null,  -- the cursor before
  from_hash text not null,
  to_height integer not null,    -- the cursor after
  to_hash text not null,
  alerts integer not null,       -- orphaned
  decided integer not null       -- of them, alerts that somebody had decided
) strict;

create trigger chain_rewinds_keep before delete on chain_rewinds begin
  select raise(abort, 'chain_rewinds is append-only');
end;

create trigger chain_rewinds_fixed before update on chain_rewinds begin
  select raise(abort, 'chain_rewinds is append-only');
end;
