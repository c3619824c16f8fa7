import type { Key } from '../../../src/address/key.ts'
import type { Mempool, PendingTransaction } from '../../../src/chains/source.ts'
import { FakeChain } from '../../chains/fake-chain.ts'
import { listed, own, party, transfer, tx } from '../../screening/builders.ts'

/** A transaction that waits: who pays whom, and what it spends. */
export interface Paying {
  from?: Key
  to?: Key
  spends?: readonly string[]
}

/** A chain whose node also has a mempool. */
export class WaitingChain extends FakeChain {
  waits = new Map<string, Paying>()
  /** The node has them, and can't say what they spend. */
  unreadable = new Set<string>()
  /** The node's best blocks before and after the answer, where not its tip. */
  tips: readonly string[] | null | undefined
  /** Called before the mempool is listed; what it throws is the answer. */
  onList: () => void = () => {}
  /** Every transaction that was asked for, in order. */
  readonly asked: string[] = []

  mempool = async (): Promise<Mempool> => {
    this.onList()
    return {
      tips: this.tips === undefined ? [this.tip.hash] : this.tips,
      hashes: [...this.waits.keys()],
      read: async (hashes) => {
        this.asked.push(...hashes)
        return hashes.flatMap((hash) => {
          const paying = this.unreadable.has(hash) ? undefined : this.waits.get(hash)
          return paying === undefined ? [] : [pending(hash, paying)]
        })
      },
    }
  }
}

function pending(
  hash: string,
  { from = listed, to = own, spends = [`${hash}:0`] }: Paying,
): PendingTransaction {
  return {
    hash,
    spends,
    content: {
      family: 'made-up',
      transaction: tx({ hash, transfers: [transfer({ own: to, parties: [party(from, 'source')] })] }),
    },
  }
}
