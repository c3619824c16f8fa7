-- How old a list is, is a matter of its publisher: a file is as old as its content, and a date of issue has a limit too.
alter table lists add column origin text not null default 'url' check (origin in ('url', 'file', 'chain'));
alter table lists add column content_since text;          -- when the bytes of the active version came in place of others
alter table lists add column max_issue_age_seconds integer; -- null = no limit

update lists set
  origin = case
    when format = 'token-blacklist' then 'chain'
    when exists (select 1 from list_sources s where s.list_id = lists.id) then 'url'
    else 'file'
  end,
  content_since = (
    select min(s.imported_at) from list_snapshots s where s.list_id = lists.id and s.sha256 = lists.active_snapshot
  ),
  -- 45 days, as the config has it where it says nothing.
  max_issue_age_seconds = iif(
    format in ('ofac-sdn-advanced', 'ofac-sdn', 'uk-sanctions-list', 'eu-fsf', 'opensanctions', 'bundled'), 3888000, null
  );
