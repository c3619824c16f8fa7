import { describe, expect, it } from 'vitest'
import { sats } from './build-block.ts'
import { type FakeNodeState, startFakeNode } from './fake-node.ts'
import { sourceFor } from './open-source.ts'
import { regtestChain } from './regtest-chain.ts'
import { p2tr, p2wpkh } from './scripts.ts'

const value = sats(1)
const payment = {
  inputs: [{ script: p2tr('alice'), value, witness: [Buffer.alloc(64)] }],
  outputs: [{ script: p2wpkh('hot'), value }],
}
const chain = regtestChain({}, { txs: [payment] }, {})
const all = ['getblockchaininfo', 'getblockhash', 'getnetworkinfo', 'getblockheader', 'getblock']
const methods = [...all, 'getindexinfo', 'getrawtransaction', 'waitfornewblock']

async function tried(next: number, state: Partial<FakeNodeState>) {
  const node = await startFakeNode({ chain, waits: true, ...state })
  const source = sourceFor(node.url, { verify: 'strict' })
  await source.open()
  return { trials: await source.tryOut(next), node }
}

describe('a node that is tried out', () => {
  it('reads the next block that is due, and its last one where that is not there yet', async () => {
    const ok = (height: number) => [
      { state: 'ok', block: 'served', found: `read block ${height} at level full`, advice: null },
    ]
    expect((await tried(2, { whitelist: methods })).trials).toEqual(ok(2))
    expect((await tried(4, {})).trials).toEqual(ok(3))
  })

  it('that has pruned that block fails, and the first one that it has is named', async () => {
    const { trials } = await tried(1, { pruneHeight: 2 })
    expect(trials).toMatchObject([
      {
        state: 'fail',
        block: 'missing',
        found: expect.stringMatching(/has pruned its blocks below 2, and the next to read is 1$/),
      },
    ])
    expect((await tried(2, { pruneHeight: 2 })).trials).toMatchObject([{ state: 'ok' }])
  })

  it('that can not serve that block fails', async () => {
    const gone = '{"id":0,"result":null,"error":{"code":-1,"message":"Block not available (pruned data)"}}'
    const intercept = (request: string, params: readonly unknown[]) =>
      request === 'getblock' && params[0] === chain[2]?.hash ? { status: 200, body: gone } : undefined
    const { trials } = await tried(2, { rest: false, intercept })
    expect(trials[0]).toMatchObject({
      state: 'fail',
      block: 'missing',
      found: expect.stringContaining('has no block 2 (it is pruned)'),
    })
  })

  it('that does not say what blocks spend is warned of', async () => {
    const { trials } = await tried(2, { undoUnreadable: true })
    expect(trials[0]).toMatchObject({ state: 'warn', found: expect.stringContaining('at level outputs') })
  })

  it('that can not be asked to wait for blocks is told of', async () => {
    const { trials } = await tried(2, { whitelist: methods.slice(0, -1) })
    expect(trials).toMatchObject([
      { state: 'ok' },
      { state: 'ok', found: expect.stringContaining('heads are polled') },
    ])
  })

  it.each(['getblockheader', 'getblock', 'getindexinfo', 'getrawtransaction'])(
    'by a user whom rpcwhitelist does not allow %s is told so',
    async (forbidden) => {
      const whitelist = methods.filter((method) => method !== forbidden)
      const { trials } = await tried(2, { whitelist })
      expect(trials).toMatchObject([
        { state: 'ok' },
        {
          state: forbidden === 'getblockheader' ? 'fail' : 'warn',
          found: expect.stringContaining(`does not allow ${forbidden} (HTTP 403)`),
          advice: expect.stringContaining(`let rpcwhitelist name ${forbidden}`),
        },
      ])
    },
  )

  it.each([
    [{ status: 200, body: '<html>Log in</html>' }, 'HTTP 200 with text, "<html>Log in</html>"'],
    [{ status: 404, body: '' }, 'HTTP 404'],
  ])('whose REST answers %j is warned of', async (reply, words) => {
    const intercept = (request: string) => (request.startsWith('GET ') ? reply : undefined)
    const { trials } = await tried(2, { intercept })
    expect(trials).toMatchObject([
      { state: 'ok' },
      { state: 'warn', found: expect.stringContaining(words), advice: expect.stringContaining('rest=1') },
    ])
  })
})

describe('a node of a signet', () => {
  const genesis = '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6'
  const publicOne =
    '512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be430210359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae'

  async function opening(challenge: string | undefined, signetChallenge?: string) {
    const node = await startFakeNode({
      chain,
      chainName: 'signet',
      ...(challenge && { signetChallenge: challenge }),
    })
    node.state.intercept = (method, [height]) =>
      method === 'getblockhash' && height === 0
        ? { status: 200, body: `{"id":0,"result":"${genesis}"}` }
        : undefined
    return sourceFor(node.url, { network: 'signet', signetChallenge }).open()
  }

  it('is refused where its signetchallenge is not that of the config, which is the public one by default', async () => {
    const refused = { code: 'wrong-chain', message: expect.stringContaining('"signetChallenge"') }
    await expect(opening('5121aa51ae')).rejects.toMatchObject(refused)
    await expect(opening(publicOne, '5121aa51ae')).rejects.toMatchObject(refused)
    await expect(opening(publicOne)).resolves.toBeDefined()
    await expect(opening('5121aa51ae', '5121aa51ae')).resolves.toBeDefined()
  })

  it('that does not name it, as before Bitcoin Core 28, is taken', async () => {
    await expect(opening(undefined)).resolves.toBeDefined()
  })
})
