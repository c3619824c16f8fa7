import type { BlockIndex } from '../block-index.ts'
import { ByteReader } from '../byte-reader.ts'
import { readTransactionStart } from '../transaction-start.ts'

/** Bytes of the block, from `start` up to `end`. */
export interface Span {
  start: number
  end: number
}

/** The witness of one input; of its items the last two are of interest. Empty spans where it has fewer. */
export interface Witness {
  items: number
  last: Span
  beforeLast: Span
}

/** An input, and the script it is said to spend. */
export interface SpentInput {
  /** Place of the transaction in the block, and of the input in it. */
  tx: number
  input: number
  scriptSig: Span
  witness: Witness
  script: Uint8Array
}

export type Places = Pick<BlockIndex, 'starts' | 'bodyEnds' | 'inputCounts'>

const nothing: Span = { start: 0, end: 0 }
const noWitness: Witness = { items: 0, last: nothing, beforeLast: nothing }

/** Walks over the inputs of a block and what they spend; both were indexed before, and fit each other. */
export function* spentInputs(
  block: Uint8Array,
  { starts, bodyEnds, inputCounts }: Places,
  spent: Uint8Array,
): Generator<SpentInput> {
  const inputs = new ByteReader(block, 'block')
  const witnesses = new ByteReader(block, 'block')
  const outputs = new ByteReader(spent, 'spent outputs')
  outputs.compactSize()
  outputs.compactSize()
  for (let tx = 1; tx < starts.length; tx++) {
    inputs.position = starts[tx] as number
    witnesses.position = bodyEnds[tx] as number
    const { segwit } = readTransactionStart(inputs)
    outputs.compactSize()
    for (let input = 0; input < (inputCounts[tx] as number); input++) {
      inputs.skip(36)
      const scriptSig = span(inputs)
      inputs.skip(4)
      outputs.skip(8)
      const script = outputs.takeVar()
      yield { tx, input, scriptSig, witness: segwit ? readWitness(witnesses) : noWitness, script }
    }
  }
}

function readWitness(reader: ByteReader): Witness {
  const items = reader.compactSize()
  for (let i = 2; i < items; i++) reader.skipVar()
  const beforeLast = items > 1 ? span(reader) : nothing
  return { items, beforeLast, last: items > 0 ? span(reader) : nothing }
}

function span(reader: ByteReader): Span {
  const length = reader.compactSize()
  const start = reader.position
  reader.skip(length)
  return { start, end: reader.position }
}
