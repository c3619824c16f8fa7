import { bitcoinCaip2 } from '../chains/bitcoin/networks.ts'
import type { ChainConfig } from '../config/chains.ts'
import { finalRule } from '../config/node.ts'
import { caip2Of } from '../ledger/blocks/chain.ts'
import { ruleChange } from '../ledger/blocks/finality.ts'
import { lowestAskedFor, raisedStart, unreadFromStart } from '../ledger/blocks/lower-start.ts'
import { pendingReplays } from '../ledger/blocks/replays.ts'
import { type BlockRange, type CoveredRange, countBlocks, coveredRanges } from '../ledger/coverage/ranges.ts'
import type { Db } from '../ledger/database.ts'
import type { Checkup } from './doctor.ts'

/** What the config says of a chain that its stored blocks were not screened with, and what `run` will do about it. */
export function checkAgainstLedger(db: Db, chain: ChainConfig): Checkup[] {
  const ranges = coveredRanges(db, chain.id)
  return [
    ...checkNetwork(db, chain),
    ...checkStart(db, chain),
    ...checkRescans(db, chain.id),
    ...checkFinality(db, chain),
    ...checkLevel(chain, ranges),
    ...checkProof(chain, ranges),
  ]
}

/** The node is asked for its genesis elsewhere; this is known without a node. */
function checkNetwork(db: Db, chain: ChainConfig): Checkup[] {
  const known = caip2Of(db, chain.id)
  const caip2 = chain.type === 'evm' ? `eip155:${chain.chainId}` : bitcoinCaip2(chain.network)
  if (known === null || known === caip2) return []
  return [
    {
      what: `chain ${chain.id}`,
      state: 'fail',
      found: `the database knows ${chain.id} as ${known}, and the config says ${caip2}`,
      advice:
        'give the other chain an id of its own, or use another database: what is stored stays under this id',
    },
  ]
}

function checkFinality(db: Db, chain: ChainConfig): Checkup[] {
  return ruleChange(db, chain.id, finalRule(chain)).map((found) => ({
    what: `finality of ${chain.id}`,
    state: 'warn',
    found,
    advice: 'this happens at the next start of `run`; set `finality` back if you do not want it',
  }))
}

/** What is asked of the node now was not asked of it, or could not be had, for blocks that are stored. */
function checkLevel(chain: ChainConfig, ranges: readonly CoveredRange[]): Checkup[] {
  if (chain.type === 'evm' && chain.traces === 'off') return []
  const less = ranges.filter(({ level }) => level !== 'full')
  const lacks = chain.type === 'evm' ? 'call traces' : 'the outputs that inputs spend'
  return weaker(chain.id, less, {
    what: `coverage of ${chain.id}`,
    found: `were screened without ${lacks} (level \`${less[0]?.level}\`)`,
    need: `from a node that serves ${lacks} of them`,
  })
}

function checkProof(chain: ChainConfig, ranges: readonly CoveredRange[]): Checkup[] {
  if (chain.verify === 'off') return []
  const unproved = ranges.filter((range) => range.unproved)
  return weaker(chain.id, unproved, {
    what: `proof of ${chain.id}`,
    found: `were read with \`verify: off\`: nothing of them was proved`,
    need: `with \`verify: ${chain.verify}\``,
  })
}

function weaker(
  chain: string,
  ranges: readonly BlockRange[],
  { what, found, need }: { what: string; found: string; need: string },
): Checkup[] {
  const [first, last] = [ranges[0], ranges.at(-1)]
  if (first === undefined || last === undefined) return []
  return [
    {
      what,
      state: 'warn',
      found: `${countBlocks(ranges)} blocks from ${first.from} to ${last.to} ${found}`,
      advice: `\`chainscreen replay ${chain} --from ${first.from} --to ${last.to}\` rescans them, ${need}; \`chainscreen coverage ${chain}\` shows which they are`,
    },
  ]
}

function checkStart(db: Db, { id, start }: ChainConfig): Checkup[] {
  const what = `start of ${id}`
  const from = lowestAskedFor(db, id)
  const raised = raisedStart(start, from)
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
