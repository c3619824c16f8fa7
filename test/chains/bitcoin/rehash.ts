import { Block } from 'bitcoinjs-lib'
import type { BuiltBlock } from './build-block.ts'

/** A block whose transactions were changed, with a header that fits them again, mined for regtest. */
export function rehash(
  built: Pick<BuiltBlock, 'block' | 'spent'>,
): Pick<BuiltBlock, 'block' | 'spent' | 'hash'> {
  const block = Block.fromBuffer(built.block)
  block.merkleRoot = Block.calculateMerkleRoot(block.transactions ?? [])
  while ((block.getHash()[31] ?? 0) >= 0x80) block.nonce += 1
  return { block: Buffer.from(block.toBuffer()), spent: built.spent, hash: block.getId() }
}
