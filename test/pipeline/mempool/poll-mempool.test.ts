import { describe, expect, it } from 'vitest'
import type { Key } from '../../../src/address/key.ts'
import type { Db } from '../../../src/ledger/database.ts'
import { readMempools } from '../../../src/ledger/mempool/pending-transactions.ts'
import { addOwnAddresses } from '../../../src/ledger/own/own-addresses.ts'
import { createLedgerStore } from '../../../src/pipeline/blocks/ledger-store.ts'
import { createMempoolReader } from '../../../src/pipeline/mempool/poll-mempool.ts'
import { followOnce } from '../../chains/follow-through.ts'
import { at } from '../../ledger/fixtures.ts'
import { tale } from '../../ledger/mempool/waiting-fixtures.ts'
import { evm, own } from '../../screening/builders.ts'
import { activateList, screeningLedger, wired } from '../fixtures.ts'
import { WaitingChain } from './fake-mempool.ts'

const { signal } = new AbortController()
const created = 'created {"status":"pending-mempool"}'

async function putOwn(db: Db, ...keys: Key[]): Promise<void> {
  const rows = keys.map((key) => ({ key, chain: '', address: key, kind: 'deposit' as const, reference: '' }))
  await addOwnAddresses(db, rows, at)
}

/** A ledger at the head of a chain of three blocks without transactions. */
async function scene(options: { rereadMs?: number } = {}) {
  const { db, context, store } = screeningLedger()
  await putOwn(db, own)
  const node = new WaitingChain()
  node.mine(3, 'a', node.tip, () => [])
  await followOnce(node, store)
  const follow = () => followOnce(node, store)
  return { db, node, follow, watch: createMempoolReader(context, node, options) }
}

