import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PlayedChain, type PlayedOwn, type PlayOptions, play } from './demo/play.ts'
import type { Log } from './diagnostics/log.ts'
import { type CurrentAlertRow, findAlerts } from './ledger/alerts/alert-queries.ts'
import { type ChainCoverage, readCoverage } from './ledger/coverage/coverage-queries.ts'
import { openLedgerForReading } from './ledger/open.ts'

export { record } from './chains/recording/record.ts'
export { createReplayNode, type ReplayNode, type ReplayNodeOptions } from './chains/recording/replay-node.ts'
export type { CurrentAlertRow, PlayedOwn }

export interface PlayRecordingOptions extends Omit<PlayedChain, 'id' | 'recording'> {
  /** Name of the chain in alerts; default `chain`. */
  id?: string
  /** Own addresses: plain text stands for a deposit address. */
  own: readonly (string | PlayedOwn)[]
  /** Default: the bundled list as `ofac`. */
  lists?: PlayOptions['lists']
}

export interface Played {
  /** Rows of `alerts_current`, in the order of the chain. */
  alerts: CurrentAlertRow[]
  coverage: ChainCoverage
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * Plays one recording through the whole of chainscreen, on a database of its own that is gone afterwards.
 *
 * @param file a recording made by `chainscreen record`; each of its views is followed in turn.
 * @example
 * const { alerts } = await playRecording('my.recording.jsonl.gz', { own: ['0x…'] })
 * expect(alerts).toMatchObject([{ direction: 'deposit', level: 'high', counterparty: '0x…' }])
 */
export async function playRecording(file: string, options: PlayRecordingOptions): Promise<Played> {
  const { own, id = 'chain', lists = [{ id: 'ofac', file: 'bundled' }], ...chain } = options
  const folder = await mkdtemp(join(tmpdir(), 'chainscreen-'))
  try {
    const database = join(folder, 'play.db')
    await play({
      database,
      chains: [{ ...chain, id, recording: file }],
      lists,
      own: own.map((one) => (typeof one === 'string' ? { address: one } : one)),
      log: silent,
    })
    const db = openLedgerForReading(database)
    try {
      const [coverage] = readCoverage(db, id)
      if (coverage === undefined) throw new Error('unreachable: the chain was followed')
      return { alerts: findAlerts(db).sort(byPlace), coverage }
    } finally {
      db.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function byPlace(a: CurrentAlertRow, b: CurrentAlertRow): number {
  return (a.block_height ?? 0) - (b.block_height ?? 0) || (a.id < b.id ? -1 : 1)
}
