// Follows a chain once, as the daemon does, in one way of reading a Bitcoin Core.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBitcoinSource } from '../dist/chains/bitcoin/source.js'
import { follow } from '../dist/chains/follower.js'
import { configSchema } from '../dist/config/schema.js'
import { all } from '../dist/ledger/database.js'
import { openLedger } from '../dist/ledger/open.js'
import { loadLists } from '../dist/lists/load-lists.js'
import { addOwn } from '../dist/own/import-own.js'
import { chainOf, pinned } from '../dist/pipeline/blocks/create-source.js'
import { createLedgerStore } from '../dist/pipeline/blocks/ledger-store.js'
import { ScreeningIndex } from '../dist/pipeline/blocks/screening-index.js'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const now = () => new Date().toISOString()

/** @param reads `rest`, `getblock` or `txindex` */
export async function followShapes({ url, cookie }, { from, own, listed }, reads) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-live-'))
  try {
    const file = join(folder, 'list.csv')
    writeFileSync(
      file,
      `address,subject,listed_on\n${listed.map((address) => `${address},Fictitious,2024-03-01\n`).join('')}`,
    )
    const config = configSchema.parse({
      database: join(folder, 'live.db'),
      lists: [{ id: 'shapes', format: 'csv', file }],
      chains: [{ id: 'live', type: 'bitcoin', network: 'regtest', rpc: [url], cookie, start: from }],
    })
    const [chain] = config.chains
    const db = openLedger(config.database)
    await loadLists(db, config.lists, silent, now)
    await addOwn(db, own, { kind: 'deposit', reference: '', chain: '' }, config.chains, now())
    const source = createBitcoinSource({ url, auth: chain.auth, network: 'regtest', reads, verify: 'strict' })
    const described = chainOf(chain, source)
    let name = ''
    const { open } = source
    source.open = async (signal) => {
      const info = await open.call(source, signal)
      name = info.reads
      return info
    }
    await follow({
      chain: described.id,
      source: pinned(source, db, described, now),
      store: createLedgerStore({ db, chain: described, index: new ScreeningIndex(db), now }),
      start: from,
      finality: chain.finality,
      prefetch: chain.prefetch,
      pollMs: 100,
      once: true,
      signal: new AbortController().signal,
    })
    await source.close()
    const alerts = all(db, 'select * from alerts order by id').map((row) => ({
      txHash: row.tx_hash,
      transfer: row.transfer,
      direction: row.direction,
      role: row.role,
      match: row.match,
      entry: row.entry_address,
      level: row.level,
      amount: row.amount,
      tags: JSON.parse(row.tags),
    }))
    const coverage = all(db, 'select distinct level from coverage')
      .map(({ level }) => level)
      .join()
    const [{ unscreened }] = all(db, 'select count(*) as unscreened from unscreened')
    db.close()
    return { alerts, name, coverage, unscreened }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
