import type { Key } from '../../../src/address/key.ts'
import type { FreezeReader, SourceBlock } from '../../../src/chains/source.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { type FreezeList, putFreezeLists } from '../../../src/ledger/freezes/freeze-contracts.ts'
import type { FreezeNotice } from '../../../src/screening/types.ts'
import { FakeChain } from '../../chains/fake-chain.ts'
import { at, chain } from '../../ledger/fixtures.ts'
import { evm, party, transfer, tx } from '../../screening/builders.ts'

export const usdt = `0x${'5'.repeat(40)}`
export const usdc = `0x${'6'.repeat(40)}`
/** An account that issuers freeze. */
export const villain = evm('7')

export const freezeList: FreezeList = {
  ...{ id: 'issuer-freezes', chain: chain.id, maxAgeSeconds: 86_400 },
  contracts: [
    { contract: usdt, symbol: 'USDT', from: 0 },
    { contract: usdc, symbol: 'USDC', from: 0 },
  ],
}

export function configure(db: Db, ...lists: FreezeList[]): void {
  putFreezeLists(db, lists, at)
}

/** What happens in a block: freezes (`+`) and releases (`-`), and deposits of the villain by the transaction's hash. */
export type Deeds = Readonly<Record<string, readonly (Partial<FreezeNotice> | string)[]>>

export const freeze = (fields: Partial<FreezeNotice> = {}): Partial<FreezeNotice> => ({
  ...{ contract: usdt, account: villain, change: 'frozen' as const },
  ...fields,
})
export const release = (fields: Partial<FreezeNotice> = {}) => freeze({ change: 'unfrozen', ...fields })

/** A node whose blocks, by their hash, hold what is said here and nothing else. */
export class FreezingChain extends FakeChain {
  readonly deeds: Deeds
  readonly freezes: FreezeReader
  /** What the contract itself answers of an account. */
  says = new Map<Key, boolean>()
  /** Ranges longer than this are refused. */
  longest = Number.POSITIVE_INFINITY
  readonly asked: string[] = []

  constructor(deeds: Deeds) {
    super()
    this.deeds = deeds
    this.freezes = {
      find: async (contracts, from, to) => {
        this.asked.push(`${from}-${to}`)
        if (to - from + 1 > this.longest) return { refused: 'too many blocks.' }
        const blocks = this.branch().filter(
          (block) =>
            block.height >= from &&
            block.height <= to &&
            this.noticesOf(block.hash).some(({ contract }) => contracts.includes(contract)),
        )
        return { blocks: blocks.map(({ height, hash }) => ({ height, hash })) }
      },
      read: async (height) => {
        const block = this.branch()[height]
        if (block === undefined) throw new Error(`no block ${height}`)
        return { ...block, freezes: this.noticesOf(block.hash), unscreened: [] }
      },
      isFrozen: async (_contract, account) => this.says.get(account) ?? null,
      check: async () => 'answers',
    }
  }

  noticesOf(hash: string): FreezeNotice[] {
    return (this.deeds[hash] ?? []).flatMap((deed, logIndex) =>
      typeof deed === 'string'
        ? []
        : [{ ...(freeze() as FreezeNotice), txHash: `0x${hash}`, logIndex, ...deed }],
    )
  }

  override sourceBlock(block: Parameters<FakeChain['sourceBlock']>[0]): SourceBlock {
    const deposits = (this.deeds[block.hash] ?? []).filter((deed) => typeof deed === 'string')
    const freezes = this.noticesOf(block.hash)
    return {
      ...super.sourceBlock(block),
      content: {
        family: 'made-up',
        extraction: {
          unscreened: [],
          transactions: deposits.map((hash) =>
            tx({ hash, transfers: [transfer({ parties: [party(villain, 'source')] })] }),
          ),
        },
      },
      ...(freezes.length > 0 && { freezes }),
    }
  }
}

/** Alerts of the list, as `transaction listed_at_transfer status`. */
export function freezeAlerts(db: Db): string[] {
  return all<{ text: string }>(
    db,
    `select concat_ws(' ', tx_hash, listed_at_transfer, status) as text from alerts
     where list_id = 'issuer-freezes' order by text`,
  ).map(({ text }) => text)
}

/** When the list has an account frozen, as seconds of block times over those of block 0: `12-36`, `60-`. */
export function spans(db: Db, key: Key = villain): string[] {
  const seconds = (time: string | null) => (time === null ? '' : Date.parse(time) / 1000 - 1_700_000_000)
  return all<{ from: string; to: string | null }>(
    db,
    `select "from", "to" from list_intervals where list_id = 'issuer-freezes' and key = ? order by "from"`,
    key,
  ).map(({ from, to }) => `${seconds(from)}-${seconds(to)}`)
}
