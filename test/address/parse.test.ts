import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../src/address/parse.ts'
import { eip55, ofacAddresses, otherAddresses } from './other-vectors.ts'

function reasonOf(text: string): string {
  const result = parseAddress(text)
  return result.ok ? `parsed as ${result.key}` : result.reason
}

describe('EVM addresses', () => {
  it.each(eip55)('%s stands in its checksum case', (address) => {
    const expected = {
      ok: true,
      key: `evm:${address.slice(2).toLowerCase()}`,
      form: 'account',
      text: address,
    }
    expect(parseAddress(address)).toEqual(expected)
    expect(parseAddress(address.toLowerCase())).toEqual(expected)
    expect(parseAddress(`0x${address.slice(2).toUpperCase()}`)).toEqual(expected)
  })

  it('refuses a checksum that does not match, a wrong length, a stranger and 0X', () => {
    expect(reasonOf('0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed')).toBe('EIP-55 checksum does not match')
    expect(reasonOf('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae')).toBe('0x with 39 hex digits, expected 40')
    expect(reasonOf(`0x${'0'.repeat(64)}`)).toBe('0x with 64 hex digits, expected 40')
    expect(reasonOf('0x')).toBe('0x with 0 hex digits, expected 40')
    expect(reasonOf('0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaeg')).toBe('0x with "g", which is no hex digit')
    expect(reasonOf('0X5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED')).toBe('starts with 0X, expected 0x')
  })
})

describe('addresses of other chains', () => {
  it.each(otherAddresses)('$text', ({ text, key, form, canonical, asset }) => {
    expect(parseAddress(text, { asset: asset ?? null })).toEqual({
      ok: true,
      key,
      form,
      text: canonical ?? text,
    })
  })

  it.each(ofacAddresses)('%s %s is of the family %s', (asset, text, family, form) => {
    const result = parseAddress(text, { asset })
    expect(result).toMatchObject({ ok: true, form })
    expect(result.ok && result.key.startsWith(`${family}:`)).toBe(true)
  })

  it('only the label tells a Verge address from a Dogecoin one', () => {
    const text = 'DFFJhnQNZf8rf67tYnesPu7MuGUpYtzv7Z'
    const familyFor = (asset?: string | null) => {
      const result = asset === undefined ? parseAddress(text) : parseAddress(text, { asset })
      return result.ok ? result.key.split(':')[0] : result.reason
    }
    expect(familyFor('XVG')).toBe('verge')
    expect(familyFor(' verge ')).toBe('verge')
    expect([familyFor('DOGE'), familyFor('XBT'), familyFor(null), familyFor()]).toEqual(
      Array(4).fill('dogecoin'),
    )
  })

  it('reads the token-aware cashaddr as the script it pays', () => {
    // CashTokens' own example: the two writings of one hash.
    const plain = parseAddress('bitcoincash:qr7fzmep8g7h7ymfxy74lgc0v950j3r2959lhtxxsl')
    const token = parseAddress('bitcoincash:zr7fzmep8g7h7ymfxy74lgc0v950j3r295z4y4gq0v')
    expect(plain).toMatchObject({ ok: true, form: 'p2pkh' })
    expect(token.ok && plain.ok && token.key === plain.key).toBe(true)
  })
})

