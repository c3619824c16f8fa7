import { expect, onTestFinished } from 'vitest'
import { createEvmSource } from '../../../src/chains/evm/source.ts'
import { ChainscreenError, type ErrorCode } from '../../../src/diagnostics/errors.ts'
import { type Handler, healthyNode, startFakeNode } from './fake-node.ts'

export type Call = 'open' | 'block' | 'head'

/** Makes the call against a healthy node with these changes, through a URL full of secrets; gives the error. */
export async function failure(call: Call, changes: Record<string, Handler>, timeoutMs = 30_000) {
  const node = await startFakeNode({ ...healthyNode(), ...changes })
  return failureAt(call, node.port, timeoutMs)
}

/** The same against whatever listens at a port of loopback. No part of the error may hold a secret. */
export async function failureAt(
  call: Call,
  port: number,
  fetchTimeoutMs = 30_000,
): Promise<ChainscreenError> {
  const url = `http://u5er:pa55word@127.0.0.1:${port}/v2/pathkey1234?apikey=querykey`
  const source = createEvmSource({ url, chainId: 1, tokens: [], fetchTimeoutMs })
  onTestFinished(() => source.close())
  const done = call === 'block' ? source.block(7) : source[call]()
  const error = await done.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof ChainscreenError)) throw new Error(`no ChainscreenError, but ${error}`)
  for (const text of [error.message, error.stack ?? '', ...error.details, JSON.stringify(error.cause) ?? ''])
    expect(text).not.toMatch(/u5er|pa55word|pathkey|querykey|dTVlcjpwYTU1d29yZA/)
  return error
}

export async function expectFailure(
  call: Call,
  changes: Record<string, Handler>,
  code: ErrorCode,
  text: RegExp,
) {
  const error = await failure(call, changes)
  expect(error.message).toMatch(text)
  expect(error.code).toBe(code)
}
