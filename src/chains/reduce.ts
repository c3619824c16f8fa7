import type { KeyTable } from '../screening/key-table.ts'
import type { OwnLookup } from '../screening/types.ts'
import { reduceBitcoin } from './bitcoin/extract-block.ts'
import { reduceEvm } from './evm/extract/extract.ts'
import type { SourceBlock } from './source.ts'

/**
 * What of a block may touch own addresses, for a thread that reads: of an EVM block the rest is left out, of a Bitcoin block, which is
 * bytes, the transactions are marked. `extract` finds the same in it, as long as nothing became own since: see `reducedFor`.
 *
 * @param own may be filled by another thread meanwhile.
 */
export function reduce(block: SourceBlock, own: KeyTable): SourceBlock {
  // Before the look-ups: what is added during them is not counted.
  const ownRevision = own.revision
  const lookup: OwnLookup = {
    mayHaveEvm: (hex) => own.mayHaveEvm(hex),
    mayHaveEvmTopic: (hex) => own.mayHaveEvmTopic(hex),
    mayHaveScript: (bytes, start, end) => own.mayHaveScript(bytes, start, end),
    has: (key) => own.mayHave(key),
  }
  const { content } = block
  switch (content.family) {
    case 'evm':
      return { ...block, ownRevision, content: reduceEvm(content, lookup) }
    case 'bitcoin':
      return { ...block, ownRevision, content: reduceBitcoin(content, lookup) }
    case 'made-up':
      return block
  }
}

/**
 * The block as it answers for all that is own up to a revision.
 *
 * @returns `null` where it lacks what it has to be asked for: it is to be read again.
 */
export function reducedFor(block: SourceBlock, ownRevision: number): SourceBlock | null {
  if (block.ownRevision === undefined || block.ownRevision >= ownRevision) return block
  const { ownRevision: _, ...rest } = block
  if (block.content.family !== 'bitcoin') return null
  const { candidates: __, ...content } = block.content
  return { ...rest, content }
}
