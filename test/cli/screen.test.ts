import { describe, expect, it } from 'vitest'
import { type Key, keyHex } from '../../src/address/key.ts'
import { parseAddress } from '../../src/address/parse.ts'
import { addressText } from '../../src/address/text.ts'
import { runHere } from '../e2e/cli.ts'
import { loadedProject, newProject, type Project } from '../e2e/project.ts'
import { openTestLedger } from '../ledger/template.ts'
import { p2pkh, p2wpkh } from '../screening/builders.ts'
import { busyUser, houseListed } from './refusal.ts'

/** As OFAC writes them: an EVM address, a Tron address that it files under XBT, and a Bitcoin address. */
const ronin = '0x098B716B8Aaf21512996dC57EB0615e2383E2f96'
const tron = 'TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq'
const suex = '123WBUDmSJv4GctdVEz6Qq6z8nXSKrJ4KX'
const clean = `0x${'2'.repeat(40)}`
/** What an answer ends with. */
const answered = 'Answered from list revision 1: ofac (issued on 2025-11-19).\n'

function keyOf(address: string): Key {
  const parsed = parseAddress(address)
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.key
}

async function userOfBundled(list: Readonly<Record<string, unknown>> = {}): Promise<Project> {
  return loadedProject({ lists: [{ id: 'ofac', file: 'bundled', maxIssueAge: 'off', ...list }] })
}

