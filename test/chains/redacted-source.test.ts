import { expect, it, onTestFinished } from 'vitest'
import { createEvmSource } from '../../src/chains/evm/source.ts'
import { redactedSource } from '../../src/chains/redacted-source.ts'
import { RefusedBlock, reportRefusals } from '../../src/chains/source.ts'
import { ChainscreenError } from '../../src/diagnostics/errors.ts'
import { Redactor } from '../../src/privacy/redactor.ts'
import { blockOf } from './evm/build.ts'
import { healthyNode, startFakeNode } from './evm/fake-node.ts'
import { callTrace } from './evm/traces/sketch.ts'
import { FakeChain } from './fake-chain.ts'

it('tells why traces are away without the key that the node echoes in hex', async () => {
  const key = 'k3y0fThisN0de'
  const hex = Buffer.from(key).toString('hex')
  const [tx] = blockOf([{}]).block.transactions
  const answers: unknown[] = [[{ txHash: tx?.hash, result: callTrace({}, []) }]]
  const node = await startFakeNode({
    ...healthyNode([{}]),
    debug_traceBlockByHash: () => answers.shift() ?? `0x${hex}`,
  })
  const url = `${node.url}/v3/${key}`
  const redactor = new Redactor('node', [url])
  const source = redactedSource(
    createEvmSource({ url, redactor, chainId: 1, tokens: [], retriesTraces: true, traceRetryMs: 1 }),
    redactor,
  )
  onTestFinished(() => source.close())
  await source.open()
  const { traces } = await source.block(7)
  expect(traces).toEqual({ away: expect.stringContaining('debug_traceBlockByHash') })
  expect(JSON.stringify(traces)).not.toContain(hex.slice(0, 12))
})

it('takes secrets out of the error of a block that extraction refuses, before anybody sees it', async () => {
  const secret = 'k3y0fThisN0de'
  const redactor = new Redactor('node', [`http://127.0.0.1:1/v3/${secret}`])
  const refused: unknown[] = []
  const chain = new FakeChain()
  const source = redactedSource(
    Object.assign(chain, { refuse: (_: unknown, error: unknown) => refused.push(error) }),
    redactor,
  )
  const block = await source.block(0)
  const lie = new ChainscreenError('node-bad-answer', `its sender is ${secret}`, { details: [secret] })
  const report = () =>
    reportRefusals(source, () => {
      throw new RefusedBlock(block, lie)
    })
  const error = await report().catch((caught: unknown) => caught)
  expect(error).toMatchObject({ message: 'its sender is (secret)', details: ['(secret)'] })
  expect(refused).toEqual([error])
})
