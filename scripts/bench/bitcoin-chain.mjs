// A regtest chain of blocks full of transactions, made by bytes: no node, no wallet, no signatures. The blocks are
// valid, so that a real Bitcoin Core takes them by `submitblock`, and they are the same at every run.
//
// Payments go to P2PKH, P2SH, P2WPKH, P2WSH and P2TR; coins are spent from P2WSH scripts that anybody may spend, with
// a witness as long as that of a P2WPKH input.

import { createCipheriv } from 'node:crypto'
import { createWriteStream, readFileSync } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import { createGzip } from 'node:zlib'
import { keyBytes, makeKey } from '../../dist/address/key.js'
import { parseAddress } from '../../dist/address/parse.js'
import { addressText } from '../../dist/address/text.js'
import { bitcoinBlock, compactSize, rpcHex, sha256, transaction } from './bitcoin-bytes.mjs'

const genesis = {
  hash: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
  block:
    '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f2002000000010100000001000000000000000000000000000000000000000000000000000000000000000' +
    '0ffffffff4d04ffff001d0104455468652054696d65732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000',
  time: 1296688602,
}
const fanOut = 2500
const blocksPerListed = 5

/**
 * Writes a recording of the chain to `out`.
 *
 * @param options.touched how many transactions of each block are own ones: one in five is a withdrawal.
 * @returns the heights of the full blocks, the own and the listed addresses, and how many withdrawals go to listed ones: in all, and up to a height.
 */
export async function makeBitcoinChain({ out, blocks, txs, own: ownCount, touched }) {
  const random = randomBytes('chainscreen bench')
  const coins = []
  const ownCoins = []
  const own = ownScripts(random, ownCount)
  const listed = listedScripts()
  const coinbases = Math.ceil((txs * 1.5 + blocks * txs * 0.5) / fanOut)
  const lines = []
  let tip = { hash: Buffer.from(genesis.hash, 'hex').reverse(), height: 0, time: genesis.time }
  let counter = 0
  const listedAt = []
  let deposits = 0
  const withdrawalsPerBlock = Math.floor(touched / 5)
  const depositsPerBlock = touched - withdrawalsPerBlock

  /** A coin that anybody may spend; every one has a script of its own. */
  const openScript = () => {
    const number = Buffer.alloc(4)
    number.writeUInt32LE(counter++)
    // PUSH(4) OP_DROP OP_2DROP OP_TRUE: takes the place of a signature and a public key.
    const witnessScript = Buffer.concat([Buffer.of(4), number, Buffer.of(0x75, 0x6d, 0x51)])
    return { script: Buffer.concat([Buffer.of(0, 32), sha256(witnessScript)]), witnessScript }
  }
  const spend = (coin) => ({ ...coin, witness: [random(72), random(33), coin.witnessScript] })

  const mine = (transactions) => {
    const made = bitcoinBlock({
      parent: tip,
      time: tip.time + 600,
      pay: openScript(),
      subsidy: 5_000_000_000n >> BigInt(Math.floor((tip.height + 1) / 150)),
      transactions,
    })
    lines.push(recordedBlock(made, transactions))
    tip = made
    return made
  }

  lines.push(recordedGenesis())
  const rewards = []
  for (let i = 0; i < 100 + coinbases; i++) rewards.push(mine([]).reward)
  for (let i = 0; i < coinbases; i += 7) {
    const fans = rewards.slice(i, Math.min(i + 7, coinbases)).map((reward) => {
      const outputs = Array.from({ length: fanOut }, () => ({
        value: reward.value / BigInt(fanOut),
        ...openScript(),
      }))
      return transaction([spend(reward)], outputs)
    })
    mine(fans)
    for (const fan of fans) coins.push(...fan.coins)
  }
  const from = tip.height + 1
  let next = 0
  for (let b = 0; b < blocks; b++) {
    const made = []
    for (let i = 1; i < txs; i++) {
      const deposit = i % Math.floor(txs / depositsPerBlock) === 0
      const withdrawal = i <= withdrawalsPerBlock && ownCoins.length > 0
      const inputs = withdrawal
        ? [ownCoins.shift()]
        : [coins[next++], ...(i % 2 === 0 ? [coins[next++]] : [])]
      const value = inputs.reduce((sum, coin) => sum + coin.value, 0n)
      const paysListed = withdrawal && i === 1 && b % blocksPerListed === 0
      if (paysListed) listedAt.push(tip.height + 1)
      const payee = paysListed
        ? { script: listed[listedAt.length % listed.length] }
        : deposit
          ? own[deposits++ % own.length]
          : { script: anyScript(random, made.length) }
      const change = withdrawal ? own.find(({ witnessScript }) => witnessScript) : openScript()
      made.push(
        transaction(inputs.map(spend), [
          { value: (value * 2n) / 5n, ...payee },
          { value: (value * 3n) / 5n - 200n, ...change },
        ]),
      )
    }
    mine(made)
    const ours = new Set(own.map(({ script }) => script))
    for (const coin of made.flatMap((tx) => tx.coins)) {
      if (coin.witnessScript === undefined) continue
      if (!ours.has(coin.script)) coins.push(coin)
      else if (coin.value > 100_000n) ownCoins.push(coin)
    }
  }
  lines.push({
    kind: 'view',
    from,
    hashes: lines.slice(from).map(({ hash }) => hash),
    finalized: null,
  })
  const header = {
    format: 'chainscreen-recording',
    version: 1,
    family: 'bitcoin',
    network: 'regtest',
    client: '/Satoshi:30.0.0/',
    genesisHash: genesis.hash,
    caip2: `bip122:${genesis.hash.slice(0, 32)}`,
  }
  const text = function* () {
    for (const line of [header, ...lines]) yield `${JSON.stringify(line)}\n`
  }
  await pipeline(text(), createGzip({ level: 1 }), createWriteStream(out))
  const listedUpTo = (height) => listedAt.filter((each) => each <= height).length
  const textOf = (script) => addressText(makeKey('bitcoin', script), 'regtest')
  const addresses = own.map(({ script }) => textOf(script))
  return {
    from,
    to: tip.height,
    own: addresses,
    listedAddresses: listed.map(textOf),
    listed: listedAt.length,
    listedUpTo,
  }
}

