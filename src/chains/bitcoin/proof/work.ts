import type { NetworkFacts } from '../networks.ts'

/**
 * What is wrong with a block's proof of work, or `undefined`: its hash must not be above the target of its own bits, and
 * that not above what the network allows. Whether these were the bits that the chain demanded then is not looked at.
 *
 * Source: Bitcoin Core, src/pow.cpp, DeriveTarget and CheckProofOfWorkImpl.
 *
 * @param hash in RPC order, which is that of a number
 * @param bits of the header
 */
export function workFault(hash: string, bits: number, { powLimit }: NetworkFacts): string | undefined {
  const shown = `bits ${bits.toString(16).padStart(8, '0')}`
  const target = targetOf(bits)
  if (target <= 0n) return `${shown} are no target`
  if (target > powLimit) return `${shown} ask for less work than the network allows`
  return BigInt(`0x${hash}`) > target ? `the hash does not meet its own ${shown}` : undefined
}

/** The compact form: a byte of size, a sign, and 23 bits (src/arith_uint256.cpp, SetCompact). */
function targetOf(bits: number): bigint {
  const size = bits >>> 24
  const word = BigInt(bits & 0x7fffff)
  if ((bits & 0x800000) !== 0) return 0n
  return size <= 3 ? word >> BigInt(8 * (3 - size)) : word << BigInt(8 * (size - 3))
}
