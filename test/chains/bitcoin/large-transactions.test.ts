import { statSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { makeKey } from '../../../src/address/key.ts'
import { addressText } from '../../../src/address/text.ts'
import { newProject } from '../../e2e/project.ts'
import type { InputSpec, TxSpec } from './build-block.ts'
import { startFakeNode } from './fake-node.ts'
import { regtestChain } from './regtest-chain.ts'
import { hash160, multisig, p2wpkh, p2wpkhOf, publicKey } from './scripts.ts'

const textOf = (script: Uint8Array) => addressText(makeKey('bitcoin', script), 'regtest')
const signature = Buffer.alloc(71, 0x30)
const scriptOf = (name: string) => p2wpkhOf(hash160(publicKey(name)))
const coinOf = (name: string, value = 10_000n): InputSpec => ({
  script: scriptOf(name),
  value,
  witness: [signature, publicKey(name)],
})
const [hot, cold, payer] = [scriptOf('hot'), scriptOf('cold'), coinOf('payer')]

/** What a block with this transaction leaves in a database, with `verify: strict`. */
async function follow(tx: TxSpec, own: readonly Uint8Array[], listed: readonly Uint8Array[]) {
  const { url } = await startFakeNode({ chain: regtestChain({ txs: [tx] }) })
  const user = newProject()
  const rows = (scripts: readonly Uint8Array[], rest: string) =>
    scripts.map((script) => `${textOf(script)},${rest}\n`).join('')
  const list = user.file('list.csv', `address,subject,listed_on\n${rows(listed, 'Somebody,2020-01-01')}`)
  user.configure({
    lists: [{ id: 'house', format: 'csv', file: list }],
    chains: [{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [url], start: 0 }],
  })
  await user.own(user.file('own.csv', `address,kind,reference\n${rows(own, 'deposit,x')}`))
  await user.follow()
  const count = (table: string) =>
    user.query<{ n: number }>(`select count(*) as n from ${table}`).map(({ n }) => n)[0]
  return {
    counts: ['transfers', 'parties', 'alerts'].map(count),
    alerts: user.query('select direction, own_address, role, match, amount from alerts'),
    unscreened: user.query('select what, reason, tx_hash from unscreened'),
    bytes: statSync(user.database).size,
  }
}

describe('a consolidation of 2,000 own inputs', () => {
  const names = Array.from({ length: 2000 }, (_, i) => `deposit ${i}`)
  const own = [cold, ...names.map(scriptOf)]
  const inputs = names.map((name, i) => coinOf(name, BigInt(10_000 + (i === 1234 ? 1 : 0))))

  it('to an own address is internal: no row', async () => {
    const { counts, unscreened } = await follow(
      { inputs, outputs: [{ script: cold, value: 19_000_000n }] },
      own,
      [scriptOf('listed')],
    )
    expect({ counts, unscreened }).toEqual({ counts: [0, 0, 0], unscreened: [] })
  })

  it('to a listed address is one withdrawal, of the largest of them', async () => {
    const listed = scriptOf('listed')
    const { counts, alerts } = await follow(
      { inputs, outputs: [{ script: listed, value: 19_000_000n }] },
      own,
      [listed],
    )
    // The destination, and the P2SH that it may be the inside of.
    expect(counts).toEqual([1, 2, 1])
    expect(alerts).toEqual([
      {
        direction: 'withdrawal',
        own_address: textOf(scriptOf('deposit 1234')),
        role: 'destination',
        match: 'exact',
        amount: '19000000',
      },
    ])
  })
})

describe('a hostile transaction as large as a block', () => {
  it('of bare multisig with 16 keys each costs a bounded number of rows, and what was left out is said', async () => {
    const keys = (i: number) => Array.from({ length: 16 }, (_, k) => publicKey(`${i} ${k}`))
    const outputs = Array.from({ length: 1800 }, (_, i) => ({ script: multisig(keys(i)), value: 1n }))
    const tx = { inputs: [payer], outputs: [{ script: hot, value: 1000n }, ...outputs] }
    const { counts, alerts, unscreened, bytes } = await follow(tx, [hot], [scriptOf('5 7')])
    expect(counts[0]).toBe(1)
    expect(counts[1]).toBeGreaterThan(1800)
    expect(counts[1]).toBeLessThan(6000)
    expect(bytes).toBeLessThan(100_000_000)
    expect(alerts).toMatchObject([{ direction: 'deposit', role: 'co-recipient', match: 'same-key' }])
    expect(unscreened).toEqual([
      {
        what: 'keys',
        reason: expect.stringMatching(/^it shows so many public keys/),
        tx_hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
  })

  it('of thousands of other payers and payees has at most five rows for each payer, two for each payee', async () => {
    const inputs = Array.from({ length: 3000 }, (_, i) => coinOf(`in ${i}`))
    const outputs = Array.from({ length: 3000 }, (_, i) => ({ script: p2wpkh(`out ${i}`), value: 1n }))
    const tx = { inputs, outputs: [...outputs, { script: hot, value: 1000n }] }
    const { counts, unscreened } = await follow(tx, [hot], [scriptOf('in 2999'), p2wpkh('out 7')])
    expect(counts).toEqual([1, expect.any(Number), 2])
    expect(counts[1]).toBeGreaterThan(3000 * 3 + 2 * 3000)
    expect(counts[1]).toBeLessThanOrEqual(3000 * 5 + 2 * 3000)
    expect(unscreened).toEqual([])
  })
})
