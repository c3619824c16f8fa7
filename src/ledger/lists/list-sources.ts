import { type Db, one, run } from '../database.ts'

/** How a list was last downloaded, so that the next request can ask for news only. */
export interface ListSourceRow {
  list_id: string
  /** SHA-256 of the address that answered; the address itself may hold a key. */
  resource: string | null
  etag: string | null
  last_modified: string | null
  /** The snapshot that it answered with. */
  sha256: string | null
  /** The server asked not to be asked before. */
  not_before: string | null
  /** The announcement of that version, where the publisher makes them: as above, for its own address. */
  index_resource: string | null
  index_etag: string | null
  index_last_modified: string | null
  /** What was announced: a version, and a checksum of the file. */
  version: string | null
  checksum: string | null
}

export function readSource(db: Db, listId: string): ListSourceRow | undefined {
  return one<ListSourceRow>(db, 'select * from list_sources where list_id = ?', listId)
}

/** Notes the download that the next conditional request refers to. */
export function putSource(db: Db, source: ListSourceRow): void {
  run(
    db,
    `insert or replace into list_sources (list_id, resource, etag, last_modified, sha256, not_before,
       index_resource, index_etag, index_last_modified, version, checksum)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[source.list_id, source.resource, source.etag, source.last_modified, source.sha256, source.not_before],
    ...[source.index_resource, source.index_etag, source.index_last_modified],
    ...[source.version, source.checksum],
  )
}

/** Notes until when the server wants to be left alone; `null` = it does not mind. */
export function putNotBefore(db: Db, listId: string, notBefore: string | null): void {
  run(
    db,
    `insert into list_sources (list_id, not_before) values (?, ?)
     on conflict (list_id) do update set not_before = excluded.not_before`,
    ...[listId, notBefore],
  )
}
