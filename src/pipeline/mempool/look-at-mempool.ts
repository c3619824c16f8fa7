import type { ChainSource, Mempool } from '../../chains/source.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { commitLook, type LookCounts, type MempoolLook } from '../../ledger/mempool/commit-look.ts'
import { noteMempool } from '../../ledger/mempool/mempools.ts'
import { watchedClaims } from '../../ledger/mempool/pending-transactions.ts'
import { type Wiring, writing } from '../blocks/ledger-store.ts'
import { MempoolView } from './mempool-view.ts'

/** New own addresses are mostly new to the world too: what waits is read again for them, but not all the time. */
const usualRereadMs = 10 * 60_000

/** Looks at one chain's mempool, again and again. */
export interface MempoolWatch {
  /** Reads what is new, and writes what changed. @throws what the source throws. */
  look(signal: AbortSignal): Promise<LookCounts>
}

/**
 * What waits for a block goes through extraction and screening into the ledger, as a block does: the same alerts with
 * the same ids, and the status `pending-mempool`.
 *
 * @param options.rereadMs at most this often the whole mempool is read again because own addresses were added.
 */
export function createMempoolWatch(
  wiring: Wiring,
  source: ChainSource,
  options: { rereadMs?: number } = {},
): MempoolWatch {
  const { db, chain, memory, now } = wiring
  const { rereadMs = usualRereadMs } = options
  const own = memory.ownOn(chain.id)
  const view = new MempoolView()
  let ownRevision = -1
  let toReadAgain = false
  let readAgainAt = Number.NEGATIVE_INFINITY

  const write = (
    look: Pick<MempoolLook, 'claimed' | 'whole'> & { among?: readonly string[] },
    total: LookCounts,
  ): void => {
    const { among, ...seen } = look
    for (;;) {
      memory.refresh()
      const at = now()
      const waiting = view.waiting(memory.watchlist, Math.floor(Date.parse(at) / 1000), among)
      const counts = writing(db, () =>
        commitLook(db, chain, { ...seen, waiting, revisions: memory.revisions, at }),
      )
      if (counts === null) continue
      for (const name of ['created', 'reinstated', 'withdrawn'] as const) total[name] += counts[name]
      return
    }
  }

  const list = async (signal: AbortSignal): Promise<Mempool> => {
    if (source.mempool === undefined)
      throw new ChainscreenError('node-missing-data', `The mempool of ${chain.id} can't be read.`)
    return source.mempool(signal)
  }

  return {
    async look(signal) {
      const total: LookCounts = { created: 0, reinstated: 0, withdrawn: 0 }
      const mempool = await list(signal)
      memory.refresh()
      if (memory.revisions.own !== ownRevision) {
        ownRevision = memory.revisions.own
        toReadAgain = true
        view.extractAgain(own)
      }
      if (toReadAgain && Date.parse(now()) >= readAgainAt) {
        toReadAgain = false
        readAgainAt = Date.parse(now()) + rereadMs
        view.forget()
      }
      const holds = new Set(mempool.hashes)
      const unread = await view.read(mempool, view.renew(holds), {
        own,
        watched: () => watchedClaims(db, chain.id),
        onRead: (among, claimed) => write({ among, claimed, whole: null }, total),
        signal,
      })
      const whole = mempool.tip === null ? null : { holds, tip: mempool.tip }
      write({ claimed: [], whole }, total)
      const state = { chain: chain.id, lookedAt: now(), transactions: holds.size, unread, trouble: null }
      writing(db, () => noteMempool(db, state))
      return total
    },
  }
}
