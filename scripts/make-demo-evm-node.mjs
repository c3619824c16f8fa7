// An anvil that mines on demand, where anybody may send as anybody, with clocks and nonces under control, so that
// every run makes the same chain.

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { parseEther } from 'viem'

const binary = fileURLToPath(new URL('../node_modules/.bin/anvil', import.meta.url))
export const genesisTime = '2025-12-01T00:00:00Z'

/** Starts the node; `people` are rich and can send. */
export async function startAnvil(people) {
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const args = [
    '--port',
    port,
    '--no-mining',
    '--order',
    'fifo',
    '--timestamp',
    Date.parse(genesisTime) / 1000,
  ]
  args.push('--slots-in-an-epoch', 3, '--accounts', 1)
  const anvil = spawn(process.execPath, [binary, ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise((resolve, reject) => {
    anvil.stdout.on('data', (text) => String(text).includes('Listening on') && resolve())
    anvil.on('exit', () => reject(new Error('anvil ended')))
  })

  async function rpc(method, ...params) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    })
    const { result, error } = await response.json()
    if (error) throw new Error(`${method}: ${error.message} ${JSON.stringify(params)}`)
    return result
  }

  await rpc('anvil_setBlockTimestampInterval', 12)
  for (const address of people) {
    await rpc('anvil_setBalance', address, hex(parseEther('1000')))
    await rpc('anvil_impersonateAccount', address)
  }

  const nonces = new Map()
  /** Everything fixed, so that a transaction's hash is the same on both branches of a reorg. */
  const prepared = (tx) => {
    const nonce = nonces.get(tx.from) ?? 0
    nonces.set(tx.from, nonce + 1)
    return {
      type: '0x2',
      chainId: hex(31337),
      gas: hex(500_000),
      maxFeePerGas: hex(5_000_000_000),
      maxPriorityFeePerGas: hex(1_000_000_000),
      value: '0x0',
      data: '0x',
      nonce: hex(nonce),
      ...tx,
    }
  }

  /** Mines one block of exactly these transactions. */
  async function mine(txs) {
    const sent = []
    for (const tx of txs.map(prepared)) sent.push({ tx, hash: await rpc('eth_sendTransaction', tx) })
    await rpc('evm_mine')
    const { number, hash, transactions } = await rpc('eth_getBlockByNumber', 'latest', false)
    if (transactions.join() !== sent.map((each) => each.hash).join())
      throw new Error(`block ${number} is not what was sent`)
    return { height: Number(number), hash, sent }
  }

  return { url, rpc, nonces, prepared, mine, stop: () => anvil.kill() }
}

export function hex(number) {
  return `0x${number.toString(16)}`
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
