import { expect, it, vi } from 'vitest'
import { addedBlackListTopic } from '../../../src/chains/evm/freezes/extract-freezes.ts'
import { evmChainSchema } from '../../../src/config/evm.ts'
import { askReplay, pendingReplays } from '../../../src/ledger/blocks/replays.ts'
import { all } from '../../../src/ledger/database.ts'
import { ScreeningIndex } from '../../../src/pipeline/blocks/screening-index.ts'
import { startRescans } from '../../../src/pipeline/rescans/rescan-loop.ts'
import { address, log as event, hash } from '../../chains/evm/build.ts'
import { healthyNode, startFakeNode } from '../../chains/evm/fake-node.ts'
import { at, chain, commit, freshChain, ref, screened } from '../../ledger/fixtures.ts'
import { rememberingLog } from '../../lists/remembering-log.ts'

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
  const config = evmChainSchema.parse({
    ...{ id: chain.id, type: 'evm', chainId: 1, rpc: [node.url], start: 7, traces: 'off', verify: 'off' },
  })
  const { log } = rememberingLog()
  const context = { db, chain, index: new ScreeningIndex(db), now: () => at }
  const stop = startRescans(context, config, {
    ...{ freezeContracts: [token], log, signal: new AbortController().signal },
  })
  await vi.waitFor(() => expect(pendingReplays(db, chain.id)).toEqual([]), 10_000)
  await stop({ finish: false })
  expect(all(db, `select closed_at from unscreened where what = 'freeze'`)).toEqual([{ closed_at: null }])
})
