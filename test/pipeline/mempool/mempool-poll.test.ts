import { describe, expect, it, vi } from 'vitest'
import { ChainscreenError } from '../../../src/diagnostics/errors.ts'
import { readMempools } from '../../../src/ledger/mempool/pending-transactions.ts'
import { startMempoolPoll } from '../../../src/pipeline/mempool/poll-mempool.ts'
import { rememberingLog } from '../../lists/remembering-log.ts'
import { screeningLedger } from '../fixtures.ts'
import { WaitingChain } from './fake-mempool.ts'

function scene() {
  const { db, context } = screeningLedger()
  const node = new WaitingChain()
  const { log, lines } = rememberingLog()
  const { signal } = new AbortController()
  let looks = 0
  let broken = false
  node.onList = () => {
    looks++
    if (broken) throw new ChainscreenError('node-missing-data', 'There is no such feed.')
  }
  const tending = startMempoolPoll(context, node, { pollMs: 1, log, signal })
  const breaks = (yes: boolean) => {
    broken = yes
  }
  const lookedMore = async (times: number) => {
    const before = looks
    await vi.waitFor(() => expect(looks).toBeGreaterThan(before + times), { timeout: 10_000 })
  }
  return { db, tending, lines, breaks, lookedMore }
}

describe('a mempool that is tended', () => {
  it('is looked at again and again, until it is stopped', async () => {
    const { tending, lookedMore, lines } = scene()
    tending.start()
    tending.start()
    await lookedMore(3)
    await tending.stop()
    expect(lines).toEqual([])
  })

  it('that can not be read is said once, written down, and said again when it can', async () => {
    const { db, tending, breaks, lookedMore, lines } = scene()
    breaks(true)
    tending.start()
    await lookedMore(3)
    expect(readMempools(db)).toMatchObject([{ transactions: null, failure: 'There is no such feed.' }])
    breaks(false)
    await lookedMore(1)
    await tending.stop()
    expect(lines).toEqual([
      'warn ethereum: the mempool was not read: There is no such feed.',
      'info ethereum: the mempool can be read again',
    ])
    expect(readMempools(db)).toMatchObject([{ transactions: 0, failure: null }])
  })

  it('is looked at once, and fails without an error', async () => {
    const { db, tending, breaks, lines } = scene()
    breaks(true)
    await tending.once()
    expect(lines).toHaveLength(1)
    expect(readMempools(db)).toMatchObject([{ failure: 'There is no such feed.' }])
  })
})
