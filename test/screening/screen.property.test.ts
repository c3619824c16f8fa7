import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { alertId } from '../../src/screening/alert-id.ts'
import { screen } from '../../src/screening/screen.ts'
import { type Entry, type Party, roles, type ScreenableTx } from '../../src/screening/types.ts'
import { entry, evm, noon, transfer, tx, watchlist } from './builders.ts'

const key = fc.constantFrom(...['1', '2', '3', '4'].map(evm))
const anyParty: fc.Arbitrary<Party> = fc.record({ key, role: fc.constantFrom(...roles) })
const anyEntry: fc.Arbitrary<Entry> = fc
  .record({ key, listId: fc.constantFrom('ofac-sdn', 'house'), open: fc.boolean() })
  .map(({ key, listId, open }) =>
    entry(key, { listId, intervals: [{ from: '2020-01-01', to: open ? null : '2022-01-01' }] }),
  )
const entries = fc.uniqueArray(anyEntry, { selector: ({ listId, key }) => `${listId} ${key}` })
const anyTx: fc.Arbitrary<ScreenableTx> = fc
  .record({
    transfers: fc.array(
      fc.record({
        direction: fc.constantFrom('deposit' as const, 'withdrawal' as const),
        amount: fc.bigInt({ min: 0n, max: 5n }),
        own: fc.constantFrom(evm('a'), evm('e')),
        parties: fc.array(anyParty, { maxLength: 4 }),
        tags: fc.subarray(['zero-value', 'unknown-asset', 'dust'] as const),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    parties: fc.array(anyParty, { maxLength: 4 }),
    ownSigned: fc.boolean(),
  })
  .map(({ transfers, ...rest }) =>
    tx({ ...rest, transfers: transfers.map((fields, index) => transfer({ ...fields, id: `log:${index}` })) }),
  )
const anyTime = fc.constantFrom(...['2019-06-01', '2021-06-01', '2023-06-01'].map(noon))

describe('screening', () => {
  it('finds the same, whatever the order of the entries', () => {
    fc.assert(
      fc.property(
        anyTx,
        anyTime,
        entries.chain((list) =>
          fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
        ),
        (screened, time, [list, shuffled]) => {
          const keyed = (order: Entry[]) =>
            new Map(
              screen(screened, time, watchlist(...order)).map((finding) => [
                alertId('eip155:1', finding),
                finding,
              ]),
            )
          expect(keyed(shuffled)).toEqual(keyed(list))
          expect(screen(screened, time, watchlist(...list))).toEqual(
            screen(screened, time, watchlist(...list)),
          )
        },
      ),
    )
  })

  it('never makes two alerts of one id, and every id is met alone as it is met with other lists', () => {
    fc.assert(
      fc.property(anyTx, anyTime, entries, (screened, time, list) => {
        const ids = screen(screened, time, watchlist(...list)).map((finding) => alertId('eip155:1', finding))
        expect(new Set(ids).size).toBe(ids.length)
        const alone = list.flatMap((one) =>
          screen(screened, time, watchlist(one)).map((finding) => alertId('eip155:1', finding)),
        )
        expect(alone.sort()).toEqual(ids.sort())
      }),
    )
  })
})
