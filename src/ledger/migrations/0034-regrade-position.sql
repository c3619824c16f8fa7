-- How far a regrade has come, in columns, in place of JSON. A job that is under way goes on from there.
alter table regrades add column position_stage text         -- null = not begun, or done
  check (position_stage in ('transfers', 'alerts'));
alter table regrades add column position_transfer integer; -- transfers: rows up to this one are done
alter table regrades add column position_height integer;   -- alerts: of transactions up to this one they are done
alter table regrades add column position_tx text;          -- and its hash
alter table regrades add column position_alert text;       -- the last alert that is done, of the transaction under way

update regrades set
  position_stage = iif(position ->> '$.transfers' is null, 'alerts', 'transfers'),
  position_transfer = position ->> '$.transfers',
  position_height = position ->> '$.height',
  position_tx = position ->> '$.tx'
where position is not null;

alter table regrades drop column position;
