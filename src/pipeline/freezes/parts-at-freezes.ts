import type { SourceBlock } from '../../chains/source.ts'

/**
 * Cuts a step behind each block that says something of frozen accounts: what comes after it has to be screened with
 * that. The parts are one after the other what the whole was.
 */
export function partsAtFreezes(blocks: readonly SourceBlock[]): SourceBlock[][] {
  const parts: SourceBlock[][] = []
  let part: SourceBlock[] = []
  for (const block of blocks) {
    part.push(block)
    if (block.freezes === undefined || block.freezes.length === 0) continue
    parts.push(part)
    part = []
  }
  if (part.length > 0) parts.push(part)
  return parts
}
