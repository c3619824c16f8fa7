import { secp256k1 } from '@bitauth/libauth'
import { isSignedType, type RpcTransaction, typeOf } from '../types.ts'
import { writeSigned } from './encode-transaction.ts'
import { Findings, type Proof, type ProofRules } from './findings.ts'
import { hexOf, type Keccak } from './keccak.ts'
import { fieldFault, RlpWriter, type Served, servedFields } from './rlp.ts'
import { isUnsigned, proveHash, unknownTypes } from './transactions.ts'

/**
 * Proves who sent transactions: no root commits to `from`, but the signature does. Also proves their own hashes,
 * which counts where the block's `transactionsRoot` can't be proved: what a sender signed is his, wherever it stands.
 *
 * @param touching positions in the block of the transactions that touch an own address.
 */
export function proveSigners(
  transactions: readonly RpcTransaction[],
  touching: readonly number[],
  rules: ProofRules,
  keccak: Keccak,
): Proof {
  const findings = new Findings()
  for (const index of touching) {
    const tx = transactions[index]
    if (tx === undefined) continue
    const field = `transactions[${index}].from`
    const unknown = unknownTypes([tx])
    if (unknown !== undefined) {
      findings.leave(field, unknown)
      continue
    }
    proveHash(findings, index, tx, rules, keccak)
    // A type that nobody signs names its sender in what is hashed.
    if (!isSignedType(tx)) continue
    if (isUnsigned(tx))
      findings.leave(field, 'no signature to prove it by (such are the transactions that anvil impersonates)')
    else findings.check({ field, served: tx.from, compute: () => signerOf(tx, keccak) })
  }
  return findings
}

/**
 * The address whose key signed a transaction, or words where no key did. A tenth of a millisecond, which is
 * too much for all of a block: only for those that touch an own address. (libauth's libsecp256k1 in WebAssembly; the
 * library in viem takes ten times as long.)
 *
 * @throws EncodingFault where its type is not known or not signed, or a field is missing or malformed.
 */
export function signerOf(tx: RpcTransaction, keccak: Keccak): string {
  const writer = new RlpWriter()
  writeSigned(writer, tx)
  const hash = keccak(writer.written)
  const served = servedFields(tx)
  const publicKey = recover(hash, wordOf(served, 'r'), wordOf(served, 's'), parityOf(tx))
  if (publicKey === null) return 'no address (the signature is not valid)'
  return hexOf(keccak(publicKey.subarray(1)).subarray(12))
}

/** The uncompressed public key, or `null` where no key gives this signature. */
function recover(hash: Uint8Array, r: bigint, s: bigint, parity: number): Uint8Array | null {
  if (parity !== 0 && parity !== 1) return null
  const signature = Buffer.from(r.toString(16).padStart(64, '0') + s.toString(16).padStart(64, '0'), 'hex')
  // It answers with words where there is no such key.
  const key = secp256k1.recoverPublicKeyUncompressed(signature, parity, hash)
  return typeof key === 'string' ? null : key
}

/** Legacy: 27 or 28, or twice the chain id and 35 or 36 (EIP-155): odd and even tell the same in both. */
function parityOf(tx: RpcTransaction): number {
  const served = servedFields(tx)
  if (typeOf(tx) === 0) return Number((wordOf(served, 'v') + 1n) % 2n)
  return Number(wordOf(served, served.yParity === undefined || served.yParity === null ? 'v' : 'yParity'))
}

function wordOf(served: Served, name: string): bigint {
  const value = served[name]
  if (typeof value !== 'string' || !/^0x[0-9a-f]{1,64}$/i.test(value)) throw fieldFault(name, value)
  return BigInt(value)
}
