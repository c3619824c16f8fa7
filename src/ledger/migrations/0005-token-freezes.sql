-- Issuer freezes: what the contracts of tokens say of accounts, in events of the chains that are followed.

-- The contracts whose events make up a list of the format token-blacklist, and how far their past has been read.
create table freeze_contracts (
  list_id text not null references lists (id),
  chain text not null,             -- of the config; in `chains` once its node has answered
  contract text not null,          -- lower-case, with 0x
  symbol text,
  from_height integer not null,    -- the first block that counts
  past_next integer not null,      -- the next block of the past to read; after past_to = it is read through
  past_to integer,                 -- the last block of the past; null = the one before following begins
  unwatched_from integer,          -- blocks from here on are followed without it; null = it is watched
  dropped integer not null default 0, -- 1: the list does not name it any more, and what it says does not count
  compared_at text,                -- when its own word was asked for every account found; null = not since it was read
  primary key (list_id, chain, contract)
) strict, without rowid;

-- Every such event that was read. Those of a block that lost stay, marked.
create table token_freezes (
  chain text not null references chains (id),
  block_hash text not null,
  log_index integer not null,      -- its place among all logs of the block
  block_height integer not null,
  block_time text not null,
  tx_hash text not null,
  contract text not null,
  key text not null,               -- the account
  change text not null check (change in ('frozen', 'unfrozen')),
  orphaned integer not null default 0,
  primary key (chain, block_hash, log_index)
) strict, without rowid;

create index token_freezes_by_key on token_freezes (chain, key, block_height, log_index);
create index token_freezes_by_height on token_freezes (chain, block_height);
