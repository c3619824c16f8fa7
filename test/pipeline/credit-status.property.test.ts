import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Key } from '../../src/address/key.ts'
import { creditStatus } from '../../src/pipeline/credit-status.ts'
import { at, chain } from '../ledger/fixtures.ts'
import { randomRuns } from '../long.ts'
import { tempDir } from '../temp.ts'
import { alice, bob, coldKey, History, hotKey, transactions } from './credit-history.ts'
import type { ModelGap } from './credit-model.ts'

const someKeys = fc.oneof(fc.subarray([alice, bob]), fc.subarray([alice, bob, hotKey]))
const gap = fc.constantFrom<ModelGap[]>(
  ...([[], [], [], [{ of: 'block' }], [{ of: '0x0' }], [{ of: 'another' }]] as ModelGap[][]),
)
type Doing =
  | 'settle'
  | 'mine'
  | 'reorg'
  | 'list'
  | 'rescreen'
  | 'askRescan'
  | 'rescan'
  | 'decide'
  | 'restart'
  | 'remove'
/** What happens, as data: a failure prints it. */
const act = (weight: number, what: Doing, ...words: fc.Arbitrary<unknown>[]) => ({
  ...{ weight, arbitrary: fc.tuple(fc.constant(what), fc.tuple(...words)) },
})
const places = fc.subarray([...transactions.keys()])
const decisions = fc.constantFrom('released', 'released', 'false-positive', 'blocked')
type Drawn = [what: Doing, words: unknown[]]
const acts: fc.Arbitrary<Drawn> = fc.oneof(
  act(6, 'mine', places, gap),
  act(2, 'reorg', fc.integer({ min: 1, max: 3 })),
  act(3, 'list', fc.constantFrom('ofac-sdn', 'house'), someKeys),
  act(2, 'rescreen'),
  act(5, 'settle'),
  act(1, 'askRescan', fc.integer({ min: 0, max: 3 })),
  act(3, 'rescan', fc.boolean()),
  act(6, 'decide', fc.nat(9), decisions, fc.constantFrom('ann', 'ben')),
  act(1, 'restart'),
  act(1, 'remove'),
)

/** Two that chance comes to too seldom. */
const released: Drawn[] = [
  ['mine', [[0], []]],
  ['list', ['ofac-sdn', [alice]]],
  ['settle', []],
  ['decide', [0, 'released', 'ann']],
]
/** The block is screened with the list, and the re-screen that writes the alert of the own address is still due. */
const listedOwn: Drawn[] = [
  ['list', ['ofac-sdn', [hotKey]]],
  ['mine', [[0], []]],
  ['settle', []],
]

it('no history makes it say clear, or released, where the contract does not', async () => {
  const total = { histories: 0, clear: 0, released: 0, answers: 0, refused: 0 }
  const dir = tempDir()
  await fc.assert(
    fc.asyncProperty(fc.array(acts, { minLength: 6, maxLength: 25, size: 'max' }), async (drawn) => {
      const history = new History(join(dir, `${++total.histories}.db`))
      const said = { clear: 0, released: 0, allowed: 0 }
      try {
        await history.begin()
        for (const [what, words] of drawn) {
          await (history[what] as (...words: unknown[]) => unknown).apply(history, words)
          ask(history, said)
        }
        total.clear += Math.min(said.clear, 1)
        total.released += Math.min(said.released, 1)
        total.answers += said.allowed
        total.refused += said.allowed - said.clear
      } finally {
        history.db.close()
      }
    }),
    { numRuns: randomRuns(200), examples: [[released], [listedOwn]] },
  )
  // It is no empty test: most histories come to such answers, and what is clear is hardly ever refused.
  expect(total.clear).toBeGreaterThan(total.histories / 3)
  expect(total.released).toBeGreaterThan(0)
  expect(total.refused).toBeLessThan(total.answers / 4)
}, 600_000)

type Said = Record<'clear' | 'released' | 'allowed', number>

const questions: { key: Key | null; lists: string[]; doubt?: string }[] = [
  { key: hotKey, lists: ['ofac-sdn'] },
  { key: coldKey, lists: ['ofac-sdn'] },
  { key: null, lists: ['ofac-sdn', 'house'] },
  { key: null, lists: ['ofac-sdn'], doubt: 'not started' },
  { key: null, lists: [] },
]

/** Asks for every transaction, and holds the answers against the model. */
function ask({ db, model }: History, said: Said): void {
  for (const one of transactions)
    for (const { key, lists, doubt = null } of questions) {
      const terms = { lists: lists.map((id) => ({ id })), doubt, at }
      const { status, reasons } = creditStatus(db, { chain: chain.id, txHash: one.hash, key }, terms)
      const allows = model.allows(one, key, doubt === null ? lists : [])
      expect(allows(status), `${one.hash} ${key} ${lists}: ${status} ${reasons}`).toBe(true)
      if (allows('clear')) said.allowed++
      if (status === 'clear' || status === 'released') said[status]++
    }
}
