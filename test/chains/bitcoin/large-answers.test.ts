import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AnswerTooLarge } from '../../../src/chains/answer-limits.ts'
import { RpcClient } from '../../../src/chains/bitcoin/rpc-client.ts'
import { NodeClient } from '../../../src/chains/node-http/node-client.ts'
import { startFakeNode } from './fake-node.ts'
import { regtestChain } from './regtest-chain.ts'

const transactions = new Map(Array.from({ length: 8 }, (_, i) => [String(i), `${i}`.repeat(400)]))

async function batch(maxBytes: number) {
  const node = await startFakeNode({ chain: regtestChain({}), txindex: transactions })
  const rpc = new RpcClient(
    new NodeClient({ url: node.url, timeoutMs: 5_000, connections: 1, busyDelayMs: 1 }),
  )
  const calls = [...transactions.keys()].map((id) => ({ method: 'getrawtransaction', params: [id, false] }))
  return { node, answers: rpc.batch(calls, z.string(), undefined, { maxBytes }) }
}

describe('answers that are too large together', () => {
  it('are asked for in halves, and come in the order they were asked for', async () => {
    const { node, answers } = await batch(1_000)
    expect(await answers).toEqual([...transactions.values()])
    expect(node.requests.map((request) => request.split('; ').length)).toEqual([8, 4, 2, 2, 4, 2, 2])
  })

  it('each alone are an error', async () => {
    await expect((await batch(100)).answers).rejects.toBeInstanceOf(AnswerTooLarge)
  })
})
