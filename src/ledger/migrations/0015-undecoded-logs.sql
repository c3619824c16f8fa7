-- Logs that no decoder knows and that name own addresses: as transfers of an unknown amount, and counted by kind. Dropping the
-- constraint rewrites no rows (SQLite 3.53: https://www.sqlite.org/lang_altertable.html).
alter table transfers alter column amount drop not null;
alter table transfers add column logs integer not null default 1; -- undecoded logs that it stands for

-- Replaced whole with its block when that is read again.
create table undecoded_logs (
  chain text not null references chains (id),
  block_height integer not null,
  contract text not null,        -- '' with topic '': the kinds of this block that are not told apart
  topic text not null,           -- '' for a log without topics
  logs integer not null,
  primary key (chain, block_height, contract, topic)
) strict, without rowid;

create view undecoded_kinds as
select chain, contract, topic, sum(logs) as logs, count(*) as blocks,
  min(block_height) as from_height, max(block_height) as to_height
from undecoded_logs group by chain, contract, topic;

-- A party `named` of the whole transaction is one of its undecoded transfers only.
drop view transfer_parties;
create view transfer_parties as
select
  x.chain, x.block_height, x.block_hash, x.block_time, x.hash as tx_hash, x.orphaned,
  t.transfer, t.direction, t.asset, t.symbol, t.amount, t.own_address, t.tags,
  p.role, p.address as party, p.key as party_key, p.match_key, p.match_basis
from transfers t
join transactions x on x.id = t.transaction_id
join parties p on p.transaction_id = t.transaction_id
  and (p.transfer_id = t.id or (p.transfer_id is null and (p.direction is null or p.direction = t.direction)
    and (p.role != 'named' or t.tags like '%"undecoded"%')));
