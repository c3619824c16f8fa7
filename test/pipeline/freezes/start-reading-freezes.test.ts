import { describe, expect, it, vi } from 'vitest'
import { startReadingFreezes } from '../../../src/pipeline/freezes/start-reading-freezes.ts'
import { nodeError } from '../../chains/fake-chain.ts'
import { followOnce } from '../../chains/follow-through.ts'
import { at, chain } from '../../ledger/fixtures.ts'
import { rememberingLog } from '../../lists/remembering-log.ts'
import { screeningLedger } from '../fixtures.ts'
import {
  configure,
  FreezingChain,
  freeze,
  freezeList,
  release,
  spans,
  usdc,
  usdt,
  villain,
} from './freeze-fixtures.ts'

async function scene() {
  const node = new FreezingChain({ a3: [freeze()], a7: [release()] })
  node.mine(20)
  const { db, store } = screeningLedger()
  configure(db, freezeList)
  const follow = () => followOnce(node, store, { start: 15, finality: { depth: 3 } })
  await follow()
  const { log, lines } = rememberingLog()
  const stopped = new AbortController()
  const start = () =>
    startReadingFreezes(db, chain, node, {
      log,
      now: () => at,
      signal: stopped.signal,
      firstRetryMs: 10,
      contracts: [usdt, usdc],
    })
  return { node, db, follow, lines, start, stopped }
}

describe('the past, beside a follower', () => {
  it('is read, and the contracts are asked; failure with the node is said and tried again', async () => {
    const { node, db, lines, start } = await scene()
    const honest = node.freezes.find
    let failures = 2
    node.freezes.find = async (...args) => {
      if (failures-- > 0) throw nodeError()
      return honest(...args)
    }
    node.says.set(villain, true)
    const past = start()
    await vi.waitFor(() => expect(lines).toHaveLength(4))
    await past.stop({ finish: false })
    expect(spans(db)).toEqual(['36-84'])
    expect(lines).toEqual([
      'warn past freezes on ethereum were not read: the fake node says node-unreachable',
      'warn past freezes on ethereum were not read: the fake node says node-unreachable',
      `error list issuer-freezes: past freezes by ${usdt} are read: 1 accounts, 0 of them frozen; for 1 of them the contract says otherwise: 0x${'7'.repeat(40)}`,
      expect.stringMatching(/^info list issuer-freezes: past freezes by 0x6+ are read: 0 accounts/),
    ])
  })

  it('goes on when more of it becomes final', async () => {
    const { node, db, follow, start } = await scene()
    configure(db)
    node.mine(2)
    await follow()
    configure(db, freezeList)
    const past = start()
    await vi.waitFor(() => expect(node.asked).toEqual(['0-19']))
    node.mine(5)
    await follow()
    await vi.waitFor(() => expect(node.asked).toEqual(['0-19', '20-22']), { timeout: 5_000 })
    await past.stop({ finish: false })
  })

  it('is read to its end before a daemon ends that only catches up, or it is said why not', async () => {
    const { node, db, start } = await scene()
    node.freezes.find = async () => {
      throw nodeError('node-missing-data')
    }
    const past = start()
    await expect(past.stop({ finish: true })).rejects.toMatchObject({ code: 'node-missing-data' })
    expect(spans(db)).toEqual([])
  })

  it('is left to the follower where the node is of another chain, and to a later start where it is stopped', async () => {
    const { node, lines, start, stopped } = await scene()
    node.onCall = (call) => {
      if (call === 'open') throw nodeError('wrong-chain')
    }
    await start().stop({ finish: false })
    expect(lines).toEqual([])
    stopped.abort()
    await start().stop({ finish: true })
    expect(node.asked).toEqual([])
  })
})
