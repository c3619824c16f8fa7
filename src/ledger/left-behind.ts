import { all, type Db } from './database.ts'
import { countingLoad } from './lists/entry-versions.ts'

/** A list that is in force, and that a config does not name any more. */
export interface LeftList {
  id: string
  /** When its version was activated; `null` for one that is read from a chain. */
  activatedAt: string | null
  /** Lists of the config that come from the same source, or have the same bytes in force: it was renamed. */
  sameAs: readonly string[]
}

/** A chain that was followed, and that a config does not name any more. */
export interface LeftChain {
  id: string
  height: number
  /** Of that block: unix seconds. */
  time: number
  /** Alerts that wait to be final. */
  pending: number
}

/** The lists that stay in force although the config does not name them. @param configured ids of the config. */
export function leftLists(db: Db, configured: readonly string[]): LeftList[] {
  const rows = all<{ id: string; activatedAt: string | null; sameAs: string }>(
    db,
    `select l.id, l.activated_at as activatedAt, (
       select json_group_array(o.id) from (
         select o.id from lists o left join list_sources os on os.list_id = o.id
         where o.id in (select value from json_each(?1)) and (o.active_snapshot = l.active_snapshot
           or os.resource = (select s.resource from list_sources s where s.list_id = l.id)) order by o.id) o
     ) as sameAs
     from lists l where l.category != 'canary' and l.removed_at is null
       and l.id not in (select value from json_each(?1))
       and exists (select 1 from entry_versions v where v.list = (select number from list_numbers where list_id = l.id)
         and v.removed_on is null and v.load = ${countingLoad})
     order by l.id`,
    JSON.stringify(configured),
  )
  return rows.map((row) => ({ ...row, sameAs: JSON.parse(row.sameAs) as string[] }))
}

/** The chains that are not followed any more. @param configured ids of the config. */
export function leftChains(db: Db, configured: readonly string[]): LeftChain[] {
  return all<LeftChain>(
    db,
    `select c.id, c.cursor_height as height, c.cursor_time as time,
       (select count(*) from alerts a where a.chain = c.id and a.status in ('pending', 'pending-mempool')) as pending
     from chains c where c.cursor_height is not null and c.id not in (select value from json_each(?)) order by c.id`,
    JSON.stringify(configured),
  )
}

/**
 * Chains that own addresses are registered for alone, and that the config does not name. Looks at every own address.
 *
 * @param configured ids of the config.
 */
export function leftOwnChains(db: Db, configured: readonly string[]): { chain: string; addresses: number }[] {
  return all(
    db,
    `select chain, count(distinct key) as addresses from own_rows
     where chain != '' and removed_at is null and chain not in (select value from json_each(?))
       and load <= (select cast(value as integer) from meta where key = 'own_load')
     group by chain order by chain`,
    JSON.stringify(configured),
  )
}

/** What that means. */
export function leftOwnText({ chain, addresses }: { chain: string; addresses: number }): string {
  const many = addresses === 1 ? 'own address is' : 'own addresses are'
  return `${addresses} ${many} registered for chain ${chain} alone, which is not in the config: no block is searched for them`
}

/** What that means for what is stored, as a sentence. */
export function leftListText({ id, activatedAt, sameAs }: LeftList): string {
  const since = activatedAt === null ? '' : ` as it was activated at ${activatedAt}`
  const renamed =
    sameAs.length === 0
      ? ''
      : `; list ${sameAs.join(', ')} has the same source, so each of its addresses raises an alert of each list`
  return `list ${id} is not in the config: it stays in force${since}, and is no longer updated${renamed}; \`chainscreen lists remove ${id}\` takes it out of force`
}

/** The same of a chain. */
export function leftChainText({ id, height, time, pending }: LeftChain): string {
  const waiting = pending === 0 ? '' : `, and ${pending} of them stay pending`
  return `chain ${id} is not in the config: it is not followed, and was screened up to block ${height} (${new Date(time * 1000).toISOString()}); its alerts stay as they are${waiting}`
}

/** Everything that the database has and the config does not name. */
export function leftBehind(
  db: Db,
  config: { lists: readonly { id: string }[]; chains: readonly { id: string }[] },
): string[] {
  const ids = (named: readonly { id: string }[]) => named.map(({ id }) => id)
  return [
    ...leftLists(db, ids(config.lists)).map(leftListText),
    ...leftChains(db, ids(config.chains)).map(leftChainText),
  ]
}
