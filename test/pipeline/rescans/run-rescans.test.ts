import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { askReplay, pendingReplays } from '../../../src/ledger/blocks/replays.ts'
import { readCoverage } from '../../../src/ledger/coverage/coverage-queries.ts'
import { all, type Db, run } from '../../../src/ledger/database.ts'
import { openLedger } from '../../../src/ledger/open.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { revisionOfDescriptor } from '../../../src/ledger/own/own-branches.ts'
import { readRevisions } from '../../../src/ledger/revisions.ts'
import { replay } from '../../../src/pipeline/rescans/replay.ts'
import { startRescans } from '../../../src/pipeline/rescans/rescan-loop.ts'
import { type ReplayWork, workOffReplays } from '../../../src/pipeline/rescans/run-rescans.ts'
import { type FakeNode, startFakeNode } from '../../chains/bitcoin/fake-node.ts'
import { sourceFor } from '../../chains/bitcoin/open-source.ts'
import { regtestChain } from '../../chains/bitcoin/regtest-chain.ts'
import { p2wpkh } from '../../chains/bitcoin/scripts.ts'
import { at } from '../../ledger/fixtures.ts'
import { rememberingLog } from '../../lists/remembering-log.ts'
import { crashStride } from '../../long.ts'
import { tempDir } from '../../temp.ts'
import {
  addDescriptor,
  alertedOwn,
  bitcoinLedger,
  config,
  contextOf,
  followNode,
  keyOf,
  own,
  pays,
  textOf,
  windowsOf,
} from '../bitcoin-ledger.ts'
import { crashAt } from '../crash-at.ts'

const late = p2wpkh('registered late')
const lateOwn = {
  key: keyOf(late),
  address: textOf(late),
  kind: 'deposit',
  reference: 'u1',
  chain: '',
} as const

const work: ReplayWork = {
  prefetch: 2,
  finality: { depth: 3 },
  signal: new AbortController().signal,
  onFailed: (_replay, error) => {
    throw error
  },
}

async function workOff(db: Db, node: FakeNode, more: Partial<ReplayWork> = {}) {
  return workOffReplays(contextOf(db), () => opened(node), { ...work, ...more })
}

async function opened(node: FakeNode) {
  const source = sourceFor(node.url)
  await source.open()
  return source
}

/** Makes a node prune its blocks below a height, as Bitcoin Core does: it still knows their hashes. */
function prune(node: FakeNode, below: number): void {
  const pruned = node.state.chain.slice(0, below).map(({ hash }) => hash)
  const error = '{"code":-1,"message":"Block not available (pruned data)"}'
  node.state.intercept = (request, [hash]) => {
    if (pruned.some((each) => request === `GET /rest/block/${each}.bin`))
      return { status: 404, body: 'Block not available (pruned data)\r\n' }
    return request === 'getblock' && pruned.some((each) => each === hash)
      ? { status: 500, body: `{"id":0,"result":null,"error":${error}}` }
      : undefined
  }
}

const replaysOf = (db: Db) =>
  all(db, 'select from_height as "from", next_height as next, state from replays order by id')

function ask(db: Db, from: number) {
  return askReplay(db, { chain: 'bitcoin', from, ownRevision: readRevisions(db).own }, at)
}

/** A chain of blocks that each pay an address which becomes own when they were screened. */
const blocks = Array.from({ length: 9 }, () => ({ txs: [pays([late])] }))

/** Compared without the rows of coverage: where it was interrupted, a new one begins. */
function end(db: Db) {
  const ids = all<{ id: string; status: string }>(db, 'select id, status from alerts order by id')
  const moved = all(db, 'select tx_hash, transfer, role, party_key from transfer_parties order by 1, 2, 3, 4')
  const ranges = readCoverage(db)[0]?.ranges
  const [replay] = all(db, 'select state, from_height, to_height, created, reinstated, known from replays')
  return { ids, moved, ranges, replay }
}

