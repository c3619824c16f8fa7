-- Views in place of the rows of before: docs/alerts.md documents them. A comparison with one key or hash, written out or bound to a
-- parameter, is a look-up of `lookups`: SQLite puts it wherever the column stands, also in the conditions below that every row fulfils
-- (https://www.sqlite.org/optoverview.html, "Constant Propagation").

drop view transfer_parties;
drop table parties;
drop table transfers;
drop table transactions;

create view transactions as
select
  x.id, b.chain, x.hash_text as hash, b.height as block_height,
  b.hash_text || iif(x.state = 2, '~' || x.id, '') as block_hash,
  iif(typeof(b.time) = 'integer', strftime('%Y-%m-%dT%H:%M:%SZ', b.time, 'unixepoch'), b.time) as block_time,
  x.own_signed, x.state > 0 as orphaned
from transaction_rows x
join transaction_blocks b on b.id = x.block
join lookups l on l.kind = 2 and l.hash = ifnull(unhex(substr(x.hash_text, -16)), substr(x.hash_text, -16))
  and x.id = (l.epoch << 15) + l.row and l.epoch = x.id >> 15 and l.row = x.id & 32767;

create view transfers as
select
  t.id, t.tx as transaction_id, t.transfer, case t.direction when 0 then 'deposit' when 1 then 'withdrawal' end as direction,
  a.asset || ifnull(':' || t.token, '') as asset, a.symbol, cast(t.amount as text) as amount, t.own_key,
  iif(typeof(t.own) = 'blob' and instr(t.own_address, '*'), replace(t.own_address, '*', (
    select group_concat(substr('qpzry9x8gf2tvdw0s3jn54khce6mua7l', 1 + (
      (instr('123456789ABCDEF', substr(hex(substr(t.own, 3)) || '0', position * 5 / 4 + 1, 1)) * 16
        + instr('123456789ABCDEF', substr(hex(substr(t.own, 3)) || '0', position * 5 / 4 + 2, 1))) >> (3 - position % 4) & 31), 1), '')
    from bech32_positions where position * 5 < (length(t.own) - 2) * 8)), ifnull(t.own_address, '0x' || t.own)) as own_address,
  ifnull(t.tags, '[]') as tags, ifnull(t.logs, 1) as logs
from transfer_rows t
join assets a on a.id = t.asset
join lookups l on l.kind = 1 and l.hash = ifnull(unhex(substr(t.own_key, -16)), substr(t.own_key, -16))
  and t.tx = (l.epoch << 15) + l.row and l.epoch = t.tx >> 15 and l.row = t.tx & 32767
where t.tx = t.id >> 20 and t.n = t.id & 1048575;

create view parties as
select
  p.id, p.tx as transaction_id, (p.tx << 20) + p.transfer as transfer_id, case p.direction when 0 then 'deposit' when 1 then 'withdrawal' end as direction,
  case p.role when 0 then 'source' when 1 then 'destination' when 2 then 'initiator' when 3 then 'operator' when 4 then 'intermediary' when 5 then 'upstream' when 6 then 'named' when 7 then 'onward' when 8 then 'co-recipient' when 9 then 'co-input' when 10 then 'asset' else p.role end as role,
  p.key,
  iif(typeof(p.party) = 'blob' and instr(p.address, '*'), replace(p.address, '*', (
    select group_concat(substr('qpzry9x8gf2tvdw0s3jn54khce6mua7l', 1 + (
      (instr('123456789ABCDEF', substr(hex(substr(p.party, 3)) || '0', position * 5 / 4 + 1, 1)) * 16
        + instr('123456789ABCDEF', substr(hex(substr(p.party, 3)) || '0', position * 5 / 4 + 2, 1))) >> (3 - position % 4) & 31), 1), '')
    from bech32_positions where position * 5 < (length(p.party) - 2) * 8)), ifnull(p.address, '0x' || p.party)) as address,
  p.match_key,
  case p.basis when 0 then 'exact' when 1 then 'same-key' when 2 then 'same-script' when 3 then 'same-account' else p.basis end as match_basis
from party_rows p
join lookups l on l.kind = 0 and l.hash = ifnull(unhex(substr(p.match_key, -16)), substr(p.match_key, -16))
  and p.tx = (l.epoch << 15) + l.row and l.epoch = p.tx >> 15 and l.row = p.tx & 32767
where p.tx = p.id >> 20 and p.n = p.id & 1048575;

-- What else moved in a transaction: a join that most queries need.
create view transfer_parties as
select
  b.chain, b.height as block_height,
  b.hash_text || iif(x.state = 2, '~' || x.id, '') as block_hash,
  iif(typeof(b.time) = 'integer', strftime('%Y-%m-%dT%H:%M:%SZ', b.time, 'unixepoch'), b.time) as block_time,
  x.hash_text as tx_hash, x.state > 0 as orphaned, t.transfer, case t.direction when 0 then 'deposit' when 1 then 'withdrawal' end as direction,
  a.asset || ifnull(':' || t.token, '') as asset, a.symbol, cast(t.amount as text) as amount,
  iif(typeof(t.own) = 'blob' and instr(t.own_address, '*'), replace(t.own_address, '*', (
    select group_concat(substr('qpzry9x8gf2tvdw0s3jn54khce6mua7l', 1 + (
      (instr('123456789ABCDEF', substr(hex(substr(t.own, 3)) || '0', position * 5 / 4 + 1, 1)) * 16
        + instr('123456789ABCDEF', substr(hex(substr(t.own, 3)) || '0', position * 5 / 4 + 2, 1))) >> (3 - position % 4) & 31), 1), '')
    from bech32_positions where position * 5 < (length(t.own) - 2) * 8)), ifnull(t.own_address, '0x' || t.own)) as own_address,
  ifnull(t.tags, '[]') as tags,
  case p.role when 0 then 'source' when 1 then 'destination' when 2 then 'initiator' when 3 then 'operator' when 4 then 'intermediary' when 5 then 'upstream' when 6 then 'named' when 7 then 'onward' when 8 then 'co-recipient' when 9 then 'co-input' when 10 then 'asset' else p.role end as role,
  iif(typeof(p.party) = 'blob' and instr(p.address, '*'), replace(p.address, '*', (
    select group_concat(substr('qpzry9x8gf2tvdw0s3jn54khce6mua7l', 1 + (
      (instr('123456789ABCDEF', substr(hex(substr(p.party, 3)) || '0', position * 5 / 4 + 1, 1)) * 16
        + instr('123456789ABCDEF', substr(hex(substr(p.party, 3)) || '0', position * 5 / 4 + 2, 1))) >> (3 - position % 4) & 31), 1), '')
    from bech32_positions where position * 5 < (length(p.party) - 2) * 8)), ifnull(p.address, '0x' || p.party)) as party,
  p.key as party_key,
  p.match_key,
  case p.basis when 0 then 'exact' when 1 then 'same-key' when 2 then 'same-script' when 3 then 'same-account' else p.basis end as match_basis
from transaction_rows x
join transaction_blocks b on b.id = x.block
join lookups lx on lx.kind = 2 and lx.hash = ifnull(unhex(substr(x.hash_text, -16)), substr(x.hash_text, -16))
  and x.id = (lx.epoch << 15) + lx.row and lx.epoch = x.id >> 15 and lx.row = x.id & 32767
join party_rows p on p.tx = x.id
join lookups lp on lp.kind = 0 and lp.hash = ifnull(unhex(substr(p.match_key, -16)), substr(p.match_key, -16))
  and x.id = (lp.epoch << 15) + lp.row and lp.epoch = x.id >> 15 and lp.row = x.id & 32767
join transfer_rows t on t.tx = x.id and (t.n = p.transfer or p.transfer is null
  and (p.direction is null or p.direction = t.direction) and (p.role != 6 or t.tags like '%"undecoded"%'))
join assets a on a.id = t.asset;

-- Jobs that are not done name rows of before: they go over all rows again, which changes nothing where it was done.
update rescreens set parties_to = ifnull((select id from party_rows order by tx desc, n desc limit 1), 0),
  position_variant = iif(position_stage = 'match', 0, null), position_row = iif(position_stage = 'match', 0, null),
  position_alert = iif(position_stage = 'match', null, position_alert)
where state = 'pending';
update regrades set transfers_to = ifnull((select id from transfer_rows order by tx desc, n desc limit 1), 0),
  position = iif(position ->> '$.transfers' is not null, '{"transfers":0}', position)
where state = 'pending';
