import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evmKey } from '../../../../src/address/key.ts'
import { transferBatchTopic, transferTopic } from '../../../../src/chains/evm/extract/event-words.ts'
import { extractBlock } from '../../../../src/chains/evm/extract/extract.ts'
import { foldTransfers, maxUnknownTransfers } from '../../../../src/chains/evm/extract/fold-transfers.ts'
import { screen } from '../../../../src/screening/screen.ts'
import type { ScreenableTx, Transfer } from '../../../../src/screening/types.ts'
import { entry, evm, foreign, listed, own, transfer, tx, watchlist } from '../../../screening/builders.ts'
import { address, blockOf, chainOf, log, type TxSketch, topic, words } from '../build.ts'
import { ownOf } from '../own.ts'

const hot = address(1)
const alice = address(2)
const junk = address(3)
const coin = address(4)
const chain = chainOf([{ address: coin, symbol: 'COIN' }])

function extracted(...sketches: TxSketch[]) {
  const { block, receipts } = blockOf(sketches)
  return extractBlock({ block, receipts, frames: null, unreadable: new Map() }, ownOf(hot), chain)
}

function batch(contract: string, count: number): TxSketch {
  const items = Array.from({ length: count }, (_, i) => i + 1)
  const data = words(64, 64 + 32 * (count + 1), count, ...items, count, ...items)
  return { logs: [log(contract, [transferBatchTopic, topic(alice), topic(alice), topic(hot)], data)] }
}

const transfersOf = (found: readonly ScreenableTx[]) => found.map(({ transfers }) => transfers)

describe('a block full of transfers of unknown assets', () => {
  it('has one for all between the same parties, which counts them, and keeps those of smaller transactions', () => {
    const token = (id: number) => log(junk, [transferTopic, topic(alice), topic(hot)], words(id))
    const found = extracted(batch(junk, maxUnknownTransfers), { logs: [token(1), token(2)] })
    expect(transfersOf(found.transactions)).toMatchObject([
      [{ id: 'log:0:0', asset: `erc1155:${junk}:1`, amount: 1n, logs: maxUnknownTransfers }],
      [{ id: 'log:0' }, { id: 'log:1' }],
    ])
    expect(found.transactions[0]?.transfers[0]?.parties).toContainEqual({
      key: evmKey(alice),
      role: 'source',
    })
    expect(found.unscreened).toEqual([])
  })

  it('is stored one by one as far as there is room, and always of a token that the config names', () => {
    const [fits, known] = transfersOf(
      extracted(batch(junk, maxUnknownTransfers), batch(coin, maxUnknownTransfers + 9)).transactions,
    )
    expect(fits).toHaveLength(maxUnknownTransfers)
    expect(known).toHaveLength(maxUnknownTransfers + 9)
  })
})

const anyTransfer: fc.Arbitrary<Omit<Transfer, 'id'>> = fc
  .tuple(
    fc.constantFrom(own, evm('c')),
    fc.constantFrom<Transfer['direction']>('deposit', 'withdrawal'),
    fc.subarray<Transfer['tags'][number]>(['zero-value', 'unknown-asset']),
    fc.subarray([
      { key: listed, role: 'source' as const },
      { key: evm('d'), role: 'operator' as const },
      { key: listed, role: 'asset' as const },
      { key: foreign, role: 'upstream' as const },
    ]),
    fc.bigInt({ min: 0n, max: 3n }),
  )
  .map(([ours, direction, tags, parties, amount]) =>
    transfer({ own: ours, direction, tags, parties, amount, asset: `erc1155:0x1:${amount}` }),
  )

describe('transfers that were folded', () => {
  it('raise the same alerts as each on its own, whatever was signed, and count as many', () => {
    const lists = watchlist(entry(listed), entry(evm('d')))
    fc.assert(
      fc.property(
        fc.array(anyTransfer, { minLength: 2, maxLength: 12 }),
        fc.boolean(),
        fc.subarray([{ key: evm('d'), role: 'initiator' as const }]),
        (sketches, ownSigned, parties) => {
          const transfers = sketches.map((one, i) => ({ ...one, id: `log:${i}` }))
          const whole = tx({ transfers, ownSigned, parties })
          const folded = foldTransfers([transfers], 0).get(0) ?? transfers
          expect(screen({ ...whole, transfers: folded }, 1_700_000_000, lists)).toEqual(
            screen(whole, 1_700_000_000, lists),
          )
        },
      ),
    )
  })
})
