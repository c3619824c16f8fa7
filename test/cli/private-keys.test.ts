import { describe, expect, it } from 'vitest'
import { busyUser, refusedHere } from './refusal.ts'

/** Of BIP 32's first test vector, and of a key that was never used. */
const xprv =
  'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi'
const xpub =
  'xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB'
const wif = 'cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW'
const mistyped = `${wif.slice(0, -1)}X`

const note =
  'a private key stands where an address should: take it off this machine, and treat it as disclosed'

const answered = 'Answered from list revision 1: house (no date of issue).\n'

/** BIP 39's own test vectors (https://github.com/trezor/python-mnemonic/blob/master/vectors.json), in English and Japanese. */
const phrase = 'legal winner thank year wave sausage worth useful legal winner thank yellow'
const phrases = [
  phrase,
  phrase.split(' ').slice(0, 9).join(' '),
  phrase
    .split(' ')
    .map((word, index) => `${index + 1}. ${word}`)
    .join(' '),
  'そつう　れきだい　ほんやく　わかす　りくつ　ばいか　ろせん　やちん　そつう　れきだい　ほんやく　わかめ',
]
const digits = 'e9873d79c6d87dc0fb6a5778633389f4453213303da61f20bd67fc233aa33262'
const secrets = [
  xprv,
  wif,
  mistyped,
  digits,
  `0x${digits}`,
  digits.slice(1),
  `ethereum:0x${digits}`,
  ...phrases,
]
/** Runs of letters and digits that would tell something of them. */
const piecesOf = (secret: string) =>
  secret.match(/[\p{L}\p{M}\p{N}]{4,}/gu)?.map((word) => word.slice(0, 24)) ?? []

describe('a secret', () => {
  const commands: readonly (readonly string[])[] = [
    ['screen'],
    ['screen', '--json'],
    ['own', 'add'],
    ['own', 'add', '--descriptor'],
    ['own', 'retire'],
    ['alerts', '--address'],
    ['alerts', 'show'],
    ['alerts', '--chain'],
    ['alerts', '--status'],
    ['alerts', '--since'],
    ['coverage'],
    ['screen', '--chain'],
    ['replay'],
    ['rescreen', '--since'],
    ['own', 'add', '--kind'],
    [],
  ]
  it.each(commands.map((words) => [words.join(' '), words] as const))(
    'is not repeated by chainscreen %s, whole or as words of its own',
    async (_, words) => {
      const user = await busyUser()
      // An alert's id looks like a key: it is repeated where one stands.
      const told =
        words.join(' ') === 'alerts show' ? secrets.filter((one) => !one.includes(digits.slice(1))) : secrets
      for (const secret of told) {
        const apart = secret.split(/\s/)
        for (const given of apart.length > 1 ? [[secret], apart] : [[secret]]) {
          const { code, stdout, stderr } = await user.run(...words, ...given)
          expect(code).not.toBe(0)
          const said = `${stdout}${stderr}`.replaceAll(note, '')
          for (const piece of piecesOf(secret)) expect(said).not.toContain(piece)
        }
      }
    },
  )

  it('is not repeated of a file of own addresses, nor stored as a reference', async () => {
    const user = await busyUser()
    for (const secret of secrets) {
      const file = user.file('spoilt.csv', `address,kind,reference\n"${secret}",deposit,1\n`)
      const { code, stdout, stderr } = await user.run('own', 'import', file)
      expect(code).toBe(1)
      for (const piece of piecesOf(secret)) expect(stdout + stderr).not.toContain(piece)
    }
    for (const secret of [xprv, wif, phrase]) {
      const file = user.file(
        'spoilt.csv',
        `address,kind,reference\n0x${'3'.repeat(40)},deposit,"${secret}"\n`,
      )
      expect(await user.run('own', 'import', file)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('reference holds a private key or a seed phrase'),
      })
    }
  })
})

describe('own addresses as wallets and explorers give them', () => {
  it('are taken, stored as addresses, and said', async () => {
    const user = await busyUser()
    const account = `0x${'4'.repeat(40)}`
    expect(await user.run('own', 'add', `ethereum:${account}@1?value=1`)).toEqual({
      code: 0,
      stdout:
        '1 added, 0 changed, 0 known already.\n1 taken from something else than an address alone, first an EIP-681 link for chain 1.\n',
      stderr: '',
    })
    expect(await user.run('own', 'add', account)).toMatchObject({
      stdout: '0 added, 0 changed, 1 known already.\n',
    })
    const stored = user.query<{ address: string }>(
      'select address from own_addresses where address = ?',
      account,
    )
    expect(stored).toEqual([{ address: account }])
    expect(await user.run('own', 'retire', `eip155:1:${account}`)).toMatchObject({ code: 0 })
    expect(await user.run('alerts', '--address', `eth:${account}`)).toMatchObject({ code: 0 })
  })
})

describe('a key where screen expects an address', () => {
  it.each([xprv, wif, mistyped, `wpkh(${wif})`])('is not repeated where it is private: %s', async (key) => {
    const user = await busyUser()
    expect(await user.run('screen', key)).toEqual({
      code: 4,
      stdout: `(a private key, not shown): UNKNOWN\n  ${note}\n${answered}`,
      stderr: '',
    })
    const { code, stdout, stderr } = await user.run('screen', key, '--json')
    expect({ code, stderr }).toEqual({ code: 4, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject([
      {
        address: '(a private key, not shown)',
        verdict: 'unknown',
        family: null,
        matches: [],
        notes: [note],
      },
    ])
  })

  it.each([xpub, `wpkh(${xpub}/0/*)`])('is shortened where it is public: %s', async (key) => {
    const user = await busyUser()
    for (const words of [[], ['--json']]) {
      const { code, stdout } = await user.run('screen', key, ...words)
      expect(code).toBe(4)
      expect(stdout).toContain(`${key.slice(0, 12)}…`)
      expect(stdout).not.toContain(key.slice(0, 20))
    }
  })
})

describe('a key where alerts expects an address or a hash', () => {
  it('is not repeated where it is private', async () => {
    const user = await busyUser()
    for (const key of [xprv, wif, mistyped]) {
      await refusedHere(user, ['alerts', '--address', key], {
        code: 2,
        says: `--address (a private key, not shown) can't be read: ${note}.`,
      })
      await refusedHere(user, ['alerts', '--tx', key], {
        code: 2,
        says: '--tx (a private key, not shown) is no transaction hash; expected 64 hex digits, with or without 0x.',
      })
    }
  })
})
