import { hexOf, type Keccak } from './keccak.ts'
import { RlpWriter } from './rlp.ts'

/** Root of a trie that holds nothing: the hash of an empty RLP string. */
export const emptyRoot = '0x56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421'

/**
 * The root of the Merkle Patricia trie that holds the items of a block (transactions, receipts, withdrawals) by
 * their position: keys are `rlp(0)`, `rlp(1)`, …. No such key begins another, so no branch has a value, and the
 * shape of the trie follows from `count` alone: each item is written right where its leaf is hashed, and only hashes
 * are kept.
 *
 * @param write puts item `index` in front of the empty writer. Called once for each, not in order.
 * @see https://ethereum.org/developers/docs/data-structures-and-encoding/patricia-merkle-trie/
 */
export function indexRoot(
  count: number,
  write: (index: number, writer: RlpWriter) => void,
  keccak: Keccak,
): string {
  if (count === 0) return emptyRoot
  const writer = new RlpWriter()
  const order = indexOrder(count)
  const keys = order.map(keyNibbles)

  /** What a parent holds of the node over `keys[from..to]`: its hash, or the node itself where that is shorter. */
  function reference(from: number, to: number, depth: number): Uint8Array {
    encode(from, to, depth)
    const { written } = writer
    return written.length < 32 ? Uint8Array.from(written) : keccak(written)
  }

  function encode(from: number, to: number, depth: number): void {
    const [first = [], last = []] = [keys[from], keys[to - 1]]
    if (to - from === 1) {
      writer.clear()
      write(order[from] ?? 0, writer)
      writer.wrap(0)
      writer.string(hexPrefix(first.slice(depth), true))
      writer.list(0)
      return
    }
    let shared = depth
    while (first[shared] === last[shared]) shared++
    if (shared > depth) {
      const child = reference(from, to, shared)
      writer.clear()
      writeReference(child, writer)
      writer.string(hexPrefix(first.slice(depth, shared), false))
      writer.list(0)
      return
    }
    const children: Uint8Array[] = []
    for (let begin = from; begin < to; ) {
      const nibble = keys[begin]?.[depth] ?? 0
      let end = begin + 1
      while (end < to && keys[end]?.[depth] === nibble) end++
      children[nibble] = reference(begin, end, depth + 1)
      begin = end
    }
    writer.clear()
    writer.byte(0x80)
    for (let nibble = 15; nibble >= 0; nibble--) writeReference(children[nibble], writer)
    writer.list(0)
  }

  encode(0, count, 0)
  return hexOf(keccak(writer.written))
}

function writeReference(node: Uint8Array | undefined, writer: RlpWriter): void {
  if (node === undefined) writer.byte(0x80)
  else if (node.length === 32) writer.string(node)
  else writer.raw(node)
}

/** Positions in the order of their keys: `rlp(0)` is 0x80, behind 0x01 to 0x7f. */
function indexOrder(count: number): number[] {
  const order = Array.from({ length: count }, (_, index) => index)
  order.splice(Math.min(count, 128) - 1, 0, ...order.splice(0, 1))
  return order
}

function keyNibbles(index: number): number[] {
  if (index === 0) return [8, 0]
  const hex = index.toString(16)
  const digits = hex.length % 2 === 0 ? hex : `0${hex}`
  const key = index < 0x80 ? digits : (0x80 + digits.length / 2).toString(16) + digits
  return Array.from(key, (digit) => Number.parseInt(digit, 16))
}

/** The compact form of a path: its parity and whether it ends in a leaf go into the first nibble. */
function hexPrefix(nibbles: readonly number[], leaf: boolean): Uint8Array {
  const odd = nibbles.length % 2
  const flag = (leaf ? 2 : 0) + odd
  const all = odd ? [flag, ...nibbles] : [flag, 0, ...nibbles]
  return Uint8Array.from({ length: all.length / 2 }, (_, i) => (all[2 * i] ?? 0) * 16 + (all[2 * i + 1] ?? 0))
}
