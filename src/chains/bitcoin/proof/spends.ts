import { createRIPEMD160 } from 'hash-wasm'
import { p2pkhScript, p2shScript, witnessScript } from '../../../address/script-templates.ts'
import type { BlockIndex } from '../block-index.ts'
import { ByteReader } from '../bytes.ts'
import { readTransactionStart } from '../transaction.ts'
import type { BatchHasher } from './batch-hasher.ts'
import { type ExpectedHash, judgeInput, type SpendRules, type UnusualSpend } from './revealed.ts'

type InputPlace = Pick<SpentInput, 'tx' | 'input'>

/** What all inputs of a block say of the outputs that they are said to spend. */
export interface SpendsProof {
  /** The first input that can't spend what it is said to spend, and how many there are. */
  fault: (InputPlace & { problem: string }) | null
  faults: number
  unverified: UnverifiedInput[]
}

/** An input that shows what these scripts are spent with, and is said to spend something else that shows nothing. */
export interface UnverifiedInput extends InputPlace {
  scripts: Uint8Array[]
}

export interface SpendHashers {
  batch: BatchHasher
  ripemd160: Ripemd160
}

/** Hashes what every input of a block reveals, and compares it with what it is said to spend. */
export function proveSpends(
  { batch, ripemd160 }: SpendHashers,
  block: Uint8Array,
  places: Places,
  spent: Uint8Array,
  rules: SpendRules,
): SpendsProof {
  const expectedHashes: (InputPlace & ExpectedHash)[] = []
  const unusualSpends: (InputPlace & UnusualSpend)[] = []
  const found: SpendsProof = { fault: null, faults: 0, unverified: [] }
  const fail = ({ tx, input }: InputPlace, problem: string) => {
    found.fault ??= { tx, input, problem }
    found.faults += 1
  }
  for (const each of spentInputs(block, places, spent)) {
    const { tx, input } = each
    const { expectedHashes: wanted, problem, unusualSpend } = judgeInput(block, each, rules)
    for (const { revealed, hash, problem: wrong } of wanted)
      expectedHashes.push({ tx, input, revealed, hash, problem: wrong })
    if (problem !== undefined) fail(each, problem)
    if (unusualSpend !== undefined) unusualSpends.push({ tx, input, ...unusualSpend })
  }
  const hashOf = hashesOf(batch, block, [...expectedHashes, ...unusualSpends])
  expectedHashes.forEach((expected, i) => {
    const { hash } = expected
    const digest = hash.length === 20 ? ripemd160(hashOf(i)) : hashOf(i)
    if (!equal(digest, hash)) fail(expected, expected.problem)
  })
  unusualSpends.forEach(({ tx, input, items }, i) => {
    const sha256 = hashOf(expectedHashes.length + i)
    const hash160 = ripemd160(sha256)
    const ofWitness =
      items === 2 ? [witnessScript(0, hash160), witnessScript(0, sha256)] : [witnessScript(0, sha256)]
    found.unverified.push({
      tx,
      input,
      scripts: items > 0 ? ofWitness : [p2pkhScript(hash160), p2shScript(hash160)],
    })
  })
  return found
}

/** @returns the SHA-256 of the nth, a view that is good until more is hashed */
function hashesOf(
  batch: BatchHasher,
  block: Uint8Array,
  all: readonly Pick<ExpectedHash, 'revealed'>[],
): (n: number) => Uint8Array {
  const at = batch.free
  const digests = at + block.length
  batch.memory.set(block, at)
  const messages = { starts: new Uint32Array(all.length), lengths: new Uint32Array(all.length) }
  all.forEach(({ revealed }, i) => {
    messages.starts[i] = at + revealed.start
    messages.lengths[i] = revealed.end - revealed.start
  })
  batch.hashAll(messages, digests, 1)
  return (n) => batch.memory.subarray(digests + 32 * n, digests + 32 * (n + 1))
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = 0; i < b.length; i++) if (a[i] !== b[i]) return false
  return true
}

type Ripemd160 = (bytes: Uint8Array) => Uint8Array

/** RIPEMD-160 in WebAssembly: of the thousands of keys that a block reveals, in a third of the time that node:crypto takes. */
export async function loadRipemd160(): Promise<Ripemd160> {
  const hasher = await createRIPEMD160()
  return (bytes) => hasher.init().update(bytes).digest('binary')
}

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

type Places = Pick<BlockIndex, 'starts' | 'bodyEnds' | 'inputCounts'>

const noWitness: Witness = { items: 0, top: [] }

/** Walks over the inputs of a block and what they spend; both were indexed before, and fit each other. */
function* spentInputs(
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
      inputs.advance(36)
      const scriptSig = span(inputs)
      inputs.advance(4)
      outputs.advance(8)
      const script = outputs.takeVar()
      yield { tx, input, scriptSig, witness: segwit ? readWitness(witnesses) : noWitness, script }
    }
  }
}

function readWitness(reader: ByteReader): Witness {
  const items = reader.compactSize()
  for (let i = 3; i < items; i++) reader.advanceVar()
  const top: Span[] = []
  for (let i = Math.min(items, 3); i > 0; i--) top.unshift(span(reader))
  return { items, top }
}

function span(reader: ByteReader): Span {
  const length = reader.compactSize()
  const start = reader.position
  reader.advance(length)
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
