import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { KeyFilter } from '../../src/screening/key-filter.ts'

const script = fc.uint8Array({ minLength: 0, maxLength: 80 })
const around = fc.uint8Array({ maxLength: 5 })

/** P2WPKH of a number. */
function numbered(index: number): Uint8Array {
  const hash = createHash('sha256').update(String(index)).digest()
  return Buffer.concat([Uint8Array.of(0, 20), hash.subarray(0, 20)])
}

function saysYes(filter: KeyFilter, bytes: Uint8Array): boolean {
  return filter.mayHaveScript(bytes, 0, bytes.length)
}

describe('KeyFilter', () => {
  it('never says no of a script that was added, wherever it stands and however often the filter grew', () => {
    fc.assert(
      fc.property(
        fc.array(script, { maxLength: 60 }),
        fc.integer({ min: 0, max: 20 }),
        around,
        (scripts, hint, before) => {
          const filter = new KeyFilter(hint)
          for (const bytes of scripts) filter.addScript(bytes)
          for (const bytes of scripts) {
            const block = Buffer.concat([before, bytes, before])
            expect(filter.mayHaveScript(block, before.length, before.length + bytes.length)).toBe(true)
          }
        },
      ),
    )
  })

  it('says no of most others', () => {
    const filter = new KeyFilter(1000)
    for (let index = 0; index < 1000; index++) filter.addScript(numbered(index))
    const wrong = Array.from({ length: 5000 }, (_, index) => numbered(1000 + index)).filter((bytes) =>
      saysYes(filter, bytes),
    )
    expect(wrong.length).toBeLessThan(1000)
  })

  it('says no of everything long enough while it is empty, and takes no memory', () => {
    const filter = new KeyFilter(1_000_000)
    expect(saysYes(filter, numbered(1))).toBe(false)
    expect(filter.bytes).toBe(0)
  })

  it('leaves scripts that are too short for a hash to be looked up', () => {
    expect(saysYes(new KeyFilter(10), Uint8Array.of(0x51, 0x02, 0x4e, 0x73))).toBe(true)
  })

  it('takes one to two bytes a script when it knows their number', () => {
    for (const count of [1000, 1024, 50_000]) {
      const filter = new KeyFilter(count)
      for (let index = 0; index < count; index++) filter.addScript(numbered(index))
      expect(filter.bytes).toBeGreaterThanOrEqual(count)
      expect(filter.bytes).toBeLessThanOrEqual(count * 2)
    }
  })
})
