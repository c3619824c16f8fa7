import { expect, it } from 'vitest'
import { insertReplay, noteReplayed, pendingReplays } from '../../../src/ledger/blocks/replays.ts'
import { askLookback, pendingLookback, queueLookback } from '../../../src/ledger/own/lookbacks.ts'
import { bumpRevision } from '../../../src/ledger/revisions.ts'
import { at, chain, commit, freshChain, ref, screened } from '../fixtures.ts'

/** A chain that was followed from block 10 to 40. */
function followed() {
  const db = freshChain()
  for (let height = 10; height <= 40; height++) commit(db, [screened(ref(height))])
  const ask = (since: number) => askLookback(db, chain.id, { since, ownRevision: bumpRevision(db, 'own') })
  const queue = (from: number | null) => {
    const asked = pendingLookback(db, chain.id)
    return asked && queueLookback(db, chain.id, asked, from, at)
  }
  return {
    db,
    ask,
    queue,
    pending: () => pendingReplays(db, chain.id).map(({ from, to, next }) => [from, to, next]),
  }
}

it('what is asked for becomes one rescan from the earliest time on, up to the cursor', () => {
  const { db, ask, queue, pending } = followed()
  ask(200)
  ask(100)
  ask(300)
  expect(pendingLookback(db, chain.id)).toMatchObject({ since: 100 })
  expect(queue(20)).toMatchObject({ from: 20, to: 40, cause: 'added' })
  expect(pendingLookback(db, chain.id)).toBeNull()
  expect(pending()).toEqual([[20, 40, 20]])
})

it('a rescan that waits takes in what is asked for later, and one under way does not', () => {
  const { db, ask, queue, pending } = followed()
  ask(100)
  const first = queue(20)
  ask(110)
  queue(25)
  ask(90)
  queue(15)
  expect(pending()).toEqual([[15, 40, 15]])
  noteReplayed(db, first?.id ?? 0, { from: 15, to: 16 }, { created: 0, reinstated: 0, known: 0 }, at)
  ask(120)
  queue(30)
  ask(130)
  queue(31)
  expect(pending()).toEqual([
    [15, 40, 17],
    [30, 40, 30],
  ])
})

it('nothing below where following began, and nothing above the cursor, is rescanned', () => {
  const { ask, queue, pending } = followed()
  ask(1)
  queue(3)
  expect(pending()).toEqual([[10, 40, 10]])
  const other = followed()
  other.ask(1)
  expect(other.queue(null)).toBeNull()
  other.ask(1)
  expect(other.queue(41)).toBeNull()
  expect(other.pending()).toEqual([])
})

it('a rescan that a person asked for stays as it is', () => {
  const { db, ask, queue, pending } = followed()
  insertReplay(db, { chain: chain.id, from: 30, to: 35, ownRevision: 0, cause: 'asked' }, at)
  ask(1)
  queue(20)
  expect(pending()).toEqual([
    [30, 35, 30],
    [20, 40, 20],
  ])
})
