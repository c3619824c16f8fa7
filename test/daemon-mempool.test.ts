import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { addressText } from '../src/address/text.ts'
import { configSchema } from '../src/config/schema.ts'
import { runDaemon } from '../src/daemon.ts'
import { examine } from '../src/doctor/doctor.ts'
import { addOwn } from '../src/own/import-own.ts'
import { sats } from './chains/bitcoin/build-block.ts'
import { type FakeNode, startFakeNode } from './chains/bitcoin/fake-node.ts'
import { key, p2wpkh } from './chains/bitcoin/scripts.ts'
import { waiting } from './chains/bitcoin/waiting.ts'
import { at } from './ledger/fixtures.ts'
import { tale } from './ledger/mempool/waiting-fixtures.ts'
import { openTestLedger } from './ledger/template.ts'
import { rememberingLog } from './lists/remembering-log.ts'
import { tempDir } from './temp.ts'
import { single } from './threads/single.ts'

const hot = p2wpkh('hot')
const listed = { script: p2wpkh('listed'), value: sats(1) }
const text = (script: Uint8Array) => addressText(key(script), 'regtest')
const created = 'created {"status":"pending-mempool"}'

/** A node on which a deposit from a listed address waits; the chain that it comes to be mined in; a database with both addresses. */
async function scene() {
  const {
    mined,
    txids,
    spends: _,
    ...state
  } = waiting({
    inputs: [listed],
    outputs: [{ script: hot, value: 9n }],
  })
  const node = await startFakeNode({ chain: mined.slice(0, 2), ...state })
  const folder = tempDir()
  const file = join(folder, 'list.csv')
  writeFileSync(file, `address,listed_on\n${text(listed.script)},2024-01-01\n`)
  const config = configSchema.parse({
    database: join(folder, 'mempool.db'),
    lists: [{ id: 'house', format: 'csv', file }],
    chains: [
      {
        ...{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: [node.url], start: 0 },
        ...{ mempool: true, verify: 'off', poll: '50ms' },
      },
    ],
  })
  const db = openTestLedger(config.database)
  onTestFinished(() => {
    db.close()
  })
  await addOwn(db, [text(hot)], { kind: 'hot', reference: '', chain: '' }, config.chains, at)
  const { log, lines } = rememberingLog()
  return { node, mined, config, db, log, lines, txid: txids[0] ?? '' }
}

const mine = ({ state }: FakeNode, chain: FakeNode['state']['chain']) => {
  state.chain = chain
  state.mempool = new Map()
}

describe('a daemon with mempool: true', () => {
  it('that runs once looks at what waits after it has caught up', async () => {
    const { node, mined, config, db, log, txid } = await scene()
    const once = { once: true, signal: new AbortController().signal, log }
    await runDaemon(single(config), once)
    expect(tale(db, txid)).toEqual([created, '= pending-mempool nowhere'])
    mine(node, mined)
    await runDaemon(single(config), once)
    expect(tale(db, txid)).toEqual([
      created,
      `confirmed {"height":2,"block":"${mined[2]?.hash}"}`,
      '= pending 2',
    ])
  })

  it('looks again and again, and what waits becomes what is mined', async () => {
    const { node, mined, config, db, log, lines, txid } = await scene()
    const stop = new AbortController()
    const ended = runDaemon(single(config), { once: false, signal: stop.signal, log })
    const patience = { timeout: 15_000, interval: 20 }
    await vi.waitFor(() => expect(tale(db, txid)).toEqual([created, '= pending-mempool nowhere']), patience)
    mine(node, mined)
    await vi.waitFor(() => expect(tale(db, txid).at(-1)).toBe('= pending 2'), patience)
    stop.abort()
    await ended
    expect(lines.filter((line) => line.startsWith('warn alert '))).toEqual([
      expect.stringMatching(/^warn alert [0-9a-f]{12}: low, deposit on btc, bcrt1\w+, list house$/),
    ])
    expect(tale(db, txid)).toHaveLength(3)
  })

  it('follows the blocks all the same where the mempool can not be read, and says so', async () => {
    const { node, mined, config, db, log, lines, txid } = await scene()
    mine(node, mined)
    node.state.intercept = (method) => (method === 'getrawmempool' ? { status: 403, body: '' } : undefined)
    await runDaemon(single(config), { once: true, signal: new AbortController().signal, log })
    expect(tale(db, txid)).toEqual(['created', '= pending 2'])
    expect(lines).toContainEqual(expect.stringMatching(/^warn btc: the mempool was not read: .*rpcwhitelist/))
    expect(db.prepare('select transactions, failure from mempools').get()).toEqual({
      transactions: null,
      failure: expect.stringMatching(/rpcwhitelist/),
    })
    const checks = await examine(config, at)
    expect(checks.find(({ what }) => what === 'mempool of btc')).toMatchObject({ state: 'fail' })
    delete node.state.intercept
    expect((await examine(config, at)).find(({ what }) => what === 'mempool of btc')).toMatchObject({
      state: 'ok',
      found: '0 unconfirmed transactions',
    })
  })
})