describe('blocks that were screened before an address was own', () => {
  it('are read again up to the cursor, and what they hold is found', async () => {
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const db = bitcoinLedger()
    await followNode(db, node, { depth: 3 })
    await addOwnAddresses(db, [lateOwn], at)
    expect(ask(db, 4)).toMatchObject({ from: 4, to: 9, next: 4, state: 'pending' })
    const done: number[] = []
    const onProgress = (progress: { done: number; total: number }) => done.push(progress.done)
    expect(await workOff(db, node, { onProgress })).toEqual({ created: 6, reinstated: 0, known: 0 })
    expect(done.at(-1)).toBe(6)
    expect(pendingReplays(db, 'bitcoin')[0]).toBeUndefined()
    expect(all(db, 'select block_height, status from alerts order by 1')).toEqual(
      [4, 5, 6, 7, 8, 9].map((height) => ({
        block_height: height,
        status: height <= 6 ? 'final' : 'pending',
      })),
    )
    expect(readCoverage(db)[0]?.gaps).toEqual([
      { from: 0, to: 3, reason: '1 own addresses were registered later (replay screens them)' },
    ])
  })

  it('above the cursor are nothing to read again', async () => {
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const db = bitcoinLedger()
    await followNode(db, node)
    expect(ask(db, 10)).toBeNull()
  })

  it('are read once for the same addresses, and again for newer ones', async () => {
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const db = bitcoinLedger()
    await followNode(db, node)
    await addOwnAddresses(db, [lateOwn], at)
    const asked = ask(db, 4)
    expect(ask(db, 4)).toEqual(asked)
    expect(ask(db, 6)).toEqual(asked)
    expect(ask(db, 3)?.id).not.toBe(asked?.id)
    await addOwnAddresses(db, [{ ...lateOwn, key: keyOf(own(0)) }], at)
    expect(ask(db, 6)?.id).not.toBe(asked?.id)
  })

  it('are gone on with where it was interrupted', async () => {
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const db = bitcoinLedger()
    await followNode(db, node)
    await addOwnAddresses(db, [lateOwn], at)
    ask(db, 1)
    const stop = new AbortController()
    const onProgress = ({ done }: { done: number }) => {
      if (done >= 4) stop.abort(new Error('told to stop'))
    }
    await expect(workOff(db, node, { signal: stop.signal, onProgress })).rejects.toThrow('told to stop')
    expect(pendingReplays(db, 'bitcoin')[0]).toMatchObject({ next: 5, from: 1, to: 9 })
    node.requests.length = 0
    await workOff(db, node)
    const asked = (height: number) =>
      node.requests.includes(`GET /rest/block/${node.state.chain[height]?.hash}.bin`)
    expect([1, 2, 3, 4, 5, 6, 7, 8, 9].filter(asked)).toEqual([5, 6, 7, 8, 9])
    expect(end(db).ids).toHaveLength(9)
    expect(end(db).replay).toMatchObject({ state: 'done', created: 9 })
  })

  it('are found whatever statement it crashes at', async () => {
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const life = async (crashes: number[]) => {
      const path = join(tempDir(), 'ledger.db')
      const first = bitcoinLedger(path)
      await followNode(first, node, { depth: 3 })
      await addOwnAddresses(first, [lateOwn], at)
      ask(first, 2)
      first.close()
      for (let crash = crashes.shift(); ; crash = crashes.shift()) {
        const db = openLedger(path)
        const context = contextOf(db)
        const repair = crashAt(crash ?? 0)
        try {
          await workOffReplays(context, () => opened(node), work)
          repair()
          return end(db)
        } catch (error) {
          if (!(error instanceof Error && error.message === 'crash')) throw error
        } finally {
          repair()
          db.close()
        }
      }
    }
    const quiet = await life([])
    expect(quiet.ids).toHaveLength(8)
    for (let crash = 1; crash < 200; crash += crashStride(17))
      expect(await life([crash, 30]), `at ${crash}`).toEqual(quiet)
  })

  it('of a branch that lost are left to the follower', async () => {
    const chain = regtestChain(...blocks)
    const node = await startFakeNode({ chain })
    const db = bitcoinLedger()
    await followNode(db, node)
    await addOwnAddresses(db, [lateOwn], at)
    ask(db, 1)
    node.state.stale = chain.slice(6)
    node.state.chain = regtestChain(...blocks.slice(0, 5), {}, ...blocks.slice(0, 4))
    await expect(workOff(db, node, { prefetch: 1 })).rejects.toMatchObject({ code: 'wrong-chain' })
    expect(pendingReplays(db, 'bitcoin')[0]).toMatchObject({ next: 6 })
    await followNode(db, node)
    await workOff(db, node)
    expect(all(db, `select block_height from alerts where status != 'orphaned' order by 1`)).toEqual(
      [1, 2, 3, 4, 5, 7, 8, 9, 10].map((block_height) => ({ block_height })),
    )
    expect(readCoverage(db)[0]?.gaps).toEqual([
      { from: 0, to: 0, reason: expect.stringContaining('registered later') },
    ])
  })

  it('are read once more where a branch lost after it, and with it the proof that they were', async () => {
    const chain = regtestChain(...blocks)
    const node = await startFakeNode({ chain })
    const db = bitcoinLedger()
    await followNode(db, node, { depth: 6 })
    await addOwnAddresses(db, [lateOwn], at)
    ask(db, 0)
    await workOff(db, node)
    expect(readCoverage(db)[0]?.gaps).toEqual([])
    node.state.stale = chain.slice(9)
    node.state.chain = regtestChain(...blocks.slice(0, 8), {}, ...blocks.slice(0, 1))
    await followNode(db, node, { depth: 6 })
    const lost = { reason: expect.stringContaining('a rescan of blocks 4 to 9 is queued') }
    expect(readCoverage(db)[0]?.gaps).toEqual([{ from: 4, to: 8, ...lost }])
    expect(await workOff(db, node)).toEqual({ created: 0, reinstated: 0, known: 5 })
    expect(pendingReplays(db, 'bitcoin')).toEqual([])
    expect(readCoverage(db)[0]?.gaps).toEqual([])
  })

  it('that were rolled back and not followed again are nothing to read again', async () => {
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const db = bitcoinLedger()
    await followNode(db, node)
    await addOwnAddresses(db, [lateOwn], at)
    ask(db, 8)
    const context = contextOf(db)
    run(db, `update chains set cursor_height = 7 where id = 'bitcoin'`)
    await workOffReplays(context, () => opened(node), work)
    expect(pendingReplays(db, 'bitcoin')[0]).toBeUndefined()
    expect(alertedOwn(db)).toEqual([])
  })
})

