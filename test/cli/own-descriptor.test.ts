import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { descriptorChecksum } from '../../src/descriptor/descriptor.ts'
import { newProject, type Project } from '../e2e/project.ts'
import { placeLedger } from '../ledger/template.ts'

const tpub =
  'tpubD6NzVbkrYhZ4XgiXtGrdW5XDAPFCL9h7we1vwNCpn8tGbBcgfVYjXyhWo4E1xkh56hjod1RhGjxbaTLV3X4FyWuejifB9jusQ46QzG87VKp'
const xpub =
  'xpub661MyMwAqRbcFW31YEwpkMuc5THy2PSt5bDMsktWQcFF8syAmRUapSCGu8ED9W6oDMSgv6Zz8idoc4a6mr8BDzTJY47LJhkJ8UB7WEGuduB'
const descriptor = `wpkh([d34db33f/84h/1h/0h]${tpub}/<0;1>/*)`
const checksum = descriptorChecksum(descriptor)
const wif = 'cVpF924EspNh8KjYsfhgY96mmxvT6DgdWiTYMtMjuM74hJaU5psW'

const regtest = { id: 'bitcoin', type: 'bitcoin', network: 'regtest', rpc: ['http://127.0.0.1:1'], start: 0 }
function user(...chains: object[]): Project {
  const project = newProject({ lists: [], chains: chains.length > 0 ? chains : [regtest] })
  placeLedger(project.database)
  return project
}

