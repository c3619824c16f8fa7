-- A public key that a list publishes has accounts on EVM chains and on Tron too: forms that were not written down so far.
insert into list_forms (form, key)
select f.value, k.form from list_forms k, json_each(index_forms(k.form)) f
where k.key is null and (k.form like 'bitcoin:21%ac' or k.form like 'bitcoin:41%ac') and f.value like 'evm:%'
on conflict do nothing;

-- Stored history was not matched by them.
insert into rescreens (kind, revision, whole, parties_to, state, added_at)
select 'asked', cast(value as integer), 1, ifnull((select max(id) from parties), 0), 'pending', strftime('%Y-%m-%dT%H:%M:%fZ', 'now')
from meta where key = 'list_revision' and exists (
  select 1 from list_forms where form like 'evm:%' and key like 'bitcoin:%'
);
