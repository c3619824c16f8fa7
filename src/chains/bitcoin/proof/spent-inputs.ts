import type { BlockIndex } from '../block-index.ts'
import { ByteReader } from '../byte-reader.ts'
import { readTransactionStart } from '../transaction-start.ts'

/** Bytes of the block, from `start` up to `end`. */
export interface Span {
  start: number
  end: number
}

/** The witness of one input; of its items only the last three are of interest. */
export interface Witness {
  items: number
  /** At most three, the last one first. */
  top: readonly Span[]
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

const noWitness: Witness = { items: 0, top: [] }

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
  for (let i = 3; i < items; i++) reader.skipVar()
  const top: Span[] = []
  for (let i = Math.min(items, 3); i > 0; i--) top.unshift(span(reader))
  return { items, top }
}

function span(reader: ByteReader): Span {
  const length = reader.compactSize()
  const start = reader.position
  reader.skip(length)
  return { start, end: reader.position }
}

/**
 * Where the bytes stand that a script leaves on top of the stack: `null` if it pushes nothing, `undefined` where that can't
 * be told without running it, or where it is a number that has no bytes of its own.
 */
export function topPush(block: Uint8Array, { start, end }: Span): Span | null | undefined {
  let top: Span | null | undefined = null
  for (let at = start; at < end; ) {
    const opcode = block[at] as number
    at += 1
    if (opcode > 0x4e) {
      // OP_1NEGATE and OP_1 to OP_16 push numbers; what is above does things.
      if (opcode === 0x50 || opcode > 0x60) return undefined
      top = undefined
      continue
    }
    const wide = opcode < 0x4c ? 0 : 2 ** (opcode - 0x4c)
    let length = wide === 0 ? opcode : 0
    for (let i = 0; i < wide; i++) length += (block[at + i] ?? 0) * 256 ** i
    at += wide
    if (at + length > end) return undefined
    top = { start: at, end: at + length }
    at += length
  }
  return top
}
