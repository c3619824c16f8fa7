import { setImmediate } from 'node:timers/promises'
import { type Key, makeKey } from '../address/key.ts'
import { addressText } from '../address/text.ts'
import { scriptsOfBranch, windowEnd } from '../descriptor/derive.ts'
import { parseDescriptor } from '../descriptor/parse-descriptor.ts'
import type { Db } from '../ledger/database.ts'
import {
  addDerived,
  branchesOn,
  type DerivedAddresses,
  highestUsed,
  type OwnBranch,
} from '../ledger/own/own-branches.ts'
import { inTurn } from '../ledger/write-turns.ts'

/** A branch that knows fewer addresses than it has to. */
export interface ShortWindow {
  branch: OwnBranch
  /** How many it has to know. */
  end: number
}

/**
 * The branches whose windows don't reach far enough, when the chain used these addresses. Ask again once they are wider:
 * among the addresses that were derived some may be known to be in use.
 *
 * @param chain a Bitcoin chain's id; `''` for the descriptors of every chain.
 */
export function shortWindows(db: Db, chain: string, used: Iterable<Key>): ShortWindow[] {
  const branches = branchesOn(db, chain)
  const highest = highestUsed(db, branches, used)
  return branches.flatMap((branch) => {
    // A descriptor of one address has no further ones.
    const end =
      branch.gap === 0 ? 1 : Math.max(branch.asked, windowEnd(highest.get(branch) ?? null, branch.gap))
    return branch.derived < end ? [{ branch, end }] : []
  })
}

export interface WidenOptions {
  /** Now, ISO-8601. */
  now: () => string
  /** Somebody asked for these addresses; default: the chain used those before them. */
  asked?: boolean
  /** A replay under way that found them in use. */
  replay?: number | null
  onProgress?: (progress: { done: number; total: number }) => void
}

/** Addresses written in one transaction: some 20 ms. A revision each, and each has followers screen their step again. */
const addressesAtOnce = 500

/**
 * Derives what is missing in windows and makes it own, in short transactions. Portions are counted and not timed, so that the same is written each time. A crash at any
 * point loses nothing: what is missing is found again.
 */
export async function widenWindows(
  db: Db,
  windows: readonly ShortWindow[],
  options: WidenOptions,
): Promise<void> {
  const { now, asked = false, replay = null, onProgress } = options
  const total = windows.reduce((sum, { branch, end }) => sum + end - branch.derived, 0)
  let done = 0
  for (const { branch, end } of windows) {
    const derive = deriverOf(branch)
    for (let from = branch.derived; from < end; from += addressesAtOnce) {
      const addresses = derive(from, Math.min(from + addressesAtOnce, end))
      done += addresses.length
      const derived = { branch, from, addresses, asked, replay }
      await inTurn(db, () => addDerived(db, derived, now()))
      onProgress?.({ done, total })
      // Messages to the thread are handled, such as to stop.
      await setImmediate()
    }
  }
}

/** Derives the addresses of a branch from one index to before another. */
function deriverOf({
  descriptor: text,
  branch,
  network,
}: OwnBranch): (from: number, end: number) => DerivedAddresses['addresses'] {
  const descriptor = parseDescriptor(text)
  const scriptAt = scriptsOfBranch(descriptor, branch)
  return (from, end) => {
    const addresses: { key: Key; address: string }[] = []
    for (let index = from; index < end; index++) {
      const key = makeKey('bitcoin', scriptAt(index))
      addresses.push({ key, address: addressText(key, network) })
    }
    return addresses
  }
}
