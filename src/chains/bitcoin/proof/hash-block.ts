import { Worker } from 'node:worker_threads'
import type { BlockIndex } from '../block-index.ts'
import type { ScannedBlock } from '../scanned-block.ts'
import { BatchHasher } from './batch-hasher.ts'
import type { ThreadAnswer, ThreadTask } from './hash-worker.ts'
import type { SpendRules } from './revealed.ts'
import { loadRipemd160, proveSpends, type SpendHashers, type SpendsProof } from './spends.ts'

/** `null` once it failed, and where the worker's program is not built. */
let thread: HashThread | null | undefined = import.meta.url.endsWith('.js') ? undefined : null

/** Hashes a block: in a thread of its own, and where that is not to be had, in this one. */
export async function hashBlock(block: ScannedBlock, rules: SpendRules): Promise<BlockHashes> {
  if (thread !== null) {
    try {
      thread ??= new HashThread()
      return await thread.hash(taskOf(block, rules))
    } catch {
      thread = null
    }
  }
  return hashHere(taskOf(block, rules))
}

/** The same in this thread: a reader's, which is there for it. */
export function hashBlockHere(block: ScannedBlock, rules: SpendRules): Promise<BlockHashes> {
  return hashHere(taskOf(block, rules))
}

function taskOf({ bytes, spent, index }: ScannedBlock, rules: SpendRules): HashTask {
  const { starts, bodyEnds, inputCounts } = index
  return { block: bytes, places: { starts, bodyEnds, inputCounts }, spent: spent?.bytes ?? null, rules }
}

interface Waiting {
  resolve: (hashes: BlockHashes) => void
  reject: (error: Error) => void
}

/** Hashes blocks in a thread of its own, so that reading and screening go on meanwhile. Keeps no process alive. */
class HashThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #next = 0

  constructor() {
    this.#worker = new Worker(new URL('./hash-worker.js', import.meta.url))
    this.#worker.unref()
    this.#worker.on('message', ({ id, hashes }: ThreadAnswer) => {
      this.#waiting.get(id)?.resolve(hashes)
      this.#settled(id)
    })
    this.#worker.on('error', (error) => this.#failed(error))
    this.#worker.on('exit', () => this.#failed(new Error('the thread that hashes blocks ended')))
  }

  hash(task: HashTask): Promise<BlockHashes> {
    const id = this.#next++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      // While somebody waits, the process must not end.
      this.#worker.ref()
      this.#worker.postMessage({ id, ...task } satisfies ThreadTask)
    })
  }

  #settled(id: number): void {
    this.#waiting.delete(id)
    if (this.#waiting.size === 0) this.#worker.unref()
  }

  #failed(error: Error): void {
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}

/** A block as its hashes are made of it. */
export interface HashTask {
  block: Uint8Array
  places: Pick<ScannedBlock['index'], 'starts' | 'bodyEnds' | 'inputCounts'>
  /** `null` where the node does not say what inputs spend. */
  spent: Uint8Array | null
  rules: SpendRules
}

/** What came of hashing a block: its transactions, and what its inputs reveal. */
export interface BlockHashes extends Roots {
  spends: SpendsProof | null
}

let hashers: Promise<SpendHashers> | undefined

/** Hashes a block in the thread that asks. */
export async function hashHere({ block, places, spent, rules }: HashTask): Promise<BlockHashes> {
  hashers ??= loadRipemd160().then((ripemd160) => ({ batch: new BatchHasher(), ripemd160 }))
  const ready = await hashers
  const roots = rootsOf(ready.batch, block, places)
  return { ...roots, spends: spent && proveSpends(ready, block, places, spent, rules) }
}

interface Roots {
  /** Merkle root of the transaction ids, as a header has it. */
  merkle: Uint8Array
  /** The same transactions could be served with some of them doubled (CVE-2012-2459): what was served is not the block. */
  doubled: boolean
  /** Merkle root of the witness transaction ids (BIP 141); `null` where no transaction has a witness. */
  witness: Uint8Array | null
}

type Places = Pick<BlockIndex, 'starts' | 'bodyEnds'>

/**
 * Hashes all transactions of a block.
 *
 * @param block at most 4,000,000 bytes, as the index was made of it
 */
function rootsOf(hasher: BatchHasher, block: Uint8Array, { starts, bodyEnds }: Places): Roots {
  const { memory } = hasher
  const at = hasher.free
  const leaves = at + block.length
  memory.set(block, at)
  const count = starts.length
  const messages = { starts: new Uint32Array(count), lengths: new Uint32Array(count) }
  let anyWitness = false
  for (let tx = 0; tx < count; tx++) {
    const start = starts[tx] as number
    messages.starts[tx] = at + start
    messages.lengths[tx] = (starts[tx + 1] ?? block.length) - start
    anyWitness ||= block[start + 4] === 0
  }
  let witness: Uint8Array | null = null
  if (anyWitness) {
    hasher.hashAll(messages, leaves)
    // The coinbase holds what this root goes into: it counts as zero.
    memory.fill(0, leaves, leaves + 32)
    witness = foldUp(hasher, leaves, count).root
    for (let tx = 0; tx < count; tx++) {
      if (block[(starts[tx] as number) + 4] === 0)
        stripWitness(memory, messages, tx, at + (bodyEnds[tx] as number))
    }
  }
  hasher.hashAll(messages, leaves)
  const { root, doubled } = foldUp(hasher, leaves, count)
  return { merkle: root, doubled, witness }
}

/** Turns a transaction in memory into the form that its id is of: the version moves up over the marker, the lock time over the witness. */
function stripWitness(
  memory: Uint8Array,
  { starts, lengths }: { starts: Uint32Array; lengths: Uint32Array },
  tx: number,
  bodyEnd: number,
): void {
  const start = starts[tx] as number
  const end = start + (lengths[tx] as number)
  memory.copyWithin(start + 2, start, start + 4)
  memory.copyWithin(bodyEnd, end - 4, end)
  starts[tx] = start + 2
  lengths[tx] = bodyEnd + 4 - (start + 2)
}

/** Source: Bitcoin Core, src/consensus/merkle.cpp, ComputeMerkleRoot. */
function foldUp(hasher: BatchHasher, leaves: number, count: number): { root: Uint8Array; doubled: boolean } {
  const { memory } = hasher
  let doubled = false
  for (let left = count; left > 1; left = Math.ceil(left / 2)) {
    for (let i = 0; i + 1 < left; i += 2) doubled ||= same(memory, leaves + 32 * i)
    const end = leaves + 32 * left
    if (left % 2 === 1) memory.copyWithin(end, end - 32, end)
    hasher.hashPairs(leaves, Math.ceil(left / 2), leaves)
  }
  return { root: memory.slice(leaves, leaves + 32), doubled }
}

/** Whether the digest at `at` is the next one too. */
function same(memory: Uint8Array, at: number): boolean {
  for (let i = at; i < at + 32; i++) if (memory[i] !== memory[i + 32]) return false
  return true
}
