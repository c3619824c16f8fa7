import { loadRecording, type Recording } from '../chains/recording/recording.ts'
import { createReplayNode, type ReplayNode } from '../chains/recording/replay-node.ts'
import { type Config, configSchema } from '../config/schema.ts'
import { runDaemon } from '../daemon.ts'
import { ChainscreenError } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import { openLedger } from '../ledger/open.ts'
import { addOwn, importOwnFile } from '../own/import-own.ts'

/** One recorded chain to play. */
export interface PlayedChain {
  /** Name of the chain in alerts. */
  id: string
  /** Path of a recording made by `chainscreen record`. */
  recording: string
  /** Tokens that count as known (EVM). */
  tokens?: readonly { address: string; symbol: string; decimals?: number; wrapped?: boolean }[]
  /** Blocks on top of a final one; default 64 (EVM), 6 (Bitcoin). */
  depth?: number
}

/** An own address, or a CSV file of them. */
export type PlayedOwn =
  | { file: string }
  | { address: string; kind?: string; reference?: string; chain?: string }

export interface PlayOptions {
  /** Path of the database; it may be there already. */
  database: string
  chains: readonly PlayedChain[]
  /** As in the config: `{ id, format, file }`, or `{ id, file: 'bundled' }`. */
  lists: readonly { id: string; format?: string; file: string }[]
  own: readonly PlayedOwn[]
  log: Log
  signal?: AbortSignal
  /** Now, ISO-8601. */
  now?: () => string
  /** Called after all chains were followed to the heads of a view, counted from 1. */
  onView?: (view: number) => void
}

/**
 * Plays recorded chains through the whole of chainscreen: a replay node on loopback serves them, the daemon follows
 * each recorded view to its head, one view after the other. A reorg in a recording is a reorg here.
 *
 * @returns the config it ran with.
 */
export async function play(options: PlayOptions): Promise<Config> {
  const { now = () => new Date().toISOString() } = options
  const recordings = await Promise.all(options.chains.map(({ recording }) => loadRecording(recording)))
  const nodes = await Promise.all(recordings.map((recording) => createReplayNode(recording, { view: 1 })))
  try {
    const config = playConfig(options, recordings, nodes)
    await addAll(config, options.own, now())
    for (let view = 1; ; view++) {
      const signal = options.signal ?? new AbortController().signal
      await runDaemon(config, { once: true, signal, log: options.log, now })
      options.onView?.(view)
      if (!nodes.map((node) => node.advance()).some((moved) => moved)) return config
    }
  } finally {
    await Promise.all(nodes.map((node) => node.close()))
  }
}

function playConfig(
  options: PlayOptions,
  recordings: readonly Recording[],
  nodes: readonly ReplayNode[],
): Config {
  const chains = options.chains.map((chain, index) => {
    const recording = recordings[index]
    if (recording === undefined) throw new Error('unreachable: one recording a chain')
    const common = {
      id: chain.id,
      rpc: [nodes[index]?.url],
      start: Math.min(...recording.views.map((view) => view.from)),
      ...(chain.depth === undefined ? {} : { finality: { depth: chain.depth } }),
    }
    return recording.family === 'evm'
      ? { ...common, type: 'evm', chainId: recording.header.chainId, tokens: chain.tokens ?? [] }
      : { ...common, type: 'bitcoin', network: recording.header.network }
  })
  const parsed = configSchema.safeParse({ database: options.database, lists: options.lists, chains })
  if (parsed.success) return parsed.data
  throw new ChainscreenError('config', 'The chains or lists to play are not as expected.', {
    details: parsed.error.issues.map((issue) => `${issue.path.join('.')}: expected ${issue.message}`),
  })
}

async function addAll(config: Config, own: readonly PlayedOwn[], at: string): Promise<void> {
  const db = openLedger(config.database)
  try {
    for (const one of own) {
      if ('file' in one) await importOwnFile(db, one.file, config.chains, { at })
      else {
        const as = { kind: one.kind ?? 'deposit', reference: one.reference ?? '', chain: one.chain ?? '' }
        await addOwn(db, [one.address], as, config.chains, at)
      }
    }
  } finally {
    db.close()
  }
}
