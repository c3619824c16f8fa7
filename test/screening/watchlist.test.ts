import { describe, expect, it } from 'vitest'
import type { MatchBasis } from '../../src/address/equivalents.ts'
import type { Key } from '../../src/address/key.ts'
import { type Match, matchParty, Watchlist } from '../../src/screening/watchlist.ts'
import { entry, evm, p2pkh, p2wpkh } from './builders.ts'

/** What was met, as `list basis`. */
function met(matches: readonly Match[]): string[] {
  return matches.map(({ entry, basis }) => `${entry.listId} ${basis}`)
}

describe('a watchlist', () => {
  it('knows its revision', () => {
    expect(new Watchlist(7, []).revision).toBe(7)
  })

  it.each<[MatchBasis, string, Key, Key]>([
    ['exact', 'the listed key itself', evm('1'), evm('1')],
    ['same-key', 'P2PKH for P2WPKH', p2wpkh('1'), p2pkh('1')],
    ['same-key', 'P2WPKH for P2PKH', p2pkh('1'), p2wpkh('1')],
    ['same-account', 'EVM for Tron', `tron:${'1'.repeat(40)}`, evm('1')],
  ])('meets on the basis %s: %s', (basis, _name, listed, asked) => {
    expect(met(new Watchlist(1, [entry(listed)]).lookup(asked))).toEqual([`ofac-sdn ${basis}`])
  })

  it('meets P2SH-P2WSH for a listed P2WSH, as same-script', () => {
    const p2wsh: Key = `bitcoin:0020${'1'.repeat(64)}`
    const list = new Watchlist(1, [entry(p2wsh)])
    // OP_HASH160 <RIPEMD-160(SHA-256(0020 11…))> OP_EQUAL, computed with Python's hashlib.
    expect(met(list.lookup('bitcoin:a914415bdf3170d78e056ddeb1348acca4295f44123087'))).toEqual([
      'ofac-sdn same-script',
    ])
  })

  it('answers nothing for what no list names', () => {
    expect(new Watchlist(1, [entry(evm('1'))]).lookup(evm('2'))).toEqual([])
  })

  it('meets one entry of each list that names the key', () => {
    const list = new Watchlist(1, [entry(evm('1')), entry(evm('1'), { listId: 'house' })])
    expect(met(list.lookup(evm('1')))).toEqual(['ofac-sdn exact', 'house exact'])
  })

  it('meets two entries of one list where both of two equivalent addresses are listed', () => {
    const list = new Watchlist(1, [entry(p2pkh('1')), entry(p2wpkh('1'))])
    expect(met(list.lookup(p2pkh('1')))).toEqual(['ofac-sdn exact', 'ofac-sdn same-key'])
  })
})

describe('a party with other variants', () => {
  const p2pk: Key = `bitcoin:21${'02'.padEnd(66, '1')}ac`
  const byForm = (basis: MatchBasis) => ({
    key: p2pk,
    role: 'source' as const,
    variants: [{ key: p2pkh('1'), basis }],
  })

  it('matches what its variant meets, on the basis of the variant', () => {
    const list = new Watchlist(1, [entry(p2pkh('1'))])
    expect(met(matchParty(list, byForm('same-key')))).toEqual(['ofac-sdn same-key'])
  })

  it('is as good as the weakest link between variant and entry', () => {
    const viaCash = new Watchlist(1, [entry(`bitcoin-cash:76a914${'1'.repeat(40)}88ac`)])
    expect(met(matchParty(viaCash, byForm('same-key')))).toEqual(['ofac-sdn same-key'])
    expect(met(matchParty(viaCash, byForm('same-script')))).toEqual(['ofac-sdn same-script'])
    const exact = new Watchlist(1, [entry(p2pkh('1'))])
    expect(met(matchParty(exact, byForm('same-script')))).toEqual(['ofac-sdn same-script'])
  })

  it('meets an entry once, on its most direct basis', () => {
    const list = new Watchlist(1, [entry(p2pk), entry(p2pkh('1'), { listId: 'house' })])
    expect(met(matchParty(list, byForm('same-key')))).toEqual(['ofac-sdn exact', 'house same-key'])
    const twoVariants = {
      key: p2pk,
      role: 'source' as const,
      variants: [
        { key: p2pkh('1'), basis: 'same-script' as const },
        { key: p2wpkh('1'), basis: 'same-key' as const },
      ],
    }
    expect(met(matchParty(new Watchlist(1, [entry(p2pkh('1'))]), twoVariants))).toEqual(['ofac-sdn same-key'])
  })
})
