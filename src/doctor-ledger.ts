import type { ChainConfig } from './config/chains.ts'
import type { Checkup } from './doctor.ts'
import { type BlockRange, countBlocks } from './ledger/block-ranges.ts'
import type { Db } from './ledger/database.ts'
import { lowestAskedFor, raisedStart, unreadFromStart } from './ledger/lower-start.ts'
import { pendingReplays } from './ledger/replays.ts'

/** What the config says of a chain that its stored blocks were not screened with, and what `run` will do about it. */
export function checkAgainstLedger(db: Db, chain: ChainConfig): Checkup[] {
  return [...checkStart(db, chain), ...checkRescans(db, chain.id)]
}

function checkStart(db: Db, { id, start }: ChainConfig): Checkup[] {
  const what = `start of ${id}`
  const from = lowestAskedFor(db, id)
  const raised = raisedStart(id, start, from)
  if (raised !== null)
    return [
      {
        what,
        state: 'warn',
        found: raised,
        advice: `set start: ${from}, which is what the database has; only a new database begins at ${start}`,
      },
    ]
  const pending = pendingReplays(db, id)
  const isQueued = ({ from: first, to }: BlockRange) =>
    pending.some((job) => job.next <= first && job.to >= to)
  return unreadFromStart(db, id, start)
    .filter((range) => !isQueued(range))
    .map((range) => ({
      what,
      state: 'warn',
      found: `\`start\` is ${start}, and blocks ${range.from} to ${range.to} (${countBlocks([range])}) were never screened`,
      advice: `start the daemon: it reads them behind its follower, from a node that has them. Or set start: ${range.to + 1}`,
    }))
}

/** What is written down to be read again. A running daemon is at it; else nobody is. */
function checkRescans(db: Db, chain: string): Checkup[] {
  return pendingReplays(db, chain).map(({ next, to, cause, failure }) => ({
    what: `rescan of ${chain}`,
    state: 'warn',
    found: `blocks ${next} to ${to} are queued to be read${failure === null ? '' : `; the last attempt failed: ${failure}`}`,
    advice:
      failure === null
        ? `\`run\` reads them behind its follower; \`chainscreen coverage ${chain}\` shows what is left`
        : `use a node that has them${cause === 'start' ? ', or raise `start` to the first block that it has' : ''}`,
  }))
}
