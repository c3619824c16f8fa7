-- Tokens of the API. Of each only the SHA-256 is kept.
create table tokens (
  id integer primary key,
  name text not null,
  hash text not null unique,     -- SHA-256 of the token, in hex
  scopes text not null,          -- JSON array
  person text,                   -- null: a service, whose name is the token's
  created_at text not null,
  expires_at text,
  revoked_at text
) strict;

create unique index tokens_by_name on tokens (name) where revoked_at is null;

create trigger tokens_keep before delete on tokens begin
  select raise(abort, 'tokens are revoked, not deleted');
end;

create trigger tokens_revoked before update of revoked_at on tokens
when old.revoked_at is not null or new.revoked_at is null begin
  select raise(abort, 'a token that was revoked stays revoked');
end;

create trigger tokens_fixed before update of id, name, hash, scopes, person, created_at, expires_at on tokens begin
  select raise(abort, 'a token is revoked, and another one added');
end;
