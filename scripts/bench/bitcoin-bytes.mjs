// Transactions and blocks in Bitcoin's serialisation, as far as the benchmark's chain needs them.

import { createHash } from 'node:crypto'

export const sha256 = (bytes) => createHash('sha256').update(bytes).digest()
export const hash256 = (bytes) => sha256(sha256(bytes))
/** A hash as RPC writes it. */
export const rpcHex = (hash) => Buffer.from(hash).reverse().toString('hex')

export function compactSize(size) {
  if (size < 0xfd) return Buffer.of(size)
  const bytes = Buffer.alloc(size > 0xffff ? 5 : 3)
  bytes[0] = size > 0xffff ? 0xfe : 0xfd
  bytes.writeUIntLE(size, 1, bytes.length - 1)
  return bytes
}

const version = u32(2)
const lockTime = u32(0)

/**
 * A segwit transaction. Inputs: `{ txid, vout, value, script, witness }`, outputs: `{ value, script, … }`.
 * `coins` are its outputs as inputs of later ones, with whatever else the output carries.
 */
export function transaction(inputs, outputs) {
  const body = [compactSize(inputs.length)]
  for (const { txid, vout } of inputs) body.push(txid, u32(vout), Buffer.of(0), u32(0xfffffffd))
  body.push(compactSize(outputs.length))
  for (const { value, script } of outputs) body.push(u64(value), compactSize(script.length), script)
  return finished(inputs, outputs, Buffer.concat(body))
}

function coinbase(height, output, commitment) {
  const outputs = [
    output,
    { value: 0n, script: Buffer.concat([Buffer.from('6a24aa21a9ed', 'hex'), commitment]) },
  ]
  // BIP 34: the height comes first. At least two bytes are asked for: an empty push follows.
  const script = Buffer.concat([heightPush(height), Buffer.of(0)])
  const body = [Buffer.of(1), Buffer.alloc(32), u32(0xffffffff), compactSize(script.length), script]
  body.push(u32(0xffffffff), Buffer.of(outputs.length))
  for (const each of outputs) body.push(u64(each.value), compactSize(each.script.length), each.script)
  return finished([{ witness: [Buffer.alloc(32)] }], outputs, Buffer.concat(body))
}

function finished(inputs, outputs, body) {
  const txid = hash256(Buffer.concat([version, body, lockTime]))
  const witnesses = inputs.flatMap(({ witness }) => [
    compactSize(witness.length),
    ...witness.flatMap((item) => [compactSize(item.length), item]),
  ])
  const raw = Buffer.concat([version, Buffer.of(0, 1), body, ...witnesses, lockTime])
  return { raw, txid, inputs, coins: outputs.map((output, vout) => ({ ...output, txid, vout })) }
}

/** The next block of a regtest chain, with its proof of work. `reward` is what its coinbase pays. */
export function bitcoinBlock({ parent, time, pay, subsidy, transactions }) {
  const height = parent.height + 1
  // BIP 141: the commitment is over the witness root and the coinbase's own witness, 32 zeros here.
  const witnessRoot = merkleRoot([Buffer.alloc(32), ...transactions.map(({ raw }) => hash256(raw))])
  const commitment = hash256(Buffer.concat([witnessRoot, Buffer.alloc(32)]))
  const first = coinbase(height, { value: subsidy, ...pay }, commitment)
  const root = merkleRoot([first.txid, ...transactions.map(({ txid }) => txid)])
  const header = Buffer.concat([u32(0x20000000), parent.hash, root, u32(time), u32(0x207fffff), u32(0)])
  let hash = hash256(header)
  // The target is 7fffff00…: every second hash does.
  for (let nonce = 1; hash[31] > 0x7f || tooLarge(hash); nonce++) {
    header.writeUInt32LE(nonce, 76)
    hash = hash256(header)
  }
  const raw = Buffer.concat([
    header,
    compactSize(transactions.length + 1),
    first.raw,
    ...transactions.map((tx) => tx.raw),
  ])
  return { height, hash, parentHash: parent.hash, time, raw, reward: first.coins[0] }
}

function tooLarge(hash) {
  return hash[31] === 0x7f && hash[30] === 0xff && hash[29] === 0xff
}

function merkleRoot(hashes) {
  let level = hashes
  while (level.length > 1) {
    const above = []
    for (let i = 0; i < level.length; i += 2)
      above.push(hash256(Buffer.concat([level[i], level[i + 1] ?? level[i]])))
    level = above
  }
  return level[0]
}

function heightPush(height) {
  if (height <= 16) return Buffer.of(0x50 + height)
  // A script number: little-endian, with a zero byte behind where the highest bit is set.
  const bytes = []
  for (let rest = height; rest > 0; rest >>= 8) bytes.push(rest & 0xff)
  if (bytes.at(-1) > 0x7f) bytes.push(0)
  return Buffer.of(bytes.length, ...bytes)
}

function u32(value) {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32LE(value)
  return bytes
}

function u64(value) {
  const bytes = Buffer.alloc(8)
  bytes.writeBigInt64LE(value)
  return bytes
}