function rows(stdout: string) {
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('own add --descriptor', () => {
  it('derives addresses that are own, and list tells how far', async () => {
    const one = user()
    const added = await one.run(
      'own',
      'add',
      '--descriptor',
      `${descriptor}#${checksum}`,
      '--gap',
      '25',
      '--reference',
      'deposits',
    )
    expect(added).toMatchObject({ code: 0, stderr: '' })
    expect(added.stdout).toContain('An address more than 25 beyond the highest one in use is not found')
    const listed = await one.run('own', 'list')
    expect(listed.stdout).toMatch(new RegExp(`^#${checksum} +0 +26 +25 +deposit +deposits$`, 'm'))
    expect(rows((await one.run('own', 'list', '--json')).stdout)).toMatchObject([
      { descriptor: `#${checksum}`, branch: 0, derived: 26, used: null, gap: 25, kind: 'deposit' },
      { descriptor: `#${checksum}`, branch: 1, derived: 26, used: null, chain: null },
    ])
    const all = rows((await one.run('own', 'list', '--derived', '--json')).stdout)
    expect(all).toHaveLength(2 + 52)
    // What `deriveaddresses` of Bitcoin Core gives at 25, the last of each branch.
    const last = [
      'bcrt1q59dqnpcjzx2dm0prtaj2uxxxynu9c4fgxt9vmh',
      'bcrt1q75krx960y4h7fg5qhrhwckfcde8lfh7j5cw70f',
    ]
    expect(all.map(({ address }) => address)).toEqual(expect.arrayContaining(last))
    expect(one.query(`select count(*) as n from own_addresses where reference = 'deposits'`)).toEqual([
      { n: 52 },
    ])
    for (const { stdout } of [added, listed]) expect(stdout).not.toContain('tpub')
  })

  it('begins behind the addresses that are in use, and grows when it is added again', async () => {
    const one = user()
    const add = async (...words: string[]) => {
      const { stdout } = await one.run('own', 'add', '--descriptor', descriptor, '--json', ...words)
      return JSON.parse(stdout).descriptors[0]
    }
    expect(await add('--gap', '20', '--issued', '100', '--kind', 'cold')).toMatchObject({
      derived: 120,
      used: 99,
    })
    expect(await add('--gap', '50')).toMatchObject({ derived: 150, used: 99, gap: 50, kind: 'cold' })
    expect(await add('--gap', '20', '--reference', 'r')).toMatchObject({
      derived: 150,
      gap: 50,
      reference: 'r',
    })
    expect(one.query('select distinct kind, reference from own_addresses')).toEqual([
      { kind: 'cold', reference: 'r' },
    ])
  })

  it('takes a thousand for the gap where nothing is said, and a plain key for one address', async () => {
    const one = user()
    await one.run('own', 'add', '--descriptor', `pkh(${tpub}/0/*)`)
    await one.run('own', 'add', '--descriptor', `pkh(${tpub}/0)`)
    expect(
      one.query('select gap, derived from own_descriptors o join own_branches b on b.descriptor_id = o.id'),
    ).toEqual([
      { gap: 1000, derived: 1000 },
      { gap: 0, derived: 1 },
    ])
  })

  it('says which branch is missing, until it is there', async () => {
    const one = user()
    const add = (text: string, ...words: string[]) =>
      one.run('own', 'add', '--gap', '20', '--descriptor', text, ...words)
    const missing = async (text: string) => JSON.parse((await add(text, '--json')).stdout).missing
    const change =
      'The change branch (/1/*) is missing: change that comes back to this wallet would count as a withdrawal to a foreign address. Add it too, with /1/* in place of /0/*.\n'
    expect((await add(`pkh(${tpub}/0/*)`)).stdout).toContain(change)
    expect(await missing(`pkh(${tpub}/0/*)`)).toBe('change')
    expect((await add(`pkh(${tpub}/1/*)`)).stdout).not.toContain('is missing')
    expect(await missing(`pkh(${tpub}/0/*)`)).toBe(null)
    expect((await add(`wpkh(${tpub}/1/*)`)).stdout).toContain('deposits to this wallet would not be found')
    expect(await missing(`wpkh(${tpub}/<0;1>/*)`)).toBe(null)
    expect(await missing(`wpkh(${tpub}/1/*)`)).toBe(null)
    // Every key of it has the branch; a path of another kind says nothing of branches.
    expect(await missing(`wsh(multi(1,${tpub}/0/*,${tpub}/3/0/*))`)).toBe('change')
    expect(await missing(`wsh(multi(1,${tpub}/0/*,${tpub}/4/*))`)).toBe(null)
    expect(await missing(`tr(${tpub}/*)`)).toBe(null)
    expect(await missing(`tr(${tpub}/7/*)`)).toBe(null)
  })

  it('reads it from stdin, where no list of processes shows it', () => {
    const one = user()
    const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
    const args = [main, 'own', 'add', '--descriptor', '-', '--gap', '20', '--config', one.config]
    const { status } = spawnSync(process.execPath, args, { input: `${descriptor}\n` })
    expect(status).toBe(0)
    expect(one.query('select checksum from own_descriptors')).toEqual([{ checksum }])
  })

  it('is retired by its checksum or whole, with its addresses, which stay own', async () => {
    const one = user()
    await one.run('own', 'add', '--descriptor', descriptor, '--gap', '20')
    expect(await one.run('own', 'retire', '#qqqqqqqq')).toMatchObject({ code: 2, stdout: '' })
    for (const word of [`#${checksum}`, descriptor]) {
      expect(await one.run('own', 'retire', word)).toMatchObject({ code: 0, stdout: '1 retired.\n' })
    }
    expect(one.query('select count(*) as n from own_addresses where retired_at is null')).toEqual([{ n: 0 }])
    await one.run('own', 'add', '--descriptor', descriptor)
    expect(one.query('select count(*) as n from own_addresses where retired_at is null')).toEqual([{ n: 40 }])
  })

  const testnet = { ...regtest, id: 'testnet', network: 'testnet4' }
  it.each([
    [
      'keys of the main network',
      [`wpkh(${xpub}/*)`],
      [],
      'its keys are for the main network (xpub), and the config has bitcoin (regtest)',
    ],
    [
      'two chains that fit',
      [descriptor],
      [testnet, regtest],
      'say which with --chain: testnet (testnet4), bitcoin (regtest)',
    ],
    [
      'a chain that is none',
      [descriptor, '--chain', 'nowhere'],
      [],
      'no Bitcoin chain of the config is named "nowhere"',
    ],
    [
      'no Bitcoin chain',
      [descriptor],
      [{ id: 'evm', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 }],
      'has no Bitcoin chain',
    ],
    [
      'a gap that is too small',
      [descriptor, '--gap', '19'],
      [],
      'its gap limit is 19, expected 20 to 100000',
    ],
    ['a gap that is too large', [descriptor, '--gap', '100001'], [], 'its gap limit is 100001'],
    ['a gap of one address', [`pkh(${tpub})`, '--gap', '20'], [], 'stands for one address'],
    ['a kind that is none', [descriptor, '--kind', 'warm'], [], 'kind "warm" is none'],
    ['a wrong checksum', [`${descriptor}#qqqqqqqq`], [], `should be #${checksum}`],
    ['a private key', [`wpkh(${wif})`], [], 'holds a private key'],
  ])('refuses %s, and says nothing of the keys', async (_name, [text = '', ...words], chains, reason) => {
    const one = user(...chains)
    const refused = await one.run('own', 'add', '--descriptor', text, ...words)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(reason)
    for (const key of [tpub, xpub, wif]) expect(refused.stderr).not.toContain(key.slice(4, 20))
    expect(one.query('select * from own_descriptors')).toEqual([])
  })

  it.each([
    [
      'addresses beside it',
      ['mgZTUXJkFLMK3jNFCoxUEkKJzn89ARD6AJ', '--descriptor', descriptor],
      'Nothing was added: give addresses or --descriptor, not both.',
    ],
    ['neither', [], 'expected addresses, or --descriptor'],
    ['a gap of addresses', ['mgZTUXJkFLMK3jNFCoxUEkKJzn89ARD6AJ', '--gap', '20'], 'for --descriptor only'],
  ])('refuses %s', async (_name, words, reason) => {
    const refused = await user().run('own', 'add', ...words)
    expect(refused).toMatchObject({ code: 2, stdout: '' })
    expect(refused.stderr).toContain(reason)
  })

  it('takes the chain that is named, of two that fit', async () => {
    const one = user(testnet, regtest)
    const added = await one.run(
      'own',
      'add',
      '--descriptor',
      descriptor,
      '--chain',
      'testnet',
      '--gap',
      '20',
      '--json',
    )
    expect(JSON.parse(added.stdout)).toMatchObject({ descriptors: [{ chain: 'testnet' }, {}] })
    expect(
      one.query(`select count(*) as n from own_addresses where address like 'tb1q%' and chain = 'testnet'`),
    ).toEqual([{ n: 40 }])
  })
})

describe('a key where an address should be', () => {
  it.each([
    ['a private key', wif, 'private key'],
    ['an extended public key', tpub, 'own add --descriptor'],
    ['a descriptor', descriptor, 'own add --descriptor'],
  ])('is refused without being repeated: %s', async (_name, text, reason) => {
    const one = user()
    const file = one.file('own.csv', `address,kind,reference\n"${text}",hot,r\n`)
    for (const args of [
      ['own', 'add', text],
      ['own', 'import', file],
    ]) {
      const refused = await one.run(...args)
      expect(refused.stdout).toBe('')
      expect(refused.stderr).toContain(reason)
      expect(refused.stderr).not.toContain(text.slice(6, 20))
    }
    expect(one.query('select * from own_addresses')).toEqual([])
  })
})
