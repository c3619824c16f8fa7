import { describe, expect, it } from 'vitest'
import { HashLookahead } from '../../../src/chains/bitcoin/hash-lookahead.ts'
import { RpcClient } from '../../../src/chains/bitcoin/rpc-client.ts'
import { NodeClient } from '../../../src/chains/node-http/node-client.ts'
import { startFakeNode } from './fake-node.ts'
import { regtestChain } from './regtest-chain.ts'

const chain = regtestChain(...Array.from({ length: 130 }, () => ({})))
const head = { height: 130, hash: chain[130]?.hash ?? '' }

async function lookahead() {
  const fake = await startFakeNode({ chain })
  const node = new NodeClient({ url: fake.url, timeoutMs: 10_000, connections: 1, busyDelayMs: 1 })
  return { fake, hashes: new HashLookahead(new RpcClient(node)) }
}

describe('the look-ahead of block hashes', () => {
  it('asks for a hundred heights at once, and not beyond the head', async () => {
    const { fake, hashes } = await lookahead()
    hashes.sawHead(head)
    const asked = Array.from({ length: 130 }, (_, i) => hashes.hashAt(i + 1))
    expect(await Promise.all(asked)).toEqual(chain.slice(1).map(({ hash }) => hash))
    expect(fake.requests.map((request) => request.split('; ').length)).toEqual([100, 30])
  })

  it('asks for one height only while it knows no head', async () => {
    const { fake, hashes } = await lookahead()
    expect(await hashes.hashAt(5)).toBe(chain[5]?.hash)
    expect(fake.requests).toEqual(['getblockhash 5'])
  })

  it('keeps what it has while the head stays, and forgets it when the head changes', async () => {
    const { fake, hashes } = await lookahead()
    hashes.sawHead(head)
    await hashes.hashAt(1)
    hashes.sawHead({ ...head })
    await hashes.hashAt(2)
    expect(fake.requests).toHaveLength(1)
    hashes.sawHead({ ...head, hash: 'ab'.repeat(32) })
    await hashes.hashAt(3)
    expect(fake.requests).toHaveLength(2)
  })

  it('hands a hash out once: who asks again gets a fresh one', async () => {
    const { fake, hashes } = await lookahead()
    hashes.sawHead(head)
    await hashes.hashAt(1)
    await hashes.hashAt(1)
    expect(fake.requests.at(-1)).toBe('getblockhash 1')
  })

  it('does not take a batch from the others where one of them stops waiting', async () => {
    const { hashes } = await lookahead()
    hashes.sawHead(head)
    const stop = new AbortController()
    const stopped = hashes.hashAt(1, stop.signal)
    const other = hashes.hashAt(2, new AbortController().signal)
    stop.abort()
    await expect(stopped).rejects.toMatchObject({ code: 'aborted' })
    expect(await other).toBe(chain[2]?.hash)
  })

  it('does not keep a failure', async () => {
    const { fake, hashes } = await lookahead()
    hashes.sawHead(head)
    fake.state.warmingUp = true
    await expect(hashes.hashAt(1)).rejects.toMatchObject({ code: 'node-syncing' })
    fake.state.warmingUp = false
    expect(await hashes.hashAt(2)).toBe(chain[2]?.hash)
  })
})