describe('chainscreen screen', () => {
  it('answers by exit code: 0 clear, 3 listed, 4 unknown; and 3 over 4 over 0', async () => {
    const user = await userOfBundled()
    const code = async (...addresses: string[]) => (await user.run('screen', ...addresses)).code
    expect(await code(clean)).toBe(0)
    expect(await code(ronin)).toBe(3)
    expect(await code('not-an-address')).toBe(4)
    expect(await code(clean, 'not-an-address')).toBe(4)
    expect(await code('not-an-address', ronin, clean)).toBe(3)
    expect(await code(clean, clean)).toBe(0)
    // And so does the process.
    expect(await user.run('screen', ronin)).toMatchObject({ code: 3, stderr: '' })
  })

  it('refuses a chain that no config says anything of: heeded by nobody, it would look clear', async () => {
    const user = await userOfBundled()
    const { code, stdout, stderr } = await runHere([
      ...['screen', clean, '--chain', 'eth', '--db', user.database],
    ])
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toBe('--chain eth needs a config, which says what that chain is: add --config FILE.\n')
  })

  it('says who is listed, since when, and by which list', async () => {
    const user = await userOfBundled()
    const { stdout } = await user.run('screen', ronin.toLowerCase())
    expect(stdout).toBe(
      `${ronin.toLowerCase()}: LISTED (evm)\n  ofac: exact match with ${ronin}, Lazarus Group (27307) [DPRK3], party listed on 2019-09-13\n${answered}`,
    )
  })

  it('knows listed addresses of chains that nobody watches', async () => {
    const user = await userOfBundled()
    expect(await user.run('screen', tron)).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`${tron}: LISTED (tron)`),
    })
    expect(await user.run('screen', suex)).toMatchObject({ code: 3 })
  })

  it('meets the same account and the same key in other clothes, and says so', async () => {
    const user = await userOfBundled()
    const json = async (address: string) => JSON.parse((await user.run('screen', address, '--json')).stdout)
    // The 20 bytes of the listed Tron account, as an EVM address.
    const [entry] = user.query<{ key: string }>('select key from list_entries where address = ?', tron)
    const [twin] = await json(`0x${entry?.key.slice('tron:'.length)}`)
    expect(twin).toMatchObject({ verdict: 'listed', matches: [{ basis: 'same-account', address: tron }] })
  })

  it('clears a well-formed address of an unwatched chain, with a note', async () => {
    const user = await busyUser()
    expect(await user.run('screen', 'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8')).toEqual({
      code: 0,
      stdout:
        'TJRabPrwbZy45sbavfcjinPJC18kjpRTv8: CLEAR (tron)\n  chainscreen does not watch tron chains: only the lists were asked\nAnswered from list revision 1: house (no date of issue).\n',
      stderr: '',
    })
  })

  it('warns where only the bundled list says that somebody is clear, and so does doctor', async () => {
    const user = await userOfBundled()
    const warning =
      /only list ofac, which ships with chainscreen, answers for sanctions: it was issued on 2025-11-19 and is \d+ days old/
    expect((await user.run('screen', clean)).stdout).toMatch(/: CLEAR \(evm\)\n {2}warning: only list ofac/)
    const [check] = JSON.parse((await user.run('screen', clean, '--json')).stdout)
    expect(check.notes).toEqual([expect.stringMatching(warning)])
    const { code, stdout } = await user.run('doctor', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toContainEqual(
      expect.objectContaining({ what: 'lists', state: 'warn', found: expect.stringMatching(warning) }),
    )
  })

  it('says why text is no address, and never that it is clear', async () => {
    const user = await userOfBundled()
    expect(await user.run('screen', `${ronin.slice(0, -1)}7`)).toEqual({
      code: 4,
      stdout: expect.stringMatching(
        /: UNKNOWN\n {2}not readable as an address: EIP-55 checksum does not match\nAnswered from .*\n$/,
      ),
      stderr: '',
    })
  })

  it('does not vouch for anybody with a stale list, and still knows who is on it', async () => {
    const user = await userOfBundled({ maxAge: '1d' })
    expect(await user.run('screen', clean)).toMatchObject({
      code: 4,
      stdout: expect.stringMatching(
        /: UNKNOWN \(evm\)\n {2}list ofac is \d+ days old, and may be 24 hours at most\nAnswered from .*\n$/,
      ),
    })
    expect(await user.run('screen', ronin)).toMatchObject({ code: 3 })
  })

  it('answers unknown from a file that was issued long ago, says so, and still knows who is on it', async () => {
    const user = await userOfBundled({ maxIssueAge: '45d' })
    const why =
      /^list ofac was issued on 2025-11-19, \d+ days ago, and may be 45 days old at most \(`maxIssueAge`\)$/
    const { code, stdout } = await user.run('screen', clean, '--json')
    expect(code).toBe(4)
    expect(JSON.parse(stdout)).toMatchObject([
      {
        ...{ verdict: 'unknown', notes: [expect.stringMatching(why)], revision: 1 },
        lists: [{ id: 'ofac', issuedOn: '2025-11-19', state: 'stale' }],
      },
    ])
    expect(await user.run('screen', ronin)).toMatchObject({ code: 3 })
    const checkups = JSON.parse((await user.run('doctor', '--json')).stdout)
    expect(checkups).toContainEqual(
      expect.objectContaining({
        ...{ what: 'list ofac', state: 'warn', found: expect.stringContaining('(`maxIssueAge`)') },
      }),
    )
    user.configure({ lists: [{ id: 'ofac', file: 'bundled', maxIssueAge: 'off' }] })
    expect(await user.run('screen', clean)).toMatchObject({ code: 0 })
  })

  it('names the lists that answered, also one that the config names no more', async () => {
    const user = await userOfBundled()
    user.configure({ lists: [{ id: 'house', format: 'csv', file: 'house.csv' }] })
    const { code, stdout } = await user.run('screen', ronin, clean)
    expect(code).toBe(3)
    expect(stdout.match(/Answered.*/g)).toEqual([
      'Answered from list revision 1: house (not loaded), ofac (issued on 2025-11-19).',
    ])
  })

  it('goes by the age that the config allows now, and so do doctor and lists show', async () => {
    const user = await userOfBundled()
    expect(await user.run('screen', clean)).toMatchObject({ code: 0 })
    user.configure({ lists: [{ id: 'ofac', file: 'bundled', maxAge: '1d' }] })
    const old = /list ofac is \d+ days old, and may be 24 hours at most/
    expect(await user.run('screen', clean)).toMatchObject({ code: 4, stdout: expect.stringMatching(old) })
    expect((await user.run('doctor')).stdout).toMatch(old)
    expect((await user.run('lists', 'show')).stdout).toMatch(old)
  })

  it('does not vouch for anybody without a list', async () => {
    const user = newProject({ lists: [{ id: 'ofac', file: 'bundled', maxIssueAge: 'off' }] })
    openTestLedger(user.database).close()
    expect(await user.run('screen', clean)).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('list ofac was never loaded'),
    })
    user.configure({ lists: [] })
    expect(await user.run('screen', clean)).toMatchObject({ code: 4 })
  })

  it('does not clear an address for a chain that it is none of', async () => {
    const user = await userOfBundled()
    user.configure({
      lists: [{ id: 'ofac', file: 'bundled', maxIssueAge: 'off' }],
      chains: [{ id: 'btc', type: 'bitcoin', network: 'mainnet', rpc: ['http://127.0.0.1:1'], start: 0 }],
    })
    expect(await user.run('screen', clean, '--chain', 'btc')).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('an address of family evm is no address of chain btc'),
    })
    expect(await user.run('screen', clean, '--chain', 'eth')).toMatchObject({
      code: 2,
      stderr: 'No chain of the config is named "eth"; it has: btc.\n',
    })
  })

  it('names the chain whose number was given for its name', async () => {
    const user = await busyUser({
      chains: [{ id: 'eth', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 }],
    })
    const says = async (...words: string[]) => {
      const { code, stdout, stderr } = await user.run(...words)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      return stderr
    }
    expect(await says('screen', clean, '--chain', '1')).toBe(
      'No chain of the config is named "1"; it has: eth. Number 1 is eth: a chain is given by its name.\n',
    )
    expect(await says('alerts', '--chain', 'eip155:1')).toBe(
      'No chain of the config or the database is named "eip155:1"; they have: eth. Number 1 is eth: a chain is given by its name.\n',
    )
    expect(await says('coverage', '137')).toBe(
      'No chain of the config or the database is named "137"; they have: eth. A chain is given by its name, and not by its number.\n',
    )
    expect(await says('own', 'add', clean, '--since', '1', '--chain', '1')).toBe(
      'Nothing was added: no chain of the config is named "1"; it has: eth.\n',
    )
  })

  it('tells that an asset is unknown, and answers all the same', async () => {
    const token = { address: `0x${'3'.repeat(40)}`, symbol: 'Shib' }
    const user = await busyUser({
      chains: [
        { id: 'eth', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0, tokens: [token] },
      ],
    })
    const notes = async (asset: string) => {
      const [check] = JSON.parse((await user.run('screen', houseListed, '--asset', asset, '--json')).stdout)
      expect(check.verdict).toBe('listed')
      return check.notes
    }
    const told = 'asset "FOO" is not known and was ignored: the address was read by its format alone'
    expect(await notes('FOO')).toEqual([told])
    expect((await user.run('screen', clean, '--asset', 'FOO')).stdout).toContain(`: CLEAR (evm)\n  ${told}\n`)
    for (const known of ['eth', 'USDT', 'XBT', 'SHIB']) expect(await notes(known), known).toEqual([])
  })

  it('does not clear an address for a network that it is none of', async () => {
    const user = await userOfBundled()
    const chain = { type: 'bitcoin', rpc: ['http://127.0.0.1:1'], start: 0 }
    const networks = ['mainnet', 'testnet4', 'signet', 'regtest']
    user.configure({
      lists: [{ id: 'ofac', file: 'bundled', maxIssueAge: 'off' }],
      chains: networks.map((network) => ({ ...chain, id: network, network })),
    })
    const clearOn = async (address: string) => {
      const found: string[] = []
      for (const network of networks) {
        const { code } = await user.run('screen', address, '--chain', network)
        if (code === 0) found.push(network)
        else expect(code).toBe(4)
      }
      return found
    }
    const key = p2wpkh('2')
    expect(await clearOn(addressText(key))).toEqual(['mainnet'])
    expect(await clearOn(addressText(key, 'signet').toUpperCase())).toEqual(['testnet4', 'signet'])
    expect(await clearOn(addressText(key, 'regtest'))).toEqual(['regtest'])
    expect(await clearOn(addressText(p2pkh('2')))).toEqual(['mainnet'])
    expect(await clearOn(addressText(p2pkh('2'), 'regtest'))).toEqual(['testnet4', 'signet', 'regtest'])
    expect(await clearOn(`script:${keyHex(key)}`)).toEqual(networks)
    const { stdout } = await user.run('screen', addressText(key, 'signet'), '--chain', 'mainnet')
    expect(stdout).toContain(
      'an address of testnet4 or signet is no address of chain mainnet, which is mainnet',
    )
    // A listed key is listed however it is written.
    const testnetSuex = addressText(keyOf(suex), 'signet')
    expect(await user.run('screen', testnetSuex, '--chain', 'mainnet')).toMatchObject({ code: 3 })
  })

  it('takes what wallets and explorers give, and says what it took', async () => {
    const user = await userOfBundled()
    for (const [given, took] of [
      [`ethereum:${ronin}@1?value=1e18`, 'an EIP-681 link for chain 1'],
      [`eth:${ronin}`, 'an EIP-3770 address for eth'],
      [`https://etherscan.io/address/${ronin}#code`, 'a link to a page'],
      [
        `ethereum:${clean}/transfer?address=${ronin}&uint256=1`,
        "an EIP-681 link: who gets the token, not the token's contract",
      ],
    ] as const) {
      expect(await user.run('screen', given)).toEqual({
        code: 3,
        stdout: expect.stringContaining(`${ronin}: LISTED (evm)\n`),
        stderr: '',
      })
      const [check] = JSON.parse((await user.run('screen', given, '--json')).stdout)
      expect(check).toMatchObject({ address: ronin, notes: [`taken from ${took}`] })
    }
    expect(await user.run('screen', `\u00a0${suex} `)).toMatchObject({
      code: 3,
      stdout: expect.stringContaining(`${suex}: LISTED (bitcoin)\n`),
    })
    expect(await user.run('screen', 'vitalik.eth')).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('a name (ENS or such), and no address'),
    })
  })

  it('does not clear a Bitcoin address of a network that no chain of the config has', async () => {
    const user = await userOfBundled()
    const lists = [{ id: 'ofac', file: 'bundled', maxIssueAge: 'off' }]
    const testnet = addressText(p2wpkh('2'), 'testnet4')
    const mainnet = addressText(p2wpkh('2'))
    const chain = { type: 'bitcoin', rpc: ['http://127.0.0.1:1'], start: 0 }
    const codes = async () =>
      [await user.run('screen', mainnet), await user.run('screen', testnet)].map(({ code }) => code)
    expect(await codes()).toEqual([0, 4])
    user.configure({ lists, chains: [{ ...chain, id: 'btc', network: 'mainnet' }] })
    expect(await codes()).toEqual([0, 4])
    expect((await user.run('screen', testnet)).stdout).toContain(
      'an address of testnet4 or signet, a Bitcoin network that is not in use here: the chains of the config are mainnet',
    )
    user.configure({ lists, chains: [{ ...chain, id: 'btc', network: 'testnet4' }] })
    expect(await codes()).toEqual([4, 0])
    // A listed key is listed however it is written.
    const listed = await user.run('screen', suex)
    expect(listed).toMatchObject({ code: 3 })
  })

  it('knows the addresses of a public key that a list names', async () => {
    const genesis =
      '04678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f'
    const user = newProject()
    const file = user.file('house.csv', `address,subject\n${genesis},House Rule\n`)
    user.configure({ lists: [{ id: 'house', format: 'csv', file }] })
    await user.follow()
    const accounts = ['0x8DbC239Cf928a1272f5070d97224e0882A8607bB', 'TNtdfEyziioxbdWDR55a7wxbZ5nsFNtvN8']
    for (const address of ['1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa', ...accounts]) {
      const [check] = JSON.parse((await user.run('screen', address, '--json')).stdout)
      expect(check).toMatchObject({
        verdict: 'listed',
        matches: [{ basis: 'same-key', address: genesis, subject: 'House Rule' }],
      })
    }
  })

  it('tells programs the same', async () => {
    const user = await busyUser()
    const { code, stdout, stderr } = await user.run('screen', houseListed, clean, 'nonsense', '--json')
    expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
    expect(JSON.parse(stdout)).toMatchObject([
      {
        address: houseListed,
        verdict: 'listed',
        family: 'evm',
        matches: [{ listId: 'house', basis: 'exact' }],
      },
      { address: clean, verdict: 'clear', family: 'evm', matches: [] },
      { address: 'nonsense', verdict: 'unknown', family: null, matches: [] },
    ])
  })

  it('reads many addresses from a file, and from CSV with references, and records each', async () => {
    const user = await userOfBundled()
    const lines = user.file('lines.txt', `${clean}\n\n${ronin}\r\n`)
    expect(await user.run('screen', '--file', lines, '--reference', 'w-9')).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/LISTED[\s\S]*case: alert [0-9a-f]{12}, of w-9\n/),
    })
    const csv = user.file('w.csv', `address,reference\n${clean},w-1\n"${tron}",w-2\n`)
    const results = JSON.parse((await user.run('screen', '--file', csv, '--json')).stdout)
    expect(results).toMatchObject([
      { address: clean, reference: 'w-1', verdict: 'clear', alerts: [] },
      {
        address: tron,
        reference: 'w-2',
        verdict: 'listed',
        alerts: [expect.stringMatching(/^[0-9a-f]{32}$/)],
      },
    ])
    expect(user.query('select address, reference, verdict from screenings order by seq')).toEqual([
      { address: clean, reference: 'w-9', verdict: 'clear' },
      { address: ronin, reference: 'w-9', verdict: 'listed' },
      { address: clean, reference: 'w-1', verdict: 'clear' },
      { address: tron, reference: 'w-2', verdict: 'listed' },
    ])
    const cases = JSON.parse((await user.run('alerts', '--reference', 'w-2', '--json')).stdout)
    expect(cases).toMatchObject([{ status: 'attempted', counterparty: tron }])
  })

  it.each([['-'], ['--file', '-']])('reads lines from stdin by %s %s', async (...from) => {
    const user = await userOfBundled()
    const running = user.start(['screen', ...from, '--json'], { stdin: `${ronin}\n${clean}\n` })
    const { code, stdout } = await running.done
    expect(code).toBe(3)
    expect(JSON.parse(stdout).map(({ verdict }: { verdict: string }) => verdict)).toEqual(['listed', 'clear'])
  })

  it('reads its columns in any order, and lines of links with commas', async () => {
    const user = await userOfBundled()
    const csv = user.file('w.csv', `"Reference";"Address"\nw-1;${ronin}\n`)
    const lines = user.file('lines.txt', `bitcoin:bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq?label=a,b\n`)
    const answers = JSON.parse((await user.run('screen', '--file', csv, '--json')).stdout)
    expect(answers).toMatchObject([{ address: ronin, reference: 'w-1', verdict: 'listed' }])
    expect((await user.run('screen', '--file', lines, '--json')).code).toBe(0)
  })

  it.each([
    ['a column of nationality', 'address,nationality\n', /that must not be there/],
    [
      'a column of nationality before the address',
      `name,nationality,address\nX Y,ZZ,${ronin}\n`,
      /must not be there/,
    ],
    ['names beside its addresses', `${ronin}\nX Y,ZZ,${ronin}\n`, /w\.csv:2: has several cells; expected/],
    ['semicolons and a column of nationality', `id;nationality\n${ronin};ZZ\n`, /must not be there/],
    ['another column', 'address,amount\n', /column 2 is unknown; expected address,reference/],
    ['a row with more cells', 'address,reference\na,b,c\n', /w\.csv:2: not readable as CSV/],
  ])('refuses a file with %s, and answers nothing', async (_what, content, says) => {
    const user = await userOfBundled()
    const file = user.file('w.csv', content)
    expect(await user.run('screen', '--file', file)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(says),
    })
    expect(user.query('select 1 from screenings')).toEqual([])
  })

  it('needs something to screen', async () => {
    expect(await (await userOfBundled()).run('screen')).toMatchObject({
      code: 2,
      stderr: 'Nothing was screened: expected addresses, - or --file.\n',
    })
  })
})
