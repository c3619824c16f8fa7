import type { FreezeReader } from '../../chains/freezes.ts'
import { readChainState } from '../../ledger/blocks/chain.ts'
import { type Db, inTransaction } from '../../ledger/database.ts'
import { frozenAccounts, nextToCompare, noteCompared } from '../../ledger/freezes/freeze-past.ts'
import { noteCheck } from '../../ledger/lists/list-checks.ts'

/** What came of asking a contract for every account that it was read to speak of. */
export interface FreezeComparison {
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
    const says = await reader.isFrozen(row.contract, key, cursor.hash, options.signal)
    if (says === null) unasked++
    else if (says !== frozen) different.push(`0x${key.slice('evm:'.length)}`)
  }
  const outcome: FreezeComparison = {
    ...{ listId: row.list_id, contract: row.contract, accounts: accounts.length },
    frozen: accounts.filter(({ frozen }) => frozen).length,
    ...{ different, unasked },
  }
  const at = options.now()
  inTransaction(db, () => {
    noteCompared(db, row, at)
    noteCheck(db, {
      ...{ list_id: row.list_id, at, outcome: different.length === 0 ? 'activated' : 'rejected' },
      ...{ status: null, detail: sentence(outcome), sha256: null, bytes: null },
    })
  })
  return outcome
}

/** What was found, for people. */
export function sentence({ contract, accounts, frozen, different, unasked }: FreezeComparison): string {
  const read = `past freezes by ${contract} are read: ${accounts} accounts, ${frozen} of them frozen`
  const asked = unasked > 0 ? `; the contract did not answer for ${unasked} of them` : ''
  if (different.length === 0) return read + asked
  const more = different.length > namedAtMost ? ', …' : ''
  return `${read}${asked}; for ${different.length} of them the contract says otherwise: ${different.slice(0, namedAtMost).join(', ')}${more}`
}
