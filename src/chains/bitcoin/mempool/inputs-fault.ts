import { createHash } from 'node:crypto'
import { judgeInput } from '../proof/revealed.ts'
import type { Span } from '../proof/spent-inputs.ts'
import type { Transaction } from '../transaction.ts'

/** A transaction that waits would be mined under today's rules. */
const rules = { segwit: true, taproot: true }

/** What is wrong with what the inputs of a transaction are said to spend, as in a block; `undefined` where nothing is. */
export function inputsFault({ inputs }: Transaction): string | undefined {
  for (const [input, { script, scriptSig, witness }] of inputs.entries()) {
    // All that an input reveals are views into the bytes of its transaction.
    const bytes = new Uint8Array(scriptSig.buffer)
    const top = witness.slice(-3).reverse().map(spanOf)
    const spend = { scriptSig: spanOf(scriptSig), witness: { items: witness.length, top }, script }
    const { expectedHashes, problem } = judgeInput(bytes, { tx: 0, input, ...spend }, rules)
    if (problem !== undefined) return problem
    for (const expected of expectedHashes) {
      const { start, end } = expected.revealed
      const sha256 = createHash('sha256').update(bytes.subarray(start, end)).digest()
      const wanted = expected.hash.length === 20 ? createHash('ripemd160').update(sha256).digest() : sha256
      if (!wanted.equals(expected.hash)) return expected.problem
    }
  }
  return undefined
}

function spanOf({ byteOffset, byteLength }: Uint8Array): Span {
  return { start: byteOffset, end: byteOffset + byteLength }
}
