import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { follow } from '../../src/chains/follower.ts'
import { createPool } from '../../src/chains/pool/pool.ts'
import { loadRecording, type Recording } from '../../src/chains/recording/recording.ts'
import { createReplayNode, type ReplayNode } from '../../src/chains/recording/replay-node.ts'
import type { ChainSource } from '../../src/chains/source.ts'
import type { ChainConfig } from '../../src/config/chains.ts'
import { publishedListsOf } from '../../src/config/lists.ts'
import { configSchema } from '../../src/config/schema.ts'
import { messageOf } from '../../src/diagnostics/errors.ts'
import { updateList } from '../../src/lists/update-list.ts'
import { addOwn } from '../../src/own/import-own.ts'
import { chainOf, createSource, pinned } from '../../src/pipeline/blocks/create-source.ts'
import { createLedgerStore } from '../../src/pipeline/blocks/ledger-store.ts'
import { ScreeningIndex } from '../../src/pipeline/blocks/screening-index.ts'
import { replay } from '../../src/pipeline/rescans/replay.ts'
import { Readers } from '../../src/threads/readers.ts'
import { openTestLedger } from '../ledger/template.ts'
import { isLong } from '../long.ts'
import { createCookie } from './cookie.ts'
import { createFaultProxy, type Fault } from './fault-proxy.ts'
import { notUnderstood, type Outcome, readOutcome } from './outcome.ts'
import { createRandom, type Random } from './random.ts'
import { echoedKey } from './transport-faults.ts'

/** A recorded chain with several moments, and what can go wrong with its node. */
export interface Scenario {
  recording: string
  own: readonly string[]
  /** Beside the bundled one, as in the config. */
  lists: readonly Record<string, unknown>[]
  /** The chain's section of the config, without its node. */
  chain: Record<string, unknown>
  /** The node asks for its cookie. */
  cookie?: boolean
  faults: readonly Fault[]
  /** So many threads read blocks; `undefined`: this one does. */
  readers?: number | undefined
}

/** A scenario with the threads that read for it, in all lives of its daemon. */
interface Running extends Scenario {
  threads: Readers | undefined
}

export interface Simulated {
  faulty: Outcome
  clean: Outcome
  /** How often each fault happened, and what else: restarts, moves to another moment of the chain. */
  injected: Record<string, number>
}

const at = '2026-01-01T00:00:00.000Z'
/** A thousandth of the usual ones. */
const pauses = { firstMs: 1, distrustMs: 60, longestMs: 300 }
/** Events (blocks written, looks completed, failures) of one run before the faults end. */
const eventsPerRun = isLong ? 100 : 50

/** Readers end in it on purpose. */
const silent = { warn: () => {} }

