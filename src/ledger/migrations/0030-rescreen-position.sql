-- How far a re-screen has come, in columns, in place of a text of several fields. A job that is under way goes on from there.
alter table rescreens add column position_list integer;    -- the entry under way: list_numbers.number; null = not begun, or done
alter table rescreens add column position_key integer;     -- and list_keys.id
alter table rescreens add column position_stage text       -- tell: its alerts are told what changed; match; done
  check (position_stage in ('tell', 'match', 'done'));
alter table rescreens add column position_variant integer; -- match: the variant of its address, counted from 0
alter table rescreens add column position_row integer;     -- match: rows of parties of that variant are done up to this one
alter table rescreens add column position_alert text;      -- the last alert that was told or written, of the transaction under way

-- The cursor was: null = done; an alert, or `!` and an alert = told up to it; `variant:row`, or `variant:row:alert` = matched.
with cursors as (
  select id, position ->> 'listId' as list_id, position ->> 'key' as key, position ->> 'cursor' as cursor
  from rescreens where position is not null
), places as (
  select *, cursor glob '[0-9]*:*' as is_place, substr(cursor, instr(cursor, ':') + 1) || ':' as rest from cursors
)
update rescreens set
  position_list = ifnull((select number from list_numbers n where n.list_id = p.list_id), 0),
  position_key = ifnull((select k.id from list_keys k where k.key = p.key and k.variant_of is null), 0),
  position_stage = case when p.cursor is null then 'done' when p.is_place then 'match' else 'tell' end,
  position_variant = iif(p.is_place, cast(substr(p.cursor, 1, instr(p.cursor, ':') - 1) as integer), null),
  position_row = iif(p.is_place, cast(substr(p.rest, 1, instr(p.rest, ':') - 1) as integer), null),
  position_alert = case
    when p.cursor is null then null
    when p.is_place then nullif(rtrim(substr(p.rest, instr(p.rest, ':') + 1), ':'), '')
    else ltrim(p.cursor, '!') end
from places p where rescreens.id = p.id;

alter table rescreens drop column position;
