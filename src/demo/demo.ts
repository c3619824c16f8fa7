import { readFileSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Log } from '../diagnostics/log.ts'
import { type PlayedChain, play } from './play.ts'

/** The recorded chains that ship with chainscreen, from dist/ as from src/. */
const folder = fileURLToPath(new URL('../../data/chains/', import.meta.url))

export interface Demo {
  /** The database it filled; it stays. */
  database: string
}

/**
 * The main job with nothing to set up: the bundled lists and recorded chains, served by a replay node on loopback.
 *
 * @param onView called after each recorded moment: after the second, a branch has lost.
 */
export async function runDemo(options: {
  log: Log
  signal?: AbortSignal
  onView?: (view: number) => void
}): Promise<Demo> {
  const database = join(await mkdtemp(join(tmpdir(), 'chainscreen-demo-')), 'demo.db')
  const { tokens } = JSON.parse(readFileSync(join(folder, 'demo-evm.json'), 'utf8')) as Pick<
    PlayedChain,
    'tokens'
  >
  const lists = [{ id: 'ofac', file: 'bundled', maxIssueAge: 'off' }]
  const demoList = join(folder, 'demo-bitcoin.list.csv')
  await play({
    ...options,
    database,
    chains: [
      {
        id: 'evm',
        recording: join(folder, 'demo-evm.recording.jsonl.gz'),
        depth: 6,
        ...(tokens && { tokens }),
      },
      { id: 'bitcoin', recording: join(folder, 'demo-bitcoin.recording.jsonl.gz') },
    ],
    lists: [...lists, { id: 'demo', format: 'csv', file: demoList }],
    own: [{ file: join(folder, 'demo-evm.own.csv') }, { file: join(folder, 'demo-bitcoin.own.csv') }],
  })
  return { database }
}