function recordedGenesis() {
  return {
    kind: 'block',
    height: 0,
    hash: genesis.hash,
    parentHash: '0'.repeat(64),
    header: headerJson({
      hash: genesis.hash,
      height: 0,
      time: genesis.time,
      txs: 1,
      raw: Buffer.from(genesis.block, 'hex'),
    }),
    block: Buffer.from(genesis.block, 'hex').toString('base64'),
    spent: Buffer.from('0100', 'hex').toString('base64'),
  }
}

function recordedBlock(made, transactions) {
  const spent = [compactSize(transactions.length + 1), Buffer.of(0)]
  for (const { inputs } of transactions) {
    spent.push(compactSize(inputs.length))
    for (const { value, script } of inputs) {
      const amount = Buffer.alloc(8)
      amount.writeBigInt64LE(value)
      spent.push(amount, compactSize(script.length), script)
    }
  }
  const hash = rpcHex(made.hash)
  const parentHash = rpcHex(made.parentHash)
  return {
    kind: 'block',
    height: made.height,
    hash,
    parentHash,
    header: headerJson({ ...made, hash, parentHash, txs: transactions.length + 1 }),
    block: made.raw.toString('base64'),
    spent: Buffer.concat(spent).toString('base64'),
  }
}

function headerJson({ hash, height, time, txs, parentHash, raw }) {
  return JSON.stringify({
    hash,
    height,
    version: raw.readInt32LE(0),
    merkleroot: Buffer.from(raw.subarray(36, 68)).reverse().toString('hex'),
    nonce: raw.readUInt32LE(76),
    time,
    mediantime: Math.max(genesis.time, time - 3000),
    bits: '207fffff',
    difficulty: 4.656542373906925e-10,
    chainwork: (2 * (height + 1)).toString(16).padStart(64, '0'),
    nTx: txs,
    ...(parentHash === undefined ? {} : { previousblockhash: parentHash }),
  })
}

/** The five kinds of script that most outputs have, with hashes that nobody knows the key of. */
function anyScript(random, index) {
  switch (index % 5) {
    case 0:
      return Buffer.concat([Buffer.of(0x76, 0xa9, 20), random(20), Buffer.of(0x88, 0xac)])
    case 1:
      return Buffer.concat([Buffer.of(0xa9, 20), random(20), Buffer.of(0x87)])
    case 2:
      return Buffer.concat([Buffer.of(0x51, 32), random(32)])
    case 3:
      return Buffer.concat([Buffer.of(0, 32), random(32)])
    default:
      return Buffer.concat([Buffer.of(0, 20), random(20)])
  }
}

/** One own address in ten can be spent from, which makes the withdrawals. */
function ownScripts(random, count) {
  return Array.from({ length: count }, (_, index) => {
    if (index % 10 !== 0) return { script: anyScript(random, index) }
    const witnessScript = Buffer.concat([Buffer.of(4), random(4), Buffer.of(0x75, 0x6d, 0x51)])
    return { script: Buffer.concat([Buffer.of(0, 32), sha256(witnessScript)]), witnessScript }
  })
}

/** Scripts of the Bitcoin addresses in the list that ships with the project. */
function listedScripts() {
  const rows = readFileSync(new URL('../../data/lists/ofac-2025-11-19.csv', import.meta.url), 'utf8').split(
    '\n',
  )
  return rows
    .filter((row) => row.startsWith('XBT,'))
    .map((row) => parseAddress(row.split(',')[1]))
    .filter((parsed) => parsed.ok && parsed.key.startsWith('bitcoin:'))
    .map(({ key }) => Buffer.from(keyBytes(key)))
}

/** Bytes that look random and are the same at every run. */
function randomBytes(seed) {
  const stream = createCipheriv('aes-256-ctr', sha256(Buffer.from(seed)), Buffer.alloc(16))
  return (length) => stream.update(Buffer.alloc(length))
}
