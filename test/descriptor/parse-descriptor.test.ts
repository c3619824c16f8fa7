import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { descriptorChecksum } from '../../src/descriptor/descriptor.ts'
import { looksLikeDescriptor, parseDescriptor } from '../../src/descriptor/parse-descriptor.ts'
import { ChainscreenError } from '../../src/diagnostics/errors.ts'
import { randomRuns } from '../long.ts'

const xpub =
  'xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB'
const tpub =
  'tpubD6NzVbkrYhZ4XgiXtGrdW5XDAPFCL9h7we1vwNCpn8tGbBcgfVYjXyhWo4E1xkh56hjod1RhGjxbaTLV3X4FyWuejifB9jusQ46QzG87VKp'
const hex = '02a489e0ea42b56148d212d325b7c67c6460483ff931c303ea311edfef667c8f35'
const long = `04${'a'.repeat(128)}`

/** What is said of a descriptor that is refused. */
function refusal(text: string): string {
  try {
    parseDescriptor(text)
  } catch (error) {
    if (error instanceof ChainscreenError && error.code === 'usage') return error.message
    throw error
  }
  throw new Error(`${text} was taken`)
}

describe('a descriptor', () => {
  it.each([
    ['pkh', `pkh(${xpub}/*)`],
    ['wpkh', `wpkh([d34db33f/84h/0h/0h]${xpub}/0/*)`],
    ['sh-wpkh', `sh(wpkh(${xpub}/<0;1>/*))`],
    ['tr', `tr(${xpub}/*)`],
    ['sh', `sh(multi(1,${xpub}/*,${hex}))`],
    ['wsh', `wsh(sortedmulti(2,${xpub}/0/*,${xpub}/1/*))`],
    ['sh-wsh', `sh(wsh(multi(1,${xpub}/*)))`],
  ])('of the form %s is read', (wrapping, text) => {
    expect(parseDescriptor(text)).toMatchObject({ wrapping, text, network: 'mainnet', isRange: true })
    expect(parseDescriptor(`${text}#${descriptorChecksum(text)}\n`).text).toBe(text)
  })

  it("is the same with ' and h", () => {
    const text = `wpkh([d34db33f/84h/0h/0h]${xpub}/0/*)`
    const apostrophes = text.replaceAll('h/', "'/").replace('0h]', "0']")
    expect(apostrophes).toContain("/84'/0'/0']")
    expect(parseDescriptor(apostrophes)).toEqual(parseDescriptor(text))
    expect(parseDescriptor(`${apostrophes}#${descriptorChecksum(apostrophes)}`)).toEqual(
      parseDescriptor(text),
    )
  })

  it('that is no range stands for one address', () => {
    expect(parseDescriptor(`pkh(${hex})`)).toMatchObject({ isRange: false, network: null, branches: 1 })
    expect(parseDescriptor(`wpkh(${tpub}/0/7)`)).toMatchObject({ isRange: false, network: 'test' })
  })

  it.each([
    ['an unknown form', `combo(${xpub})`, 'none of the forms'],
    ['bare multisig', `multi(1,${xpub})`, 'none of the forms'],
    ['nested wrongly', `wsh(wpkh(${xpub}))`, 'none of the forms'],
    ['wsh of sh', `wsh(sh(multi(1,${xpub})))`, 'none of the forms'],
    ['a script tree', `tr(${xpub}/*,pk(${xpub}))`, 'script tree'],
    ['no closing', `wpkh(${xpub}/*`, 'none of the forms'],
    ['an extended key alone', xpub, 'does not say which addresses'],
    ['nothing', '', 'none of the forms'],
    ['a wrong checksum', `wpkh(${xpub}/*)#qqqqqqqq`, 'its checksum should be #'],
    ['an empty checksum', `wpkh(${xpub}/*)#`, 'its checksum should be #'],
    ['a character of no descriptor', `wpkh(${xpub}/*)Ü`, 'character'],
    ['a hardened wildcard', `wpkh(${xpub}/*h)`, 'hardened'],
    ['a hardened step', `wpkh(${xpub}/0'/*)`, 'hardened'],
    ['a hardened branch', `wpkh(${xpub}/<0h;1h>/*)`, 'hardened'],
    ['a wildcard in the middle', `wpkh(${xpub}/*/0)`, 'only at the end of a path'],
    ['too large a step', `wpkh(${xpub}/2147483648/*)`, 'from 0 to 2147483647'],
    ['an empty step', `wpkh(${xpub}//*)`, 'from 0 to 2147483647'],
    ['one branch', `wpkh(${xpub}/<0>/*)`, 'from 0 to 2147483647'],
    ['an unfinished branch', `wpkh(${xpub}/<0;>/*)`, 'from 0 to 2147483647'],
    ['the same branch twice', `wpkh(${xpub}/<1;1>/*)`, 'twice'],
    ['two branchings in a key', `wpkh(${xpub}/<0;1>/<0;1>/*)`, 'several <'],
    ['branchings that differ', `wsh(multi(1,${xpub}/<0;1>/*,${xpub}/<0;1;2>/*))`, 'as many'],
    ['a branch in the origin', `wpkh([d34db33f/<0;1>]${xpub}/*)`, 'key origin'],
    ['a short fingerprint', `wpkh([d34db3/0]${xpub}/*)`, 'key origin'],
    ['a mistyped key', `wpkh(${xpub.slice(0, -1)}C/*)`, 'mistyped'],
    [
      'a key of the other kind of networks',
      `wsh(multi(1,${xpub}/*,${tpub}/*))`,
      'main network and of a test',
    ],
    ['k of 0', `wsh(multi(0,${xpub}/*))`, 'needs a number k'],
    ['k above n', `wsh(multi(2,${xpub}/*))`, 'needs a number k'],
    ['21 keys', `wsh(multi(1,${Array(21).fill(hex).join()}))`, 'k to 20 keys'],
    ['16 keys behind sh', `sh(multi(1,${Array(16).fill(hex).join()}))`, '520'],
    ['a key that is no point', `pkh(${long})`, 'no public key'],
    ['an uncompressed key in segwit', `wpkh(${long})`, 'compressed'],
    ['an x-only key outside Taproot', `wpkh(${hex.slice(2)})`, 'compressed'],
    ['a path behind a plain key', `wpkh(${hex}/0)`, 'plain public key'],
    [
      'far too long',
      `wsh(multi(1,${Array(20)
        .fill(`[${'d34db33f'}${'/0'.repeat(200)}]${xpub}`)
        .join()}))`,
      'longer',
    ],
  ])('with %s is refused, without a word of it', (_name, text, reason) => {
    const message = refusal(text)
    expect(message).toContain(reason)
    for (const secret of [xpub, tpub, hex.slice(2), xpub.slice(8, 40)]) expect(message).not.toContain(secret)
  })

  const invalid: [string, string][] = [
    [
      'xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6LBpB85b3D2yc8sfvZU521AAwdZafEz7mnzBBsz4wKY5fTtTQBm',
      'no point',
    ],
    [
      'xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Txnt3siSujt9RCVYsx4qHZGc62TG4McvMGcAUjeuwZdduYEvFn',
      'no point',
    ],
    [
      'xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6N8ZMMXctdiCjxTNq964yKkwrkBJJwpzZS4HS2fxvyYUA4q2Xe4',
      'no point',
    ],
    [
      'xpub661no6RGEX3uJkY4bNnPcw4URcQTrSibUZ4NqJEw5eBkv7ovTwgiT91XX27VbEXGENhYRCf7hyEbWrR3FewATdCEebj6znwMfQkhRYHRLpJ',
      'no parent',
    ],
    [
      'xpub661MyMwAuDcm6CRQ5N4qiHKrJ39Xe1R1NyfouMKTTWcguwVcfrZJaNvhpebzGerh7gucBvzEQWRugZDuDXjNDRmXzSZe4c7mnTK97pTvGS8',
      'no parent',
    ],
    [
      'DMwo58pR1QLEFihHiXPVykYB6fJmsTeHvyTp7hRThAtCX8CvYzgPcn8XnmdfHPmHJiEDXkTiJTVV9rHEBUem2mwVbbNfvT2MTcAqj3nesx8uBf9',
      'no extended public key',
    ],
    [
      'xpub661MyMwAqRbcEYS8w7XLSVeEsBXy79zSzH1J8vCdxAZningWLdN3zgtU6Q5JXayek4PRsn35jii4veMimro1xefsM58PgBMrvdYre8QyULY',
      'no point',
    ],
  ]
  it.each(invalid)('with an extended key that BIP 32 calls invalid is refused: %s', (key, reason) => {
    expect(refusal(`wpkh(${key}/*)`)).toContain(reason)
  })

  it.each([
    'xprv9s21ZrQH143K31xYSDQpPDxsXRTUcvj2iNHm5NUtrGiGG5e2DtALGdso3pGz6ssrdK4PFmM8NSpSBHNqPqm55Qn3LqFtT2emdEXVYsCzC2U',
    'tprv8ZgxMBicQKsPd7Uf69XL1XwhmjHopUGep8GuEiJDZmbQz6o58LninorQAfcKZWARbtRtfnLcJ5MQ2AtHcQJCCRUcMRvmDUjyEmNUWwx8UbK',
    'zprvAdG4iTXWBoARxkkzNpNh8r6Qag3irQB8PzEMkAFeTRXxHpbF9z4QgEvBRmfvqWvGp42t42nvgGpNgYSJA9iefm1yYNZKEm7z6qUWCroSQnE',
    '5KYZdUEo39z3FPrtuX2QbbwGnNP5zTd7yyr2SC1j299sBCnWjss',
    'L4rK1yDtCWekvXuE6oXD9jCYfFNV2cWRpVuPLBcCU2z8TrisoyY1',
    'cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW',
  ])('with a private key is refused, wherever it stands, and never repeated: %#', (secret) => {
    for (const text of [
      secret,
      `wpkh(${secret})`,
      `wpkh(${secret}/*)#qqqqqqqq`,
      `sh(multi(1,${xpub},[d34db33f]${secret}/0))`,
      `${secret}!`,
    ]) {
      const message = refusal(text)
      expect(message).toContain('private key')
      expect(message).not.toContain(secret.slice(1, 12))
    }
  })

  it('is not taken for one with a private key by a few letters of a public one', () => {
    // Made until the letters came: "Vprv…" inside, and a run of hex as long as a key in wallet import format.
    const extended =
      'xpub661MyMwAqRbcFTMfu3VhirC18rPuGxZzeEdHBAm5MHgkprvVZt6wfLNbFSxCZN3w5z8hxTUs6nH19unMhyib5Vf5pYFjVCjhHRBaLiV3rPy'
    const plain = '0257d11b37fe10c9a9f65c87dd72ff4724d9b3421a87f8c828c559fb5c581bc4b2'
    expect(parseDescriptor(`sh(multi(1,${extended}/*,${plain}))`).isRange).toBe(true)
  })

  it('names what a prefix says: a zpub inside a descriptor and an Ypub alone are refused', () => {
    const zpub =
      'zpub6rFR7y4Q2AijBEqTUquhVz398htDFrtymD9xYYfG1m4wAcvPhXNfE3EfH1r1ADqtfSdVCToUG868RvUUkgDKf31mGDtKsAYz2oz2AGutZYs'
    expect(refusal(`wpkh(${zpub}/*)`)).toContain('write it as xpub')
  })

  it('never crashes on hostile text, and never repeats it', () => {
    const piece = fc.constantFrom(
      'wsh(',
      'sh(',
      'tr(',
      'multi(',
      '1',
      ',',
      ')',
      '[',
      ']',
      xpub,
      hex,
      '/',
      '*',
      '<0;1>',
      '#',
      "'",
      'h',
    )
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(piece, { maxLength: 14 }).map((all) => all.join('')),
        ),
        (text) => {
          try {
            parseDescriptor(text)
          } catch (error) {
            expect(error).toBeInstanceOf(ChainscreenError)
            expect((error as Error).message).not.toContain(xpub.slice(0, 12))
          }
        },
      ),
      { numRuns: randomRuns(500) },
    )
  })
})

describe('text that is meant as a descriptor', () => {
  it('is told from addresses', () => {
    expect([xpub, `wpkh(${xpub}/*)`, `[d34db33f]${tpub}`].map(looksLikeDescriptor)).toEqual([
      true,
      true,
      true,
    ])
    const addresses = [
      'bc1qcr8te4kr609gcawutmrza0j4xv80jy8z306fyu',
      '1BoatSLRHtKNngkdXEeobR76b53LETtpyT',
      `0x${'a'.repeat(40)}`,
    ]
    expect(addresses.map(looksLikeDescriptor)).toEqual([false, false, false])
  })
})
