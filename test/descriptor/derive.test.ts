import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowEnd } from '../../src/descriptor/derive.ts'
import { parseDescriptor } from '../../src/descriptor/parse-descriptor.ts'
import { addresses, scripts } from './addresses.ts'

import derived from './core-derived.json' with { type: 'json' }

// BIP 32, test vectors 1 and 2.
const one = {
  'm/0h':
    'xpub68Gmy5EdvgibQVfPdqkBBCHxA5htiqg55crXYuXoQRKfDBFA1WEjWgP6LHhwBZeNK1VTsfTFUHCdrfp1bgwQ9xv5ski8PX9rL2dZXvgGDnw',
  'm/0h/1':
    'xpub6ASuArnXKPbfEwhqN6e3mwBcDTgzisQN1wXN9BJcM47sSikHjJf3UFHKkNAWbWMiGj7Wf5uMash7SyYq527Hqck2AxYysAA7xmALppuCkwQ',
}
const two = {
  m: 'xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB',
  'm/0':
    'xpub69H7F5d8KSRgmmdJg2KhpAK8SR3DjMwAdkxj3ZuxV27CprR9LgpeyGmXUbC6wb7ERfvrnKZjXoUmmDznezpbZb7ap6r1D3tgFxHmwMkQTPH',
}

describe('what is derived from a descriptor', () => {
  it('follows BIP 32 (vectors 1 and 2)', () => {
    expect(addresses(`pkh(${one['m/0h']}/1)`)).toEqual(addresses(`pkh(${one['m/0h/1']})`))
    expect(addresses(`wpkh(${two.m}/*)`)).toEqual(addresses(`wpkh(${two['m/0']})`))
  })

  it('are the addresses of BIP 84, from its zpub and from the xpub of the same key', () => {
    const zpub =
      'zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs'
    const receiving = [
      'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu',
      'bc1qnjg0jd8228aq7egyzacy8cys3knf9xvrerkf9g',
    ]
    const change = ['bc1q8c6fshw2dlwun7ekn9qwf37cu2rn755upcp6el']
    for (const text of [zpub, `[73c5da0a/84'/0'/0']${zpub}`, parseDescriptor(zpub).text]) {
      expect(addresses(text, { count: 2 })).toEqual(receiving)
      expect(addresses(text, { branch: 1 })).toEqual(change)
    }
    expect(parseDescriptor(zpub).text).toMatch(/^wpkh\(xpub\w+\/<0;1>\/\*\)$/)
  })

  it('are the addresses of BIP 86', () => {
    const text =
      'tr([73c5da0a/86h/0h/0h]xpub6BgBgsespWvERF3LHQu6CnqdvfEvtMcQjYrcRzx53QJjSxarj2afYWcLteoGVky7D3UKDP9QyrLprQ3VCECoY49yfdDEHGCtMMj92pReUsQ/<0;1>/*)'
    expect(addresses(text, { count: 2 })).toEqual([
      'bc1p5cyxnuxmeuwuvkwfem96lqzszd02n6xdcjrs20cac6yqjjwudpxqkedrcr',
      'bc1p4qhjn9zdvkux4e44uhx8tc55attvtyu358kutcqkudyccelu0was9fqzwh',
    ])
    expect(addresses(text, { branch: 1 })).toEqual([
      'bc1p3qkhfews2uk44qtvauqyr2ttdsw7svhkl9nkm9s9c3x4ax5h60wqwruhk7',
    ])
  })

  it('are the scripts of each branch of BIP 389', () => {
    const text = `wpkh([ffffffff/13h]${two['m/0']}/<1;3>/2/*)`
    expect(parseDescriptor(text).branches).toBe(2)
    expect(scripts(text)).toEqual([
      '0014326b2249e3a25d5dc60935f044ee835d090ba859',
      '0014af0bd98abc2f2cae66e36896a39ffe2d32984fb7',
      '00141fa798efd1cbf95cebf912c031b8a4a6e9fb9f27',
    ])
    expect(scripts(text, { branch: 1 })).toEqual(scripts(`wpkh(${two['m/0']}/3/2/*)`))
    expect(scripts(text, { branch: 1 })).not.toEqual(scripts(text))
  })

  it('do not depend on the order of keys in sortedmulti, and do in multi', () => {
    const keys = [`${one['m/0h']}/*`, `${two.m}/*`]
    const of = (name: string, list: string[]) => scripts(`wsh(${name}(1,${list.join()}))`)
    expect(of('sortedmulti', keys)).toEqual(of('sortedmulti', keys.toReversed()))
    expect(of('multi', keys)).not.toEqual(of('multi', keys.toReversed()))
  })

  it.each(derived)('are what Bitcoin Core derives: $form', ({ descriptor, from, addresses: theirs }) => {
    expect(parseDescriptor(descriptor).branches).toBe(theirs.length)
    theirs.forEach((expected, branch) => {
      const range = { branch, from, count: expected.length, network: 'regtest' as const }
      expect(addresses(descriptor, range)).toEqual(expected)
    })
  })
})

describe('the window of a branch', () => {
  it('begins with the gap', () => {
    expect(windowEnd(null, 20)).toBe(20)
    expect(windowEnd(null, 1000)).toBe(1000)
  })

  it('reaches the gap beyond the highest index in use, and a tenth more at most', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 20, max: 100_000 }), (used, gap) => {
        const end = windowEnd(used, gap)
        expect(end).toBeGreaterThanOrEqual(used + 1 + gap)
        expect(end).toBeLessThan(used + 1 + gap + Math.max(1, gap / 10))
        expect(windowEnd(used + 1, gap)).toBeGreaterThanOrEqual(end)
      }),
    )
  })

  it('ends where indexes do', () => {
    expect(windowEnd(2 ** 31 - 1, 20)).toBe(2 ** 31)
  })
})
