-- Tables of the mempool in the words of nodes: what a transaction spends, when a mempool was polled, why that failed.
alter table pending_claims rename to pending_spends;
alter table pending_spends rename column claim to spent;
alter table mempools rename column looked_at to polled_at;
alter table mempools rename column trouble to failure;

-- What a re-screen does first with an entry is write the events of its alerts.
alter table rescreens rename column position_stage to former_stage;
alter table rescreens add column position_stage text       -- events: of its alerts; match; done
  check (position_stage in ('events', 'match', 'done'));
update rescreens set position_stage = iif(former_stage = 'tell', 'events', former_stage);
alter table rescreens drop column former_stage;