describe('a poll of the mempool', () => {
  it('raises what waits, once, and reads each transaction once', async () => {
    const { db, node, watch } = await scene()
    node.waits.set('0xt', {}).set('0xs', { to: evm('9') })
    expect(await watch.poll(signal)).toEqual({ created: 1, reinstated: 0, withdrawn: 0 })
    expect(await watch.poll(signal)).toEqual({ created: 0, reinstated: 0, withdrawn: 0 })
    expect(tale(db, '0xt')).toEqual([created, '= pending-mempool nowhere'])
    expect(node.asked).toEqual(['0xt', '0xs'])
  })

  it('reads thousands, in portions', async () => {
    const { db, node, watch } = await scene()
    for (let i = 0; i < 1234; i++) node.waits.set(`0x${i}`, i % 400 === 0 ? {} : { to: evm('9') })
    expect(await watch.poll(signal)).toMatchObject({ created: 4 })
    expect(new Set(node.asked).size).toBe(1234)
    expect(node.asked).toHaveLength(1234)
    expect(readMempools(db)).toMatchObject([{ transactions: 1234, unread: 0, failure: null }])
  })

  it('is confirmed by the block, and by the same id', async () => {
    const { db, node, watch, follow } = await scene()
    node.waits.set('0xt', {})
    await watch.poll(signal)
    const id = db.prepare('select id from alerts').pluck().get()
    node.mine(1, 'a', node.tip, () => ['0xt'])
    node.waits.clear()
    expect(await watch.poll(signal)).toMatchObject({ withdrawn: 0 })
    await follow()
    expect(await watch.poll(signal)).toMatchObject({ withdrawn: 0 })
    expect(tale(db, '0xt')).toEqual([created, 'confirmed {"height":4,"block":"a4"}', '= pending 4'])
    expect(db.prepare('select id from alerts').pluck().all()).toEqual([id])
  })

  it('withdraws what left, where a block comes to the node during every poll', async () => {
    const { db, node, watch, follow } = await scene()
    node.waits.set('0xt', {})
    await watch.poll(signal)
    node.waits.clear()
    const mineDuringPoll = () => {
      const before = node.tip.hash
      node.mine(1, 'a', node.tip, () => [])
      node.tips = [before, node.tip.hash]
    }
    node.onList = mineDuringPoll
    expect(await watch.poll(signal)).toMatchObject({ withdrawn: 0 })
    await follow()
    expect(await watch.poll(signal)).toMatchObject({ withdrawn: 1 })
    expect(tale(db, '0xt').slice(1)).toEqual(['withdrawn {"reason":"gone"}', '= withdrawn nowhere'])
  })

  it('withdraws nothing by a list that may not be whole', async () => {
    const { db, node, watch, follow } = await scene()
    node.waits.set('0xt', {})
    await watch.poll(signal)
    node.waits.clear()
    node.tips = null
    for (let polls = 0; polls < 3; polls++) {
      node.mine(1, 'a', node.tip, () => [])
      await follow()
      expect(await watch.poll(signal)).toMatchObject({ withdrawn: 0 })
    }
    expect(tale(db, '0xt')).toEqual([created, '= pending-mempool nowhere'])
  })

  it('meets what a list names while it waits', async () => {
    const { db, node, watch } = await scene()
    node.waits.set('0xt', { from: evm('7') })
    await watch.poll(signal)
    expect(tale(db, '0xt')).toEqual([])
    activateList(db, [evm('7')], 'house')
    expect(await watch.poll(signal)).toMatchObject({ created: 1 })
    expect(node.asked).toEqual(['0xt'])
  })

  it('is repeated whole for own addresses that were added, but not all the time', async () => {
    const { db, node, watch } = await scene({ rereadMs: 0 })
    node.waits.set('0xt', { to: evm('9') })
    await watch.poll(signal)
    await putOwn(db, evm('9'))
    expect(await watch.poll(signal)).toMatchObject({ created: 1 })
    const patient = await scene({ rereadMs: 1 })
    patient.node.waits.set('0xt', { to: evm('9') })
    await patient.watch.poll(signal)
    await putOwn(patient.db, evm('9'))
    // The clock of the fixtures stands still.
    expect(await patient.watch.poll(signal)).toMatchObject({ created: 0 })
    expect(patient.node.asked).toEqual(['0xt'])
  })

  it('tries again what could not be read, and says how many', async () => {
    const { db, node, watch } = await scene()
    node.waits.set('0xt', {}).set('0xs', {})
    node.unreadable.add('0xt')
    expect(await watch.poll(signal)).toMatchObject({ created: 1 })
    expect(readMempools(db)).toMatchObject([{ transactions: 2, unread: 1 }])
    node.unreadable.clear()
    expect(await watch.poll(signal)).toMatchObject({ created: 1 })
    expect(readMempools(db)).toMatchObject([{ transactions: 2, unread: 0 }])
  })

  it('knows after a restart what was waited for, and what took its place meanwhile', async () => {
    const { db, node, watch } = await scene()
    node.waits.set('0xt', { spends: ['coin:0'] })
    await watch.poll(signal)
    node.waits.clear()
    node.waits.set('0xr', { spends: ['coin:0', 'coin:1'] })
    const again = createMempoolReader(wired(db).context, node)
    expect(await again.poll(signal)).toEqual({ created: 1, reinstated: 0, withdrawn: 1 })
    expect(tale(db, '0xt').slice(1)).toEqual([
      'withdrawn {"reason":"replaced","replacedBy":"0xr"}',
      '= withdrawn nowhere',
    ])
    expect(tale(db, '0xr')).toEqual([created, 'replaced {"replaces":"0xt"}', '= pending-mempool nowhere'])
  })

  it('withdraws nothing that was mined while the daemon was away, and nothing because the node failed', async () => {
    const { db, node, watch } = await scene()
    node.waits.set('0xt', {})
    await watch.poll(signal)
    node.onList = () => {
      throw new Error('away')
    }
    await expect(watch.poll(signal)).rejects.toThrow('away')
    node.onList = () => {}
    node.waits.clear()
    node.mine(1, 'a', node.tip, () => ['0xt'])
    node.mine(5, 'a', node.tip, () => [])
    const { context } = wired(db)
    await createMempoolReader(context, node).poll(signal)
    await followOnce(node, createLedgerStore(context))
    await createMempoolReader(context, node).poll(signal)
    expect(tale(db, '0xt')).toEqual([created, 'confirmed {"height":4,"block":"a4"}', '= pending 4'])
  })
})
