// Keys made from names, the scripts over them, and transactions between any scripts, signed by the node.

import { sha256 } from '@noble/hashes/sha2.js'
import { createBase58check } from '@scure/base'
import { Transaction } from 'bitcoinjs-lib'
import { keyBytes, makeKey } from '../dist/address/key.js'
import { parseAddress } from '../dist/address/parse.js'
import { addressText } from '../dist/address/text.js'

const base58 = createBase58check(sha256)

/** @param compressed whether the public key is written in 33 bytes */
export function wif(name, compressed = true) {
  const secret = sha256(new TextEncoder().encode(`chainscreen shapes: ${name}`))
  return base58.encode(Uint8Array.from([0xef, ...secret, ...(compressed ? [1] : [])]))
}

export function keysOf(rpc) {
  const descriptors = new Map()

  async function publicKey(name, compressed = true) {
    const { descriptor } = await rpc('getdescriptorinfo', `pk(${wif(name, compressed)})`)
    return Buffer.from(/^pk\(([0-9a-f]+)\)/.exec(descriptor)[1], 'hex')
  }

  /** Remembers how to spend a script. */
  async function known(script, descriptor) {
    const { checksum } = await rpc('getdescriptorinfo', descriptor)
    descriptors.set(script.toString('hex'), `${descriptor}#${checksum}`)
    return script
  }

  /** The script of a descriptor that has an address; `KEY` stands for the key of that name. */
  async function script(template, name, compressed = true) {
    const descriptor = template.replace('KEY', wif(name, compressed))
    const { checksum } = await rpc('getdescriptorinfo', descriptor)
    const [address] = await rpc('deriveaddresses', `${descriptor}#${checksum}`)
    const made = Buffer.from(keyBytes(parseAddress(address).key))
    descriptors.set(made.toString('hex'), `${descriptor}#${checksum}`)
    return made
  }

  async function p2pk(name, compressed = true) {
    const key = await publicKey(name, compressed)
    return known(Buffer.from([key.length, ...key, 0xac]), `pk(${wif(name, compressed)})`)
  }

  /** Bare 1-of-2. */
  async function bareMultisig(name, other) {
    const keys = [await publicKey(name), await publicKey(other)]
    const pushes = keys.flatMap((key) => [key.length, ...key])
    return known(Buffer.from([0x51, ...pushes, 0x52, 0xae]), `multi(1,${wif(name)},${wif(other)})`)
  }

  /** Inputs `{ tx, vout }` of earlier transactions, outputs `[script, sats]`. Scripts without a descriptor need no signature. */
  async function transaction(inputs, outputs) {
    const tx = new Transaction()
    tx.version = 2
    for (const { tx: parent, vout } of inputs)
      tx.addInput(Buffer.from(parent.txid, 'hex').reverse(), vout, 0xfffffffd)
    for (const [to, sats] of outputs) tx.addOutput(to, BigInt(sats))
    const signers = inputs.map(({ tx: parent, vout }) =>
      descriptors.get(parent.outputs[vout][0].toString('hex')),
    )
    const known = [...new Set(signers.filter((each) => each !== undefined))]
    if (known.length === 0) return { txid: tx.getId(), hex: tx.toHex(), outputs }
    const psbt = await rpc('converttopsbt', tx.toHex())
    const { hex, complete } = await rpc('descriptorprocesspsbt', psbt, known)
    if (!complete) throw new Error('could not sign a transaction')
    const { txid } = await rpc('decoderawtransaction', hex)
    return { txid, hex, outputs }
  }

  return { script, p2pk, bareMultisig, transaction }
}

export function addressOf(script) {
  return addressText(makeKey('bitcoin', script), 'regtest')
}