describe('a descriptor that is registered late', () => {
  it('is found from window to window, also in blocks that were followed meanwhile', async () => {
    const used = [19, 39, 59, 79].map((index) => ({ txs: [pays([own(index)])] }))
    const chain = regtestChain(...used)
    const db = bitcoinLedger()
    const node = await startFakeNode({ chain })
    await followNode(db, node, { prefetch: 1 })
    await addDescriptor(db)
    expect(ask(db, 0)).toMatchObject({ from: 0, to: 4 })
    // Beyond the window that is known so far: only the replay finds out that it is near.
    node.state.chain = regtestChain(...used, { txs: [pays([own(99)])] })
    await followNode(db, node)
    expect(alertedOwn(db)).toEqual([])
    await workOff(db, node, { prefetch: 1 })
    expect(alertedOwn(db)).toEqual([19, 39, 59, 79, 99].map((index) => textOf(own(index))))
    expect(all(db, 'select to_height, state from replays')).toEqual([{ to_height: 5, state: 'done' }])
    expect(windowsOf(db)[0]).toEqual({ branch: 0, derived: 120, used: 99 })
    // Adding it again has nothing new to look for, unless it grows.
    const checksum = await addDescriptor(db)
    const again = () =>
      askReplay(db, { chain: 'bitcoin', from: 0, ownRevision: revisionOfDescriptor(db, checksum, '') }, at)
    expect(again()).toMatchObject({ state: 'done' })
    await addDescriptor(db, { gap: 50 })
    expect(again()).toMatchObject({ state: 'pending' })
  })
})

