// A Bitcoin Core on regtest without a wallet: keys, coins and blocks are kept here, so that every run makes the
// same chain. Blocks are made with exactly the transactions given, in their order, past any mempool policy.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'

const genesisTime = Date.parse('2025-12-01T00:00:00Z') / 1000

/**
 * Starts the node; `stop` ends it and removes its folder. `restart` ends it, by its own command or by a signal, and starts
 * it again with what it has, and with other `options` where they are given; `whileDown` is called in between.
 */
export async function startBitcoind(path, options = []) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-demo-'))
  const port = await freePort()
  const args = [
    '-regtest',
    `-datadir=${folder}`,
    `-rpcport=${port}`,
    '-rest=1',
    '-server=1',
    '-listen=0',
    '-txindex=1',
  ]
  let bitcoind
  let exited
  const clock = { now: genesisTime }
  const url = `http://127.0.0.1:${port}`
  const cookie = join(folder, 'regtest', '.cookie')

  async function rpc(method, ...params) {
    const authorization = `Basic ${Buffer.from(readFileSync(cookie, 'utf8').trim()).toString('base64')}`
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })
    const response = await fetch(url, { method: 'POST', headers: { authorization }, body })
    const { result, error } = await response.json()
    if (error) throw new Error(`${method}: ${error.message}`)
    return result
  }

  const start = async (more) => {
    const moment = ['-printtoconsole=0', `-mocktime=${clock.now}`]
    bitcoind = spawn(path, [...args, ...moment, ...more], { stdio: ['ignore', 'ignore', 'inherit'] })
    exited = new Promise((resolve) => bitcoind.on('exit', resolve))
    for (let tries = 0; ; tries += 1) {
      const up = await rpc('getblockcount').then(
        () => true,
        () => false,
      )
      if (up) return
      if (tries > 100 || bitcoind.exitCode !== null) throw new Error('bitcoind does not start')
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
  const stop = async () => {
    await rpc('stop')
    await exited
    rmSync(folder, { recursive: true, force: true })
  }
  const restart = async ({ signal, more = options, whileDown } = {}) => {
    if (signal === undefined) await rpc('stop')
    else bitcoind.kill(signal)
    await exited
    whileDown?.()
    await start(more)
  }
  await start(options)
  return { url, cookie, rpc, stop, restart, ...chainTools(rpc, clock) }
}

function chainTools(rpc, clock) {
  const descriptors = new Map()

  /** The address of a key made from a name; `template` is a descriptor such as `wpkh(KEY)`. */
  async function address(template, name) {
    const wif = createBase58check(sha256).encode(
      Uint8Array.from([0xef, ...sha256(new TextEncoder().encode(`chainscreen demo: ${name}`)), 1]),
    )
    const bare = template.replace('KEY', wif)
    const { checksum } = await rpc('getdescriptorinfo', bare)
    const [made] = await rpc('deriveaddresses', `${bare}#${checksum}`)
    descriptors.set(made, `${bare}#${checksum}`)
    return made
  }

  /**
   * A signed transaction. Inputs are outputs of earlier ones (`{ tx, vout }`), outputs are `[address, sats]`, or
   * `['data', hex]` for OP_RETURN.
   */
  async function transaction(inputs, outputs) {
    const psbt = await rpc(
      'createpsbt',
      inputs.map(({ tx, vout }) => ({ txid: tx.txid, vout })),
      outputs.map(([to, sats]) => ({ [to]: to === 'data' ? sats : btc(sats) })),
    )
    const signers = inputs.map(({ tx, vout }) => descriptors.get(tx.outputs[vout][0]))
    const { hex, complete } = await rpc('descriptorprocesspsbt', psbt, [...new Set(signers)])
    if (!complete) throw new Error(`could not sign a transaction to ${outputs[0][0]}`)
    const { txid } = await rpc('decoderawtransaction', hex)
    return { txid, hex, outputs }
  }

  /** Mines one block, ten minutes after the one before. */
  async function mine(to, txs = []) {
    const height = (await rpc('getblockcount')) + 1
    clock.now = genesisTime + height * 600
    await rpc('setmocktime', clock.now)
    const { hash } = await rpc(
      'generateblock',
      to,
      txs.map(({ hex }) => hex),
    )
    for (;;) {
      const { txindex } = await rpc('getindexinfo')
      if (txindex.synced && txindex.best_block_height >= height) break
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return {
      height,
      hash,
      coinbase: { txid: (await rpc('getblock', hash)).tx[0], outputs: [[to, 5_000_000_000]] },
    }
  }

  return { address, transaction, mine }
}

function btc(sats) {
  return `${Math.floor(sats / 1e8)}.${String(sats % 1e8).padStart(8, '0')}`
}

function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
