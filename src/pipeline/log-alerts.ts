import { messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import { all, type Db, one } from '../ledger/database.ts'
import { startLoop } from '../lifecycle/loop.ts'

interface RaisedAlert {
  seq: number
  kind: 'created' | 'reinstated'
  id: string
  chain: string | null
  level: string
  direction: string | null
  status: string
  role: string
  subject: string | null
  subject_ids: string
  entry_address: string
  list_id: string
}

/** A look-up by the event's number, so often. */
const lookEveryMs = 1_000
/** Lines at once. */
const most = 1_000

/**
 * Logs one line for each alert that is raised, or comes back, from now on: by a block, the mempool, a re-screen, a rescan, an own address
 * that is listed, or another process.
 *
 * @returns stops after the last one.
 */
export function startLoggingAlerts(db: Db, log: Log): { stop(): Promise<void> } {
  let seen = one<{ seq: number | null }>(db, 'select max(seq) as seq from alert_events')?.seq ?? 0
  const look = () => {
    for (;;) {
      const raised = all<RaisedAlert>(db, raisedSql, seen, most)
      for (const alert of raised) logAlert(log, alert)
      seen = raised.at(-1)?.seq ?? seen
      if (raised.length < most) return
    }
  }
  const loop = startLoop(() => {
    try {
      look()
    } catch (error) {
      log.warn(`alerts were not logged, and will be: ${messageOf(error)}`)
    }
    return lookEveryMs
  })
  return {
    stop: async () => {
      await loop.stop()
      look()
    },
  }
}

const raisedSql = `select e.seq, e.kind, a.id, a.chain, a.level, a.direction, a.status, a.role, a.subject, a.subject_ids, a.entry_address, a.list_id
  from alert_events e cross join alerts a on a.id = e.alert_id
  where e.seq > ? and e.kind in ('created', 'reinstated') and a.category != 'canary' order by e.seq limit ?`

/** `alert 5132b027e1f6: high, deposit on evm, Lazarus Group (27307), list ofac`. */
function logAlert(log: Log, alert: RaisedAlert): void {
  const { kind, id, chain, level, direction, status, role, subject, list_id: list } = alert
  const ids = (JSON.parse(alert.subject_ids) as string[]).join(', ')
  const party = `${subject ?? alert.entry_address}${ids === '' ? '' : ` (${ids})`}`
  const what = role === 'own' ? 'own address' : chain === null ? direction : `${direction} on ${chain}`
  log.warn(
    { ...(chain !== null && { chain }), alert: id, alertLevel: level, direction, status, subject, list },
    `alert ${id.slice(0, 12)}${kind === 'created' ? '' : ' is back'}: ${level}, ${what}, ${party}, list ${list}`,
  )
}
