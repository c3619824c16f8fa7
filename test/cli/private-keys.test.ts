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

describe('a key where screen expects an address', () => {
  it.each([xprv, wif, mistyped, `wpkh(${wif})`])('is not repeated where it is private: %s', async (key) => {
    const user = await busyUser()
    expect(await user.here('screen', key)).toEqual({
      code: 4,
      stdout: `(a private key, not shown): UNKNOWN\n  ${note}\n`,
      stderr: '',
    })
    const { code, stdout, stderr } = await user.here('screen', key, '--json')
    expect({ code, stderr }).toEqual({ code: 4, stderr: '' })
    expect(JSON.parse(stdout)).toEqual([
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
      const { code, stdout } = await user.here('screen', key, ...words)
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
