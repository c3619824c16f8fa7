import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Key, makeKey } from '../../src/address/key.ts'
import { ChainscreenError } from '../../src/diagnostics/errors.ts'
import { KeyTable } from '../../src/screening/key-table.ts'

const account = fc.uint8Array({ minLength: 20, maxLength: 20 })
const script = fc.uint8Array({ minLength: 1, maxLength: 80 })

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function topic(bytes: Uint8Array): string {
  return `0x${'0'.repeat(24)}${hex(bytes)}`
}

/** Addresses that differ in a counter only: what a poor hash puts into neighbouring slots. */
function counted(index: number): Uint8Array {
  const bytes = Buffer.alloc(20)
  bytes.writeUInt32BE(index, 16)
  return bytes
}

describe('KeyTable', () => {
  it('finds every EVM address that was added, in any case, and as a topic', () => {
    fc.assert(
      fc.property(fc.array(account, { maxLength: 200 }), fc.nat(50), (accounts, hint) => {
        const table = new KeyTable(hint)
        for (const bytes of accounts) table.addKey(makeKey('evm', bytes))
        for (const bytes of accounts) {
          expect(table.mayHaveEvm(`0x${hex(bytes)}`)).toBe(true)
          expect(table.mayHaveEvm(`0x${hex(bytes).toUpperCase()}`)).toBe(true)
          expect(table.mayHaveEvmTopic(topic(bytes))).toBe(true)
        }
        expect(table.size).toBe(new Set(accounts.map(hex)).size)
      }),
    )
  })

  it('finds every script that was added, wherever it stands in a block', () => {
    fc.assert(
      fc.property(
        fc.array(script, { maxLength: 100 }),
        fc.uint8Array({ maxLength: 9 }),
        (scripts, around) => {
          const table = new KeyTable(0)
          for (const bytes of scripts) table.addKey(makeKey('bitcoin', bytes))
          for (const bytes of scripts) {
            const block = Buffer.concat([around, bytes, around])
            expect(table.mayHaveScript(block, around.length, around.length + bytes.length)).toBe(true)
          }
          expect(table.size).toBe(new Set(scripts.map(hex)).size)
        },
      ),
    )
  })

  it('finds a script longer than any standard one', () => {
    const long = new Uint8Array(10_000).fill(7)
    const table = new KeyTable(1)
    table.addKey(makeKey('bitcoin', long))
    expect(table.mayHaveScript(long, 0, long.length)).toBe(true)
    expect(table.mayHaveScript(long, 0, long.length - 1)).toBe(false)
  })

  it('loses none and takes none for another among 300,000 that differ in a counter only', () => {
    const table = new KeyTable(0)
    const count = 300_000
    for (let i = 0; i < count; i++) table.addKey(makeKey('evm', counted(i)))
    // Two with the same fingerprint would be counted once.
    expect(table.size).toBe(count)
    let found = 0
    let wrong = 0
    for (let i = 0; i < count; i++) {
      if (table.mayHaveEvm(`0x${hex(counted(i))}`)) found += 1
      if (table.mayHaveEvm(`0x${hex(counted(count + i))}`)) wrong += 1
    }
    expect({ found, wrong }).toEqual({ found: count, wrong: 0 })
  })

  it('tells scripts apart by any single bit, and by zeros at the end', () => {
    const base = Buffer.from(`0014${'00'.repeat(20)}`, 'hex')
    const table = new KeyTable(1)
    table.addKey(makeKey('bitcoin', base))
    for (let bit = 0; bit < base.length * 8; bit++) {
      const other = Buffer.from(base)
      other[bit >> 3] = (other[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      expect(table.mayHaveScript(other, 0, other.length)).toBe(false)
    }
    const longer = Buffer.concat([base, Buffer.alloc(3)])
    for (const more of [1, 2, 3]) {
      expect(table.mayHaveScript(longer, 0, base.length + more)).toBe(false)
    }
  })

  it('holds EVM accounts and scripts of the same bytes apart', () => {
    const bytes = counted(5)
    const table = new KeyTable(2)
    table.addKey(makeKey('bitcoin', bytes))
    expect(table.mayHaveEvm(`0x${hex(bytes)}`)).toBe(false)
  })

  it('takes a topic for an address only when it is padded with zeros', () => {
    const table = new KeyTable(1)
    const bytes = counted(77)
    table.addKey(makeKey('evm', bytes))
    expect(table.mayHaveEvmTopic(`0x01${'0'.repeat(22)}${hex(bytes)}`)).toBe(false)
    expect(table.mayHaveEvmTopic(`0x${'0'.repeat(23)}1${hex(bytes)}`)).toBe(false)
  })

  it('answers no to text that is no address', () => {
    const table = new KeyTable(1)
    table.addKey(makeKey('evm', new Uint8Array(20)))
    for (const text of ['', '0x', `0x${'0'.repeat(38)}`, `0x${'0'.repeat(64)}`]) {
      expect(table.mayHaveEvm(text)).toBe(false)
    }
    expect(table.mayHaveEvmTopic(`0x${'0'.repeat(40)}`)).toBe(false)
  })

  it('is empty at first, and answers no', () => {
    const table = new KeyTable(0)
    expect(table.size).toBe(0)
    expect(table.mayHaveEvm(`0x${'0'.repeat(40)}`)).toBe(false)
    expect(table.mayHaveScript(new Uint8Array(22), 0, 22)).toBe(false)
  })

  it('takes 17 to 18 bytes an address when it knows their number, and never more than 20', () => {
    const count = 100_000
    const expected = new KeyTable(count)
    const grown = new KeyTable(0)
    let most = 0
    for (let i = 0; i < count; i++) {
      const key = makeKey('evm', counted(i))
      expected.addKey(key)
      grown.addKey(key)
      if (i > 1000) most = Math.max(most, grown.bytes / grown.size)
    }
    expect(expected.bytes / count).toBeGreaterThan(17)
    expect(expected.bytes / count).toBeLessThan(18.1)
    expect(most).toBeLessThanOrEqual(20)
  })

  it('takes keys as lines of text, as one by one', () => {
    fc.assert(
      fc.property(
        fc.array(account, { maxLength: 60 }),
        fc.array(script, { maxLength: 60 }),
        (evm, scripts) => {
          const keys = [
            ...evm.map((bytes) => makeKey('evm', bytes)),
            ...scripts.map((bytes) => makeKey('bitcoin', bytes)),
          ]
          const lines = new KeyTable(0)
          lines.addKeys(keys.join('\n'))
          const singly = new KeyTable(0)
          for (const key of keys) singly.addKey(key)
          expect(lines.size).toBe(singly.size)
          for (const key of keys) expect(lines.mayHave(key)).toBe(true)
        },
      ),
    )
  })

  it('takes a script of any length as a line of text', () => {
    const long = makeKey('bitcoin', new Uint8Array(5_000).fill(7))
    const table = new KeyTable(1)
    table.addKeys(long)
    expect([table.mayHave(long), table.size]).toEqual([true, 1])
  })

  it.each<Key>(['tron:00', 'evm:00', 'litecoin:0014'])(
    'refuses %s, which no watched chain can have',
    (key) => {
      expect(() => new KeyTable(1).addKey(key)).toThrow(ChainscreenError)
    },
  )
})
