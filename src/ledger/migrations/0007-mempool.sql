-- Before the block: what waits in a node's mempool and raised alerts. What moved is written down only by blocks.

-- Transactions that waited and raised an alert, and what became of them.
create table pending_transactions (
  chain text not null references chains (id),
  hash text not null,
  -- waiting: in the mempool when it was last read. mined: a block has it. gone: it left the mempool, and no block has it.
  state text not null check (state in ('waiting', 'mined', 'gone')),
  replaced_by text,              -- the transaction that uses what this one would have used
  block_height integer,          -- of the block that has it, or has what replaced it; null = none
  added_at text not null,
  updated_at text not null,
  primary key (chain, hash)
) strict, without rowid;

create index pending_transactions_by_state on pending_transactions (chain, state, block_height);

-- What can be used once, and by which of them: `txid:n` of a Bitcoin output, `0x…:nonce` of an EVM account.
create table pending_claims (
  chain text not null,
  claim text not null,
  hash text not null,
  primary key (chain, claim, hash),
  foreign key (chain, hash) references pending_transactions (chain, hash)
) strict, without rowid;

create index pending_claims_by_transaction on pending_claims (chain, hash);

-- The last look at each chain's mempool: what "no alert" stands on.
create table mempools (
  chain text primary key references chains (id),
  looked_at text not null,
  transactions integer,          -- in it; null where it could not be read
  unread integer,                -- of them not screened, and tried again
  trouble text                   -- why it could not be read
) strict, without rowid;

create index alerts_by_transaction on alerts (chain, tx_hash);
