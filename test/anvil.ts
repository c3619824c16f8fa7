import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'

const binary = fileURLToPath(new URL('../node_modules/.bin/anvil', import.meta.url))

export interface AnvilOptions {
  /** More command-line arguments, such as `['--no-mining']`. */
  args?: readonly string[]
  /** Default 31337. */
  chainId?: number
}

export interface AnvilReceipt {
  /** `0x1` or `0x0`. */
  status: string
  blockNumber: string
  contractAddress: `0x${string}` | null
}

export interface Anvil {
  url: string
  /** One JSON-RPC call; rejects with the node's message where it answers an error. */
  rpc<T = unknown>(method: string, ...params: unknown[]): Promise<T>
  /** The receipt of a transaction, once it is mined: anvil answers a transaction's hash before its block is there. */
  receipt(hash: string): Promise<AnvilReceipt>
  /** Ends this anvil, and resolves when its process is gone. */
  stop(): Promise<void>
}

/** A real node with an empty chain of its own, ready to be asked. Who starts it stops it. */
export async function startAnvil({ args = [], chainId = 31337 }: AnvilOptions = {}): Promise<Anvil> {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const child = spawn(
    process.execPath,
    [binary, '--port', String(port), '--chain-id', String(chainId), '--silent', ...args],
    { stdio: 'ignore' },
  )
  const rpc = <T>(method: string, ...params: unknown[]) => call<T>(url, method, params)
  try {
    await ready(child, () => rpc('web3_clientVersion'))
  } catch (error) {
    await stop(child)
    throw error
  }
  return {
    url,
    rpc,
    receipt: (hash) => mined(() => rpc<AnvilReceipt | null>('eth_getTransactionReceipt', hash)),
    stop: () => stop(child),
  }
}

/** Asks until it answers; gives up when the process ended, or after 30 s. */
async function ready(child: ChildProcess, ask: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + 30_000
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error('anvil ended before it was ready')
    try {
      await ask()
      return
    } catch (error) {
      if (Date.now() > deadline) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

/** Asks until there is one; gives up after 30 s. */
async function mined<T>(ask: () => Promise<T | null>): Promise<T> {
  const deadline = Date.now() + 30_000
  for (;;) {
    const receipt = await ask()
    if (receipt !== null) return receipt
    if (Date.now() > deadline) throw new Error('not mined')
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

async function call<T>(url: string, method: string, params: readonly unknown[]): Promise<T> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  const { result, error } = (await response.json()) as { result?: T; error?: { message: string } }
  if (error) throw new Error(`${method}: ${error.message}`)
  return result as T
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('no free port')
  return address.port
}