describe('texts that are no address', () => {
  it.each([
    ['', 'empty'],
    [' \t\r\n ', 'empty'],
    ['1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mp', 'base58 checksum does not match'],
    ['TR7NHqjeKQxGTCi8q8ZY4pL8otSzgjLj6T', 'base58 checksum does not match'],
    ['rHb9CJAWyB4rj91VRWn96DkukG4bwdtyTH', 'base58 checksum does not match'],
    ['1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN20o', 'base58 does not use "0"'],
    ['2UVPFpGYnLHJezFzjUo42our6PMEoozzRdM', 'base58check version 0xd4 is of no chain known to chainscreen'],
    [
      '5JuW2AMDYu4xVwRG9DZW18VbzQrGcd5RCgb99sS6ehJsNQXu5b9',
      'base58check of 33 bytes is no address (a private key?)',
    ],
    ['bnb136ns6lfw4zs5hg4n85vdthaad7hq5m4gtkgf24', 'bech32 checksum does not match'],
    [
      'cosmos1fl48vsnmsdzcv85q5d2q4z5ajdha8yu34mf0eh',
      'bech32 prefix "cosmos" is of no chain known to chainscreen',
    ],
    ['bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6e', 'cashaddr checksum does not match'],
    ['qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6e', 'cashaddr checksum does not match'],
    ['bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdx6A', 'cashaddr mixes upper and lower case'],
    ['bitcoincash:qpm2qsznhks23z7629mms6s4cwef74vcwvy22gdxb1', 'cashaddr does not use "b"'],
    // A sound checksum over 24 bytes of hash (the specification's vector): no script of Bitcoin Cash has it.
    [
      'bitcoincash:q9adhakpwzztepkpwp5z0dq62m6u5v5xtyj7j3h2ws4mr9g0',
      'cashaddr of a type or length chainscreen does not know',
    ],
    [
      '5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320',
      '64 hex digits are no address (a transaction hash or public key?)',
    ],
    ['5aaeb6053f3e94c9b9a09f33669435e7ef1beaed', '40 hex digits without 0x'],
    ['0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798', 'a public key, and no address'],
    ['1FsSia9rv4NeEwvJ2GvX rX7LyxYspbN2mo', 'contains white space'],
    ['0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae\u0430', 'contains a character outside ASCII (U+0430)'],
    ['\u0410', 'contains a character outside ASCII (U+0410)'],
    ['\u00a01FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo', 'contains a character outside ASCII (U+00A0)'],
    ['1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo\u200b', 'contains a character outside ASCII (U+200B)'],
    ['bc1q\u{1f4a9}', 'contains a character outside ASCII (U+1F4A9)'],
    ['1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo\0', 'contains a control character (U+0000)'],
    ['1'.repeat(201), 'longer than 200 characters'],
    ['hello', 'no address format known to chainscreen'],
    ['n/a', 'no address format known to chainscreen'],
  ])('"%s": %s', (text, reason) => {
    expect(reasonOf(text)).toBe(reason)
  })

  it('a legacy address behind the prefix of cashaddr is called by its name', () => {
    for (const address of ['1NE2NiGhhbkFPSEyNWwj7hKGhGDedBtSrQ', '3LU8wRu4ZnXP4UM8Yo6kkTiGHM9BubgyiG'])
      expect(parseAddress(`bitcoincash:${address}`)).toMatchObject({
        ok: false,
        reason: expect.stringMatching(/^a legacy address .* behind a prefix/),
      })
  })

  it('a damaged Monero address says that its checksum does not match', () => {
    const text = otherAddresses.find(({ form }) => form === 'standard')?.text ?? ''
    expect(reasonOf(`${text.slice(0, -1)}e`)).toBe('monero checksum does not match')
    // Eleven times z is more than eight bytes.
    expect(reasonOf('z'.repeat(95))).toBe('monero checksum does not match')
  })

  it('ignores surrounding ASCII white space', () => {
    expect(parseAddress('\t 1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo\r\n')).toMatchObject({
      ok: true,
      text: '1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo',
    })
  })

  it('a text full of spaces takes no longer than another of its length', () => {
    // Two million: minutes and hours for anything that looks from each space for the end.
    const spaces = ' '.repeat(2_000_000)
    const account = '0x098B716B8Aaf21512996dC57EB0615e2383E2f96'
    expect(parseAddress(`T${spaces}x`)).toEqual({ ok: false, reason: 'longer than 200 characters' })
    expect(parseAddress(`${spaces}${account}${spaces}`)).toMatchObject({ ok: true, text: account })
    expect(parseAddress(spaces)).toEqual({ ok: false, reason: 'empty' })
  })

  it('a name of Object.prototype is no prefix', () => {
    expect(reasonOf('constructor1qqqqqq')).toBe('no address format known to chainscreen')
    expect(reasonOf('toString1qqqqqq')).toBe('no address format known to chainscreen')
  })

  it('a damaged bech32 text that is 32 bytes of base58 does not become a Solana key', () => {
    // bcrt1… with a wrong first character; LTC1… with a small letter that bech32 does not use.
    expect(reasonOf('2crt1qsmjszjt9sesnz257pv64trvy7mrd8kne58kwx4')).toBe(
      'no address format known to chainscreen',
    )
    expect(reasonOf('LTC1Q63E4iW3XTCTWACPLT9CCHX6AQVQECP7CM7SNNJ')).toBe('bech32 mixes upper and lower case')
  })

  it('a Solana key that begins like bech32 stays one', () => {
    const solana = 'bc1N1w8YHrfxMUkvCezSH9sx4tfbFXSSgiCbfZRYmDV'
    const result = parseAddress(solana)
    expect(result.ok ? result.key : result.reason).toMatch(/^solana:/)
  })
})
