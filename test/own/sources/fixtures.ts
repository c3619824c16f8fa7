import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ChainConfig } from '../../../src/config/chains.ts'
import { configSchema } from '../../../src/config/schema.ts'
import { all, type Db } from '../../../src/ledger/database.ts'
import { type OwnSources, startOwnSources } from '../../../src/own/sources/own-sources.ts'
import { freshLedger } from '../../ledger/fixtures.ts'
import { rememberingLog } from '../../lists/remembering-log.ts'
import { tempDir } from '../../temp.ts'

/** An EVM address that ends in a number. */
export const address = (n: number) => `0x${n.toString(16).padStart(40, '0')}`

export const day = '2026-03-01T'

const chains = [
  { id: 'ethereum', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 },
  { id: 'bitcoin', type: 'bitcoin', network: 'mainnet', rpc: ['http://127.0.0.1:1'], start: 0 },
]

/** Own sources of a database that can be told the time. */
export interface Watched {
  db: Db
  lines: string[]
  chains: readonly ChainConfig[]
  clock: { now: string }
  start(once?: boolean): OwnSources
}

export function watched(own: object[], path = join(tempDir(), 'ledger.db')): Watched {
  const db = freshLedger(path)
  const { log, lines } = rememberingLog()
  const config = configSchema.parse({ database: path, chains, own })
  const clock = { now: `${day}12:00:00.000Z` }
  const start = (once = false) => {
    const sources = startOwnSources(db, config, {
      ...{ log, once, now: () => clock.now, signal: new AbortController().signal },
      pace: { fileLookMs: 10, firstRetryMs: 10 },
    })
    onTestFinished(() => sources.stop())
    return sources
  }
  return { db, lines, chains: config.chains, clock, start }
}

export interface StoredOwn {
  address: string
  kind: string
  reference: string
  chain: string
}

/** What is own now, by its reference. */
export function owned(db: Db): StoredOwn[] {
  return all<StoredOwn>(
    db,
    'select address, kind, reference, chain from own_addresses where removed_at is null order by reference, address',
  )
}

export const references = (db: Db) => owned(db).map(({ reference }) => reference)
