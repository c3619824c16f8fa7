import { createHash } from 'node:crypto'
import { type Key, makeKey } from '../../../src/address/key.ts'

/** Made-up scripts of every form, told apart by a seed. */

export function digest(seed: string, length: number): Buffer {
  return createHash('sha512').update(seed).digest().subarray(0, length)
}

export const p2wpkh = (seed: string): Buffer => Buffer.concat([Buffer.from('0014', 'hex'), digest(seed, 20)])
export const p2pkh = (seed: string): Buffer => p2pkhOf(digest(seed, 20))
export const p2tr = (seed: string): Buffer => Buffer.concat([Buffer.from('5120', 'hex'), digest(seed, 32)])
export const p2a = Buffer.from('51024e73', 'hex')
export const opReturn = Buffer.from('6a0568656c6c6f', 'hex')

export const publicKey = (seed: string): Buffer => Buffer.concat([Buffer.from('02', 'hex'), digest(seed, 32)])

export function p2pk(key: Buffer): Buffer {
  return Buffer.concat([Buffer.from([key.length]), key, Buffer.from('ac', 'hex')])
}

/** Bare 1-of-n. */
export function multisig(keys: readonly Buffer[]): Buffer {
  const pushes = keys.map((key) => Buffer.concat([Buffer.from([key.length]), key]))
  return Buffer.concat([Buffer.from('51', 'hex'), ...pushes, Buffer.from([0x50 + keys.length, 0xae])])
}

export function p2pkhOf(hash: Buffer): Buffer {
  return Buffer.concat([Buffer.from('76a914', 'hex'), hash, Buffer.from('88ac', 'hex')])
}

export function p2wpkhOf(hash: Buffer): Buffer {
  return Buffer.concat([Buffer.from('0014', 'hex'), hash])
}

export function p2shOf(script: Buffer): Buffer {
  return Buffer.concat([Buffer.from('a914', 'hex'), hash160(script), Buffer.from('87', 'hex')])
}

export function hash160(bytes: Buffer): Buffer {
  return createHash('ripemd160').update(createHash('sha256').update(bytes).digest()).digest()
}

export const key = (script: Uint8Array): Key => makeKey('bitcoin', script)
