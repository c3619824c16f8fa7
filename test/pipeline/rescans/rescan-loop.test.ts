import { expect, it, vi } from 'vitest'
import { addedBlackListTopic } from '../../../src/chains/evm/freezes/extract-freezes.ts'
import type { ChainConfig } from '../../../src/config/chains.ts'
import { evmChainSchema } from '../../../src/config/evm.ts'
import { askReplay, pendingReplays } from '../../../src/ledger/blocks/replays.ts'
import { all, inTransaction } from '../../../src/ledger/database.ts'
import { askLookback, pendingLookback } from '../../../src/ledger/own/lookbacks.ts'
import { bumpRevision } from '../../../src/ledger/revisions.ts'
import { ScreeningIndex } from '../../../src/pipeline/blocks/screening-index.ts'
import { startRescans } from '../../../src/pipeline/rescans/rescan-loop.ts'
import { firstServed, missingBlocks } from '../../../src/pipeline/rescans/rescan-now.ts'
import { address, log as event, hash } from '../../chains/evm/build.ts'
import { healthyNode, startFakeNode } from '../../chains/evm/fake-node.ts'
import { at, chain, commit, freshChain, ref, screened } from '../../ledger/fixtures.ts'
import { rememberingLog } from '../../lists/remembering-log.ts'

const configOf = (url: string) =>
  evmChainSchema.parse({
    ...{ id: chain.id, type: 'evm', chainId: 1, rpc: [url], start: 7, traces: 'off', verify: 'off' },
  })

const token = address(0xdac)
const unread = {
  what: 'freeze',
  reason: `a freeze or unfreeze event of ${token} names no account`,
}

it('a freeze that could not be read stays a gap when its block is read again for own addresses', async () => {
  const node = await startFakeNode(healthyNode([{ logs: [event(token, [addedBlackListTopic])] }]))
  const db = freshChain()
  const block = { ...ref(7), hash: hash(0xb10c), parentHash: hash(0xb10b) }
  commit(db, [screened(block, [], { unscreened: [unread] })])
  askReplay(db, { chain: chain.id, from: 7, ownRevision: 0 }, at)
  const config = configOf(node.url)
  const { log } = rememberingLog()
  const context = { db, chain, index: new ScreeningIndex(db), now: () => at }
  const stop = startRescans(context, config, {
    ...{ freezeContracts: [token], log, signal: new AbortController().signal },
  })
  await vi.waitFor(() => expect(pendingReplays(db, chain.id)).toEqual([]), 10_000)
  await stop({ finish: false })
  expect(all(db, `select closed_at from unscreened where what = 'freeze'`)).toEqual([{ closed_at: null }])
})

it('a look back at blocks that the node does not have ends no run, and stays asked for', async () => {
  const healthy = healthyNode()
  const node = await startFakeNode({
    ...healthy,
    eth_getBlockByNumber: (params, response) =>
      params[0] === '0x7' ? null : healthy.eth_getBlockByNumber?.(params, response),
  })
  const db = freshChain()
  commit(db, [screened(ref(7))])
  inTransaction(db, () => askLookback(db, chain.id, { since: 0, ownRevision: bumpRevision(db, 'own') }))
  const { log, lines } = rememberingLog()
  const context = { db, chain, index: new ScreeningIndex(db), now: () => at }
  const options = { freezeContracts: [], log, signal: new AbortController().signal }
  await startRescans(context, configOf(node.url), options)({ finish: true })
  expect(lines.join()).toContain('the rescan for new own addresses will be retried: The node has no block 7')
  expect(pendingLookback(db, chain.id)).not.toBeNull()
})

it.each([
  ['whether blocks are missing', missingBlocks],
  [
    'for the first block that is served',
    (config, [height], signal) => firstServed(config, height, 9, signal),
  ],
] satisfies [string, (config: ChainConfig, heights: [number], signal: AbortSignal) => Promise<unknown>][])(
  'a node that is asked %s, and is silent, holds up no stop',
  async (_what, ask) => {
    const stop = new AbortController()
    const healthy = healthyNode()
    const node = await startFakeNode({
      ...healthy,
      eth_getBlockReceipts: () => {
        stop.abort()
        return new Promise(() => {})
      },
    })
    await expect(ask(configOf(node.url), [7], stop.signal)).rejects.toMatchObject({ code: 'aborted' })
  },
)