describe('blocks that the node has pruned', () => {
  /** A ledger where blocks 1 to 9 were asked for and can't be had below 5, and then 5 to 9, for one address more. */
  async function stuck() {
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const db = bitcoinLedger()
    await followNode(db, node)
    await addOwnAddresses(db, [lateOwn], at)
    ask(db, 1)
    await addOwnAddresses(db, [{ ...lateOwn, key: keyOf(own(0)) }], at)
    ask(db, 5)
    prune(node, 5)
    return { node, db }
  }

  it('do not hold up what was asked for after them', async () => {
    const { node, db } = await stuck()
    const failed: string[] = []
    const onFailed: ReplayWork['onFailed'] = ({ from, to }, error) => {
      failed.push(`${from} to ${to}: ${error instanceof Error ? error.message : error}`)
    }
    expect(await workOff(db, node, { onFailed })).toEqual({ created: 5, reinstated: 0, known: 0 })
    expect(failed).toEqual([
      `1 to 9: The node at ${node.url} has no block 1 (it is pruned): read it from a node that keeps all its blocks (prune=0).`,
    ])
    expect(replaysOf(db)).toEqual([
      { from: 1, next: 1, state: 'pending' },
      { from: 5, next: 10, state: 'done' },
    ])
  })

  it('do not hold it up where there are several nodes either', async () => {
    const { node, db } = await stuck()
    const other = await startFakeNode(node.state)
    const chain = { ...config, rpc: [node.url, other.url] as [string, string], verify: 'off' as const }
    const { log } = rememberingLog()
    const stop = startRescans(contextOf(db), chain, {
      freezeContracts: [],
      log,
      signal: new AbortController().signal,
    })
    await stop({ finish: true })
    expect(replaysOf(db)).toMatchObject([{ state: 'pending' }, { state: 'done' }])
  })

  it('are warned of when everything is to be finished, and halt nothing', async () => {
    const { node, db } = await stuck()
    const chain = { ...config, rpc: [node.url] as [string], verify: 'off' as const }
    const { log, lines } = rememberingLog()
    run(db, 'update chains set head_height = 1000')
    const stop = startRescans(contextOf(db), chain, {
      freezeContracts: [],
      log,
      signal: new AbortController().signal,
    })
    await stop({ finish: true })
    expect(lines).toEqual([
      `warn bitcoin: the rescan of blocks 1 to 9 will be retried: The node at ${node.url} has no block 1 (it is pruned): read it from a node that keeps all its blocks (prune=0).`,
    ])
    expect(readCoverage(db)[0]?.gaps).toContainEqual({
      ...{ from: 0, to: 4 },
      reason: expect.stringContaining('a rescan of blocks 1 to 9 is queued'),
    })
  })

  it('are no longer asked for when they were read by a replay, with all addresses that are known', async () => {
    const { node, db } = await stuck()
    node.state.intercept = () => undefined
    const read = async (from: number, to: number) =>
      replay(contextOf(db), await opened(node), { prefetch: 2, finality: { depth: 3 }, from, to })
    await read(5, 9)
    expect(replaysOf(db)).toMatchObject([{ state: 'pending' }, { state: 'done' }])
    await addOwnAddresses(db, [{ ...lateOwn, key: keyOf(own(1)) }], at)
    await read(1, 4)
    expect(replaysOf(db)[0]).toMatchObject({ state: 'pending' })
    await read(5, 9)
    expect(replaysOf(db)[0]).toMatchObject({ state: 'done' })
    expect(alertedOwn(db)).toHaveLength(9)
  })
})

describe('behind a follower', () => {
  it('blocks are read again when it is at the head, and not before', async () => {
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const db = bitcoinLedger()
    await followNode(db, node)
    await addOwnAddresses(db, [lateOwn], at)
    ask(db, 0)
    run(db, 'update chains set head_height = 1000')
    node.requests.length = 0
    const chain = { ...config, rpc: [node.url] as [string], verify: 'off' as const }
    const { log, lines } = rememberingLog()
    const keep = () =>
      startRescans(contextOf(db), chain, { freezeContracts: [], log, signal: new AbortController().signal })
    await keep()({ finish: false })
    expect(node.requests).toEqual([])
    run(db, 'update chains set head_height = 9')
    const stop = keep()
    await vi.waitFor(() => expect(end(db).replay).toMatchObject({ state: 'done', created: 9 }), 10_000)
    await stop({ finish: false })
    expect(lines).toEqual([
      'info bitcoin: rescan of blocks 0 to 9 (for own addresses that are new)',
      'info bitcoin: the rescan is done',
    ])
  })

  it('a node that is away is asked again, and what is left is finished on request', async () => {
    const node = await startFakeNode({ chain: regtestChain(...blocks) })
    const db = bitcoinLedger()
    await followNode(db, node)
    await addOwnAddresses(db, [lateOwn], at)
    ask(db, 0)
    const chain = { ...config, rpc: [node.url] as [string], verify: 'off' as const }
    const { log, lines } = rememberingLog()
    node.state.warmingUp = true
    const stop = startRescans(contextOf(db), chain, {
      freezeContracts: [],
      log,
      signal: new AbortController().signal,
    })
    await vi.waitFor(() => expect(lines).toHaveLength(2), 10_000)
    expect(lines[1]).toMatch(/^warn bitcoin: the rescan will be retried: /)
    node.state.warmingUp = false
    await stop({ finish: true })
    expect(end(db).replay).toMatchObject({ state: 'done', created: 9 })
  })
})
