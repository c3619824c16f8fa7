-- Other keys of whoever holds an own address, which no listed key leads to: the P2SH that a P2WPKH, P2PKH or P2WSH may be the
-- inside of, and the forms of the public keys that a script shows (src/address/equivalents.ts, holderForms). Written before
-- the address counts, and never taken back: a row leads to an address that is own, or to none.
create table own_forms (
  form text not null,
  key text not null,             -- the own address's
  primary key (form, key)
) strict, without rowid;

insert into own_forms (form, key)
select distinct f.value, r.key from own_rows r, json_each(holder_forms(r.key)) f where r.key like 'bitcoin:%';

-- What is listed already may name one of them.
insert into rescreens (kind, revision, whole, parties_to, state, added_at)
select 'own', cast(value as integer), 1, ifnull((select max(id) from parties), 0), 'pending', strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
from meta where key = 'list_revision' and cast(value as integer) > 0 and exists (select 1 from own_forms);
