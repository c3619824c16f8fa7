import type { ChainSource, FreezeReader } from '../../chains/source.ts'
import { ChainscreenError, isTemporary, messageOf } from '../../diagnostics/errors.ts'
import type { Log } from '../../diagnostics/log.ts'
import { readChainState } from '../../ledger/blocks/chain.ts'
import { type Db, inTransaction } from '../../ledger/database.ts'
import { frozenAccounts, nextToCompare, noteCompared } from '../../ledger/freezes/freeze-past.ts'
import { noteCheck } from '../../ledger/lists/list-checks.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import { pause, startLoop } from '../../lifecycle/loop.ts'
import { retryDelayMs } from '../../network/retry.ts'
import { newPace, readPastFreezes } from './read-past-freezes.ts'

/** Blocks become final as they are followed; one look at a small table tells whether any have. */
const lookEveryMs = 1_000
const usualFirstRetryMs = 250
const longestRetryMs = 60_000
/** To finish, a node gets this many chances in a row. */
const finishAttempts = 5

interface PastReading {
  /** Ends the work after the call under way; to `finish`, after all that can be read now was. @throws then, what stops it. */
  stop(options: { finish: boolean }): Promise<void>
}

interface PastReadingOptions {
  /** The contracts that lists of this chain have; none: there is nothing to do. */
  contracts: readonly string[]
  log: Log
  /** Now, ISO-8601. */
  now: () => string
  /** Ends finishing, too. */
  signal: AbortSignal
  /** How long to wait after the first failure in a row; doubled with each further one. Default 250. */
  firstRetryMs?: number
}

/**
 * Reads, beside the follower of a chain, what issuers froze before it was followed. A failure of the node is logged and
 * retried, and halts no follower: until all is read the list is not complete, and says so.
 */
export function startReadingFreezes(
  db: Db,
  chain: { id: string },
  source: ChainSource,
  { contracts, log, now, signal: stopped, firstRetryMs = usualFirstRetryMs }: PastReadingOptions,
): PastReading {
  if (contracts.length === 0) return { stop: async () => {} }
  const pace = newPace()
  const about = { chain: chain.id }
  const retry = { firstMs: firstRetryMs, longestMs: longestRetryMs }

  /** All that can be read now. */
  async function read(until: AbortSignal): Promise<void> {
    const { freezes } = source
    if (freezes === undefined) return
    const options = { now, signal: until, pace }
    for (;;) {
      const ranges = await readPastFreezes(db, chain, freezes, options)
      const compared = until.aborted ? null : await compareFreezes(db, chain, freezes, options)
      if (compared !== null) {
        const message = `list ${compared.listId}: ${sentence(compared)}`
        if (compared.different.length === 0) log.info({ ...about, ...compared }, message)
        else log.error({ ...about, ...compared }, message)
      } else if (ranges === 0) return
    }
  }

  let failures = 0
  let opened = false
  const loop = startLoop(
    async (signal) => {
      try {
        if (!opened) await source.open(signal)
        opened = true
        await read(signal)
        failures = 0
        return lookEveryMs
      } catch (error) {
        // A node of another chain: the follower halts for it.
        if (signal.aborted || (error instanceof ChainscreenError && !isTemporary(error))) return null
        const retryMs = retryDelayMs(retry, ++failures)
        log.warn({ ...about, retryMs }, `past freezes on ${chain.id} were not read: ${messageOf(error)}`)
        return retryMs
      }
    },
    { signal: stopped },
  )

  return {
    async stop({ finish }) {
      await loop.stop()
      for (let attempt = 1; finish; attempt++) {
        try {
          return await read(stopped)
        } catch (error) {
          if (stopped.aborted) return
          if (attempt === finishAttempts || !isTemporary(error)) throw error
          await pause(retryDelayMs(retry, attempt), stopped)
        }
      }
    },
  }
}

/** What came of asking a contract for every account that it was read to speak of. */
interface FreezeComparison {
  listId: string
  contract: string
  accounts: number
  frozen: number
  /** Accounts of which the contract says something else than what was read of it. */
  different: string[]
  /** Accounts of which it could not be asked. */
  unasked: number
}

/** How many differing accounts a sentence names. */
const namedAtMost = 5

/**
 * Asks a contract whose past was read through for every account found, after the block that the ledger stands at: an
 * event that the node's index of logs left out shows here, where it is one of an account of which another was found.
 * What came of it is a row of `list_checks`.
 *
 * @returns `null` where there is nothing to compare.
 */
export async function compareFreezes(
  db: Db,
  chain: { id: string },
  reader: FreezeReader,
  options: { now: () => string; signal: AbortSignal },
): Promise<FreezeComparison | null> {
  const row = nextToCompare(db, chain.id)
  const { cursor, headHeight, finalHeight } = readChainState(db, chain.id)
  if (row === undefined || cursor === null) return null
  // Nodes keep the state of the last blocks: while older ones are followed there is nothing to ask.
  if ((headHeight ?? 0) - cursor.height > cursor.height - (finalHeight ?? 0)) return null
  const accounts = frozenAccounts(db, chain.id, row.contract)
  const different: string[] = []
  let unasked = 0
  for (const { key, frozen } of accounts) {
    const answer = await reader.isFrozen(row.contract, key, cursor.hash, options.signal)
    if (answer === null) unasked++
    else if (answer !== frozen) different.push(`0x${key.slice('evm:'.length)}`)
  }
  const outcome: FreezeComparison = {
    ...{ listId: row.list_id, contract: row.contract, accounts: accounts.length },
    frozen: accounts.filter(({ frozen }) => frozen).length,
    ...{ different, unasked },
  }
  const at = options.now()
  const note = () => {
    noteCompared(db, row, at)
    noteCheck(db, {
      ...{ list_id: row.list_id, at, outcome: different.length === 0 ? 'activated' : 'rejected' },
      ...{ status: null, detail: sentence(outcome), sha256: null, bytes: null },
    })
  }
  await inTurn(db, () => inTransaction(db, note))
  return outcome
}

/** What was found, for people. */
function sentence({ contract, accounts, frozen, different, unasked }: FreezeComparison): string {
  const read = `past freezes by ${contract} are read: ${accounts} accounts, ${frozen} of them frozen`
  const asked = unasked > 0 ? `; the contract did not answer for ${unasked} of them` : ''
  if (different.length === 0) return read + asked
  const more = different.length > namedAtMost ? ', …' : ''
  return `${read}${asked}; for ${different.length} of them the contract says otherwise: ${different.slice(0, namedAtMost).join(', ')}${more}`
}
