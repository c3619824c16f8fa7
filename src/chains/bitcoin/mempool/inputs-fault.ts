import { createHash } from 'node:crypto'
import { judgeInput } from '../proof/shown.ts'
import type { Span } from '../proof/spent-inputs.ts'
import type { Transaction } from '../transaction.ts'

/** A transaction that waits would be mined under today's rules. */
const rules = { segwit: true, taproot: true }

/** What is wrong with what the inputs of a transaction are said to spend, as in a block; `undefined` where nothing is. */
export function inputsFault({ inputs }: Transaction): string | undefined {
  for (const [input, { script, scriptSig, witness }] of inputs.entries()) {
    // All that an input shows are views into the bytes of its transaction.
    const bytes = new Uint8Array(scriptSig.buffer)
    const top = witness.slice(-3).reverse().map(spanOf)
    const shown = { scriptSig: spanOf(scriptSig), witness: { items: witness.length, top }, script }
    const { demands, problem } = judgeInput(bytes, { tx: 0, input, ...shown }, rules)
    if (problem !== undefined) return problem
    for (const demand of demands) {
      const { start, end } = demand.shown
      const sha256 = createHash('sha256').update(bytes.subarray(start, end)).digest()
      const wanted = demand.hash.length === 20 ? createHash('ripemd160').update(sha256).digest() : sha256
      if (!wanted.equals(demand.hash)) return demand.problem
    }
  }
  return undefined
}

function spanOf({ byteOffset, byteLength }: Uint8Array): Span {
  return { start: byteOffset, end: byteOffset + byteLength }
}
