// What one would write instead: the client library everybody uses, its own types, and sets of addresses in memory. Without reorgs,
// proof, records, or addresses that no decoder knows. They count the alerts they would raise, so that nobody is quick for nothing.

import { readFileSync } from 'node:fs'
import { address, Block, networks } from 'bitcoinjs-lib'
import { createPublicClient, erc20Abi, formatTransactionReceipt, http, parseEventLogs } from 'viem'
import { inParallel, openWire, rpcCall } from './wire.mjs'

/** The addresses in the list that ships with the project, as it writes them. */
function listedAddresses(asset) {
  const text = readFileSync(new URL('../../data/lists/ofac-2025-11-19.csv', import.meta.url), 'utf8')
  const rows = text.split('\n').filter((row) => row.startsWith(`${asset},`))
  return rows.map((row) => row.split(',')[1])
}

/** viem: blocks with their transactions, receipts through its formatter, and Transfer logs through its ABI decoder. @returns the alerts. */
export async function usualEvm(url, { from, to, prefetch, own }) {
  const ours = new Set(own.map((each) => each.toLowerCase()))
  const listed = new Set(listedAddresses('ETH').map((each) => each.toLowerCase()))
  const client = createPublicClient({ transport: http(url) })
  const isAlert = (a, b) => (ours.has(a) && listed.has(b)) || (ours.has(b) && listed.has(a))
  let alerts = 0
  await inParallel(from, to, prefetch, async (height) => {
    const block = await client.getBlock({ blockNumber: BigInt(height), includeTransactions: true })
    const raw = await client.request({ method: 'eth_getBlockReceipts', params: [block.hash] })
    const receipts = raw.map((each) => formatTransactionReceipt(each))
    block.transactions.forEach((tx, i) => {
      const { logs, status } = receipts[i]
      if (status !== 'success') return
      const moves = parseEventLogs({ abi: erc20Abi, eventName: 'Transfer', logs, strict: false })
      const pairs = moves.map(({ args }) => [args.from?.toLowerCase(), args.to?.toLowerCase()])
      if (tx.value > 0n) pairs.push([tx.from.toLowerCase(), tx.to?.toLowerCase()])
      if (pairs.some(([a, b]) => isAlert(a, b))) alerts++
    })
  })
  return alerts
}

/** bitcoinjs-lib: raw blocks, and the address of every output. It does not see who pays. @returns payments to listed addresses. */
export async function usualBitcoin({ url, auth }, { from, to, prefetch, listed }) {
  const wire = openWire(url, { connections: prefetch, auth })
  let alerts = 0
  await inParallel(from, to, prefetch, async (height) => {
    const { result: hash } = await wire.json(wire.post(rpcCall('getblockhash', [height])))
    const { result: hex } = await wire.json(wire.post(rpcCall('getblock', [hash, 0])))
    for (const { outs } of Block.fromHex(hex).transactions ?? [])
      for (const { script } of outs) {
        const text = addressOf(script)
        if (text !== null && listed.has(text)) alerts++
      }
  })
  await wire.close()
  return alerts
}

/** `getblock 3` of Bitcoin Core: every address of inputs and outputs as text. @returns payments of own addresses to listed ones. */
export async function usualBitcoinVerbose({ url, auth }, { from, to, prefetch, own, listed }) {
  const ours = new Set(own)
  const wire = openWire(url, { connections: prefetch, auth })
  let alerts = 0
  await inParallel(from, to, prefetch, async (height) => {
    const { result: hash } = await wire.json(wire.post(rpcCall('getblockhash', [height])))
    const { result: block } = await wire.json(wire.post(rpcCall('getblock', [hash, 3])))
    for (const { vin, vout } of block.tx) {
      if (!vin.some(({ prevout }) => ours.has(prevout?.scriptPubKey.address))) continue
      alerts += vout.filter(({ scriptPubKey }) => listed.has(scriptPubKey.address)).length
    }
  })
  await wire.close()
  return alerts
}

function addressOf(script) {
  try {
    return address.fromOutputScript(script, networks.regtest)
  } catch {
    return null
  }
}
