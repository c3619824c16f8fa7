import { readdirSync } from 'node:fs'
import { describe, expect, it, vi } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import { ScratchRows } from '../../../src/ledger/lists/scratch-rows.ts'
import { evm } from '../../screening/builders.ts'
import { tempDir } from '../../temp.ts'

describe('rows that are put by', () => {
  it('come in the order of their keys, those of one key together and in the order of the file', () => {
    const rows = new ScratchRows<{ key: Key; text: string }>()
    const add = (key: Key, number: number) => rows.add({ key, text: `row ${number}` }, number)
    add(evm('3'), 2)
    add(evm('1'), 3)
    add(evm('3'), 10)
    add(evm('2'), 4)
    add(evm('3'), 9)
    rows.drop(evm('2'), 4)
    expect(
      [...rows.byKey()].map((group) => group.map(({ number, row }) => [number, row.key, row.text])),
    ).toEqual([
      [[3, evm('1'), 'row 3']],
      [
        [2, evm('3'), 'row 2'],
        [9, evm('3'), 'row 9'],
        [10, evm('3'), 'row 10'],
      ],
    ])
    expect(rows.countKeys()).toBe(2)
    rows.close()
  })

  it('leave no file that has a name, however many they are', () => {
    const folder = tempDir()
    vi.stubEnv('SQLITE_TMPDIR', folder)
    const rows = new ScratchRows<{ key: Key; text: string }>()
    for (let number = 0; number < 3_000; number++)
      rows.add({ key: evm(number.toString(16)), text: 'x'.repeat(20_000) }, number)
    expect(readdirSync(folder)).toEqual([])
    expect(rows.countKeys()).toBe(3_000)
    rows.close()
    vi.unstubAllEnvs()
  })

  it('say that room is lacking only where it is', () => {
    const rows = new ScratchRows<{ key: Key }>()
    rows.add({ key: evm('1') }, 1)
    expect(() => rows.add({ key: evm('1') }, 1)).toThrow(/^UNIQUE constraint failed/)
    rows.close()
  })
})
