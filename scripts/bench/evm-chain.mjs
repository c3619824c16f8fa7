// Blocks in a live anvil: payments, token transfers, and calls that write several logs.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hex, startAnvil } from '../make-demo-evm-node.mjs'

/**
 * Writes one ERC-20 Transfer log for each three words (from, to, amount) it is called with:
 * for (i = 0; calldatasize > i; i += 96) { mstore(0, calldata[i + 64]); log3(0, 32, Transfer, calldata[i], calldata[i + 32]) }
 */
const tokenCode =
  '0x5f5b803611156042578060400135' +
  '5f528060200135' +
  '81357fddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef60205fa3606001600156' +
  '5b00'
const blocksPerListed = 10

/**
 * Starts anvil and mines the chain.
 *
 * @param options.touched how many transactions of each block pay own addresses.
 *
 * @returns the node, its tokens, the heights of the full blocks, the own addresses, and how many deposits are listed ones.
 */
export async function startEvmChain({ blocks, txs, own: ownCount, touched }) {
  const senders = Array.from({ length: txs }, (_, index) => address(`sender ${index}`))
  const own = Array.from({ length: ownCount }, (_, index) => address(`own ${index}`))
  const listed = listedAddresses()
  const tokens = Array.from({ length: 5 }, (_, index) => address(`token ${index}`))
  const anvil = await startAnvil([...senders, ...listed])
  for (const token of tokens) await anvil.rpc('anvil_setCode', token, tokenCode)
  const from = Number(await anvil.rpc('eth_blockNumber')) + 1
  let deposits = 0
  let listedDeposits = 0
  for (let b = 0; b < blocks; b++) {
    const calls = senders.map((sender, index) => {
      const paysOwn = index < touched
      const isListed = index === 0 && b % blocksPerListed === 0
      if (isListed) listedDeposits++
      const to = paysOwn ? own[deposits++ % own.length] : address(`payee ${b} ${index}`)
      const payer = isListed ? listed[listedDeposits % listed.length] : sender
      return anvil.prepared({ from: payer, ...move(payer, to, index, tokens) })
    })
    const requests = calls.map((tx, id) => ({
      jsonrpc: '2.0',
      id,
      method: 'eth_sendTransaction',
      params: [tx],
    }))
    const answers = await (
      await fetch(anvil.url, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(requests),
      })
    ).json()
    const refused = answers.find(({ error }) => error)
    if (refused) throw new Error(`anvil refused a transaction: ${refused.error.message}`)
    await anvil.rpc('evm_mine')
  }
  const latest = await anvil.rpc('eth_getBlockByNumber', 'latest', false)
  if (latest.transactions.length !== txs)
    throw new Error(`the last block has ${latest.transactions.length} transactions`)
  return { anvil, from, to: Number(latest.number), own, tokens, listed: listedDeposits }
}

/** Of twenty: six payments, nine token transfers, five calls with six logs. */
function move(from, to, index, tokens) {
  const kind = index % 20
  if (kind % 3 === 0 && kind < 18) return { to, value: hex(1_000_000 + index) }
  const token = tokens[index % tokens.length]
  const log = (a, b) => [a, b, hex(1_000_000 + index)].map(word).join('')
  if (kind % 4 !== 2) return { to: token, data: `0x${log(from, to)}` }
  const hops = ['a', 'b', 'c', 'd', 'e'].map((name) => address(`hop ${name} ${index}`))
  const path = [from, ...hops, to]
  return { to: token, data: `0x${hops.map((hop, i) => log(path[i], hop)).join('')}${log(hops.at(-1), to)}` }
}

function word(value) {
  return value.slice(2).padStart(64, '0')
}

function address(name) {
  return `0x${createHash('sha256').update(`chainscreen bench: ${name}`).digest('hex').slice(0, 40)}`
}

/** The EVM addresses in the list that ships with the project. */
function listedAddresses() {
  const text = readFileSync(new URL('../../data/lists/ofac-2025-11-19.csv', import.meta.url), 'utf8')
  const found = text
    .split('\n')
    .filter((row) => row.startsWith('ETH,'))
    .map((row) => row.split(',')[1])
  return [...new Set(found.map((each) => each.toLowerCase()))].slice(0, 30)
}