/** One run: a node that misbehaves as the seed says, then behaves; and beside it a clean run over the same chain. */
export async function simulate(given: Scenario, seed: number): Promise<Simulated> {
  const threads = given.readers === undefined ? undefined : new Readers(given.readers, silent)
  const scenario = { ...given, threads }
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-simulation-'))
  const recording = await loadRecording(scenario.recording)
  const node = await createReplayNode(recording, { view: 1 })
  try {
    const faulty = join(folder, 'faulty.db')
    const clean = join(folder, 'clean.db')
    const injected = await runWithFaults(scenario, recording, node, faulty, createRandom(seed))
    if (readFileSync(faulty).includes(echoedKey)) throw new Error('the database holds a key of the node')
    await prepare(scenario, node.url, clean)
    await followOnce(scenario, node.url, clean)
    return { faulty: readOutcome(faulty), clean: readOutcome(clean), injected }
  } finally {
    await threads?.stop()
    await node.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The outcome with a node that behaves. */
export async function runClean(given: Scenario): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-simulation-'))
  const recording = await loadRecording(given.recording)
  const node = await createReplayNode(recording, { view: recording.views.length })
  const threads = given.readers === undefined ? undefined : new Readers(given.readers, silent)
  try {
    const database = join(folder, 'clean.db')
    await prepare(given, node.url, database)
    await followOnce({ ...given, threads }, node.url, database)
    return readOutcome(database)
  } finally {
    await threads?.stop()
    await node.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

async function runWithFaults(
  scenario: Running,
  recording: Recording,
  node: ReplayNode,
  database: string,
  random: Random,
): Promise<Record<string, number>> {
  const told: Record<string, number> = { restarts: 0, moments: 0 }
  const tell = (what: string, times = 1) => {
    told[what] = (told[what] ?? 0) + times
  }
  let stop = new AbortController()
  const maybe = (moment: number, restart: number) => {
    if (random.chance(moment)) {
      node.setView(1 + random.below(recording.views.length))
      tell('moments')
    }
    if (!random.chance(restart)) return
    stop.abort()
    tell('restarts')
  }
  // Reorgs and restarts also between any two questions to a node: some fifteen of them make an event.
  const onRequest = () => maybe(0.002, 0.002)
  const cookie = scenario.cookie ? createCookie(`${database}.cookie`, random) : undefined
  const proxy = { faults: scenario.faults, random, cookie, onRequest }
  const first = await createFaultProxy(node.url, proxy)
  const second = await createFaultProxy(node.url, proxy)
  try {
    const config = await prepare(scenario, first.url, database, cookie?.file)
    let events = 0
    while (events < eventsPerRun) {
      first.chance = random.next() * 0.2
      second.chance = random.next() * 0.2
      stop = new AbortController()
      const urls = random.chance(0.5) ? [first.url, second.url] : [first.url]
      await followWith(scenario, config, urls, database, false, stop.signal, () => {
        events++
        maybe(0.05, events >= eventsPerRun ? 1 : 0.03)
      })
    }
    node.setView(recording.views.length)
    await followOnce(scenario, node.url, database)
    tell('blocks rescanned', await rescanGaps(scenario, node.url, database))
    const all = [first.injected, second.injected].flatMap((counts) => Object.entries(counts))
    for (const [name, count] of all) told[name] = (told[name] ?? 0) + count
    return told
  } finally {
    await first.close()
    await second.close()
  }
}

/** @param timeout short where answers are held back on purpose; where nothing is wrong, a busy machine has time. */
function configFor(scenario: Scenario, url: string, timeout: string, cookie?: string): ChainConfig {
  const chain = { id: 'simulated', rpc: [url], ...scenario.chain, ...(cookie && { cookie }) }
  const { chains } = configSchema.parse({ chains: [{ ...chain, timeout, maxResponse: '16MB' }] })
  const [config] = chains
  if (config === undefined) throw new Error('no chain')
  return config
}

async function prepare(
  scenario: Scenario,
  url: string,
  database: string,
  cookie?: string,
): Promise<ChainConfig> {
  const config = configFor(scenario, url, '150ms', cookie)
  const { lists } = configSchema.parse({ lists: [{ id: 'ofac', file: 'bundled' }, ...scenario.lists] })
  const db = openTestLedger(database)
  for (const list of publishedListsOf(lists)) await updateList(db, list, { now: () => at })
  await addOwn(db, scenario.own, { kind: 'deposit', reference: '', chain: '' }, [config], at)
  db.close()
  return config
}

async function followOnce(scenario: Running, url: string, database: string): Promise<void> {
  await followWith(
    scenario,
    configFor(scenario, url, '30s'),
    [url],
    database,
    true,
    new AbortController().signal,
    () => {},
  )
}

/** Reads again what was not understood, as an operator does with `replay`. @returns how many blocks. */
async function rescanGaps(scenario: Running, url: string, database: string): Promise<number> {
  const config = configFor(scenario, url, '30s')
  const db = openTestLedger(database)
  const index = new ScreeningIndex(db)
  const readers = scenario.threads && { threads: scenario.threads, own: index.ownTable }
  const bare = createSource(config, { readers })
  try {
    const chain = chainOf(config, bare)
    const now = () => at
    const source = pinned(bare, db, chain, now)
    await source.open()
    const gaps = db
      .prepare<[], { from: number; to: number }>(
        `select distinct from_height as "from", to_height as "to" from unscreened
         where what in (${notUnderstood}) and closed_at is null order by from_height`,
      )
      .all()
    const { prefetch, finality } = config
    for (const { from, to } of gaps)
      await replay({ db, chain, index, now }, source, {
        from,
        to,
        prefetch,
        finality,
      })
    return gaps.reduce((sum, { from, to }) => sum + to - from + 1, 0)
  } finally {
    await bare.close()
    db.close()
  }
}

/** One life of a daemon: opens the database, follows until the signal (or the head), closes it. */
async function followWith(
  { threads }: Running,
  config: ChainConfig,
  urls: readonly string[],
  database: string,
  once: boolean,
  signal: AbortSignal,
  onEvent: () => void,
): Promise<void> {
  const db = openTestLedger(database)
  const now = () => at
  const index = new ScreeningIndex(db)
  const readers = threads && { threads, own: index.ownTable }
  const nodes = urls.map((url) =>
    createSource(
      { ...config, rpc: [`${url}/?key=${echoedKey}`] },
      { readers, pace: { busyDelayMs: 5, traceRetryMs: 1 } },
    ),
  )
  const [node, ...others] = nodes as [ChainSource, ...ChainSource[]]
  const bare = others.length === 0 ? node : createPool([node, ...others], { pauses, secondLookMs: 1 })
  const chain = chainOf(config, bare)
  const source = pinned(bare, db, chain, now)
  try {
    await follow({
      chain: chain.id,
      source,
      store: createLedgerStore({
        db,
        chain,
        index,
        now,
        reread: ({ height }) => source.block(height, signal),
      }),
      start: config.start,
      finality: config.finality,
      prefetch: config.prefetch,
      pollMs: 1,
      firstRetryMs: 1,
      longestRetryMs: 20,
      once,
      signal,
      onLook: onEvent,
      onProgress: onEvent,
      onFailure: (error) => {
        if (messageOf(error).includes(echoedKey)) throw new Error('a message tells a key of the node')
        onEvent()
      },
    })
  } finally {
    await source.close()
    db.close()
  }
}
