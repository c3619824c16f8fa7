import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { highestUsed, type OwnBranch } from '../../../src/ledger/own/own-branches.ts'
import { freshLedger } from '../fixtures.ts'

const hash = (number: number) => number.toString(16).padStart(40, '0')
const segwit = (number: number) => `bitcoin:0014${hash(number)}` as Key
const legacy = (number: number) => `bitcoin:76a914${hash(number)}88ac` as Key

function branch(id: number, first: Key, used: number | null): OwnBranch {
  return { ...{ id, branch: 0, asked: 20, derived: 20, used, first, gap: 20 } } as OwnBranch
}

describe('how far branches are in use', () => {
  it('is as far as any branch with the same keys is', () => {
    const branches = [branch(1, segwit(1), null), branch(2, legacy(1), 7), branch(3, segwit(2), 3)]
    const highest = highestUsed(freshLedger(), branches, [])
    expect(branches.map((each) => highest.get(each))).toEqual([7, 7, 3])
  })

  it('derives the variants of each branch once, however many branches there are and however often it is asked', async () => {
    // Anew: test files share modules.
    vi.resetModules()
    vi.doMock(import('../../../src/address/equivalents.ts'), { spy: true })
    onTestFinished(() => {
      vi.doUnmock('../../../src/address/equivalents.ts')
      vi.resetModules()
    })
    const { equivalents } = await import('../../../src/address/equivalents.ts')
    const { highestUsed } = await import('../../../src/ledger/own/own-branches.ts')
    const db = freshLedger()
    const branches = Array.from({ length: 100 }, (_, index) => branch(index, segwit(1_000 + index), index))
    for (let step = 0; step < 3; step++) expect(highestUsed(db, branches, []).size).toBe(100)
    expect(equivalents).toHaveBeenCalledTimes(100)
  })
})
