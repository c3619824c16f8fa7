import { onTestFinished } from 'vitest'
import type { Recording } from '../../../src/chains/recording/recording.ts'
import {
  createReplayNode,
  type ReplayNode,
  type ReplayNodeOptions,
} from '../../../src/chains/recording/replay-node.ts'

export interface TestNode extends ReplayNode {
  /** One call; the whole answer. */
  rpc(
    method: string,
    ...params: unknown[]
  ): Promise<{ result?: unknown; error?: { code: number; message: string } }>
  /** The text of the answer to a body. */
  post(body: string): Promise<{ status: number; text: string }>
  get(path: string): Promise<{ status: number; body: Buffer }>
}

/** A replay node that is closed when the test ends. */
export async function playing(source: Recording | string, options?: ReplayNodeOptions): Promise<TestNode> {
  const node = await createReplayNode(source, options)
  onTestFinished(() => node.close())
  const post = async (body: string) => {
    const response = await fetch(node.url, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json' },
    })
    return { status: response.status, text: await response.text() }
  }
  return {
    ...node,
    post,
    rpc: async (method, ...params) => {
      const { text } = await post(JSON.stringify({ jsonrpc: '2.0', id: 7, method, params }))
      return JSON.parse(text) as Awaited<ReturnType<TestNode['rpc']>>
    },
    get: async (path) => {
      const response = await fetch(node.url + path)
      return { status: response.status, body: Buffer.from(await response.arrayBuffer()) }
    },
  }
}
