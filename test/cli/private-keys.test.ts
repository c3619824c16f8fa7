import { describe, expect, it, onTestFinished } from 'vitest'
import { startFakeNode } from '../chains/bitcoin/fake-node.ts'
import { regtestChain } from '../chains/bitcoin/regtest-chain.ts'
import { contentsOf } from '../e2e/database.ts'
import { someOf } from '../long.ts'
import { busyUser, refused } from './refusal.ts'

/** Of BIP 32's first test vector, and of a key that was never used. */
const xprv =
  'xprv9s21ZrQH143K3QTDL4LXw2F7HEK3wJUD2nW2nRk4stbPy6cq3jPPqjiChkVvvNKmPGJxWUtg6LnF5kejMRNNU3TGtRBeJgk33yuGBxrMPHi'
const xpub =
  'xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB'
const wif = 'cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW'
const mistyped = `${wif.slice(0, -1)}X`

const note =
  'a private key was given in place of an address: take it off this machine, and treat it as disclosed'

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
  it.each(commands.map((words, at) => [words.join(' '), words, at] as const))(
    'is not repeated by chainscreen %s, whole or as words of its own',
    async (_, words, at) => {
      const user = await busyUser()
      // An alert's id looks like a key: it is repeated where one stands.
      const told =
        words.join(' ') === 'alerts show' ? secrets.filter((one) => !one.includes(digits.slice(1))) : secrets
      for (const secret of someOf(told, at)) {
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

describe('who decided, and why', () => {
  const commands: readonly (readonly string[])[] = [
    ['own', 'remove', `0x${'1'.repeat(40)}`],
    ['chains', 'rewind', 'eth', '--to', '1'],
    ['alerts', 'resolve', 'ab', '--as', 'blocked', '--actor', 'A. Person'],
    ['lists', 'remove', 'house'],
  ]
  /** BIP 38's first vector, the seed of the examples of XRP's docs, and Spanish words of BIP 39. */
  const more = [
    '6PRVWUbkzzsbcVac2qwfssoUJAN1Xhrg6bNk8J7Nzm5H7kxEbn2Nh2ZoGg',
    'sn3nxiW7v8KXzPzAqzyHXbSSKNuN9',
    'abono abrir abeja abogado abierto abrazo abuelo abuso acabar academia acceso abdomen',
  ]
  const kept = [xprv, wif, mistyped, digits, `0x${digits}`, phrase, ...more]

  it.each(commands.map((words, at) => [words.slice(0, 2).join(' '), words, at] as const))(
    '%s: a secret in --note or --actor is refused, not stored and not repeated',
    async (_, words, at) => {
      const user = await busyUser()
      for (const secret of someOf(kept, at)) {
        for (const said of [secret, `see case 18 (${secret}), thanks`]) {
          for (const given of [['--note', said], [`--note=${said}`], ['--actor', said]]) {
            const { code, stdout, stderr } = await user.run(...words, ...given)
            expect({ code, stdout, stderr }).toEqual({
              code: 2,
              stdout: '',
              stderr: expect.stringContaining('holds what may be a private key or a seed phrase (not shown)'),
            })
            for (const piece of piecesOf(secret).filter((one) => one !== 'academia'))
              expect(stderr).not.toContain(piece)
          }
        }
      }
      expect(user.query('select 1 from own_removals')).toEqual([])
    },
  )

  it('is kept where it is prose, with the first digits of a hash', async () => {
    const user = await busyUser()
    const note =
      'The customer asked again about this one and we have told her that it was never ours, tx e9873d79c6d87dc0'
    const { code } = await user.run(
      'own',
      'remove',
      `0x${'1'.repeat(40)}`,
      '--note',
      note,
      '--actor',
      'A. Person',
    )
    expect(code).toBe(0)
    expect(user.query('select actor, note from own_removals')).toEqual([{ actor: 'A. Person', note }])
  })
})

describe('a secret in the config', () => {
  const listed = (list: object) => ({ lists: [{ id: 'house', format: 'csv', file: './house.csv', ...list }] })
  const evmChain = (chain: object) => ({
    chains: [{ id: 'eth', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 1, ...chain }],
  })
  const places: readonly [string, (secret: string) => Record<string, unknown>][] = [
    ['a list id', (secret) => listed({ id: secret })],
    ['a format', (secret) => listed({ format: secret })],
    ['a file', (secret) => listed({ file: `./${secret}.csv` })],
    ['a duration', (secret) => listed({ maxAge: secret })],
    ['a chain id', (secret) => evmChain({ id: secret })],
    ['a start', (secret) => evmChain({ start: secret })],
    ['a token', (secret) => evmChain({ tokens: [{ address: secret, symbol: 'X', decimals: 1 }] })],
    [
      'a symbol',
      (secret) => evmChain({ tokens: [{ address: `0x${'1'.repeat(40)}`, symbol: secret, decimals: 1 }] }),
    ],
    ['a verify mode', (secret) => evmChain({ verify: secret })],
    ['an unknown key', (secret) => ({ [secret]: 1 })],
    ['an unknown key of a chain', (secret) => evmChain({ [secret]: 1 })],
    ['an address to listen at', (secret) => ({ server: { listen: secret } })],
    ['a default', (secret) => evmChain({ verify: `\${NO_SUCH_VARIABLE:-${secret}}` })],
    ['the name of a variable', (secret) => evmChain({ verify: `\${${secret.replace(/\W/g, '_')}}` })],
    ['a URL without its scheme', (secret) => evmChain({ rpc: [secret] })],
  ]

  it.each(places.map(([what, place], at) => [what, place, at] as const))(
    'is not repeated: %s',
    async (what, place, at) => {
      const user = await busyUser()
      for (const secret of someOf([xprv, wif, mistyped, digits, phrase], at)) {
        user.configure(place(secret))
        // In a path they are a container's id.
        if (secret === digits && what === 'a file') continue
        for (const words of [['doctor'], ['lists', 'show'], ['run', '--once'], ['coverage']]) {
          const { stdout, stderr } = await user.run(...words)
          for (const piece of piecesOf(secret)) expect(`${stdout}${stderr}`).not.toContain(piece)
        }
      }
    },
  )

  it.each(['id', 'file'])('is refused where it would be taken as a name: %s', async (key) => {
    const user = await busyUser()
    for (const secret of [xprv, wif, phrase]) {
      user.configure(listed({ [key]: secret }))
      expect(await user.run('lists', 'show')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('holds a private key or a seed phrase (not shown): take it out'),
      })
    }
  })

  it('is not repeated of a variable', async () => {
    const user = await busyUser()
    process.env.CHAINSCREEN_TEST_SECRET = wif
    onTestFinished(() => void delete process.env.CHAINSCREEN_TEST_SECRET)
    for (const place of places.map(([, put]) => put)) {
      user.configure(place(`\${CHAINSCREEN_TEST_SECRET}`))
      const { stdout, stderr } = await user.run('doctor')
      expect(`${stdout}${stderr}`).not.toContain(wif)
    }
  })
})

describe('a secret that a node sends', () => {
  it('is not repeated, logged or stored', async () => {
    for (const secret of [xprv, wif, phrase]) {
      const node = await startFakeNode({ chain: regtestChain() })
      node.state.intercept = (method) => {
        const error = { code: -1, message: `the wallet's ${secret} is locked` }
        return method === 'getblockhash'
          ? { status: 500, body: JSON.stringify({ jsonrpc: '2.0', id: 0, result: null, error }) }
          : undefined
      }
      const chain = { id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [node.url], start: 0 }
      const user = await busyUser({ chains: [chain] })
      for (const words of [['run', '--once'], ['doctor']]) {
        const { code, stdout, stderr } = await user.run(...words)
        expect(code).not.toBe(0)
        expect(stdout + stderr).toContain('is locked')
        expect(stdout + stderr).not.toContain(secret)
      }
      expect(JSON.stringify(contentsOf(user.database))).not.toContain(secret)
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
      await refused(user, ['alerts', '--address', key], {
        code: 2,
        says: `--address (a private key, not shown) can't be read: ${note}.`,
      })
      await refused(user, ['alerts', '--tx', key], {
        code: 2,
        says: '--tx (a private key, not shown) is no transaction hash; expected 64 hex digits, with or without 0x.',
      })
    }
  })
})
