import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import { retryDelayMs } from '../../network/retry.ts'
import type { NodeClient } from '../node-http/node-client.ts'
import { type BlockReader, MethodUnavailable, SpentMissing } from './block-reader.ts'
import { GetblockReader, OutputsReader } from './getblock-reader.ts'
import { RestReader } from './rest-reader.ts'
import { isRefusedMethod, type RpcClient } from './rpc-client.ts'
import { indexInfoSchema } from './rpc-schemas.ts'
import type { RawBlock } from './scanned-block.ts'
import { TxindexReader } from './txindex-reader.ts'

/** How to read blocks; `auto` takes the best that the node can do, block by block. The others insist on one method, and fail where it fails. */
export type Reads = 'auto' | 'rest' | 'getblock' | 'txindex'

interface Clients {
  node: NodeClient
  rpc: RpcClient
}

/**
 * Chooses how to read blocks by what the node can do, tried on its best block: REST, `getblock 3`, the block with a txindex,
 * and last the block alone. REST stays a choice where it is not served yet: it is tried again now and then.
 *
 * @throws ChainscreenError `node-missing-data` where it can't do what is insisted on; `node-auth` where `getblock` is forbidden and REST is not served
 */
export async function chooseReader(
  reads: Reads,
  { node, rpc }: Clients,
  chain: { genesis: string; best: string },
  onSwitch: ReaderChainOptions['onSwitch'],
  signal?: AbortSignal,
): Promise<ReaderChain> {
  const rest = new RestReader(node)
  const getblock = new GetblockReader(rpc)
  const outputs = new OutputsReader(rpc)
  const txindex = new TxindexReader(outputs, rpc)
  // The best block's undo data may be missing by accident; the genesis block needs none and tells whether the path exists.
  const restServed = async () =>
    (await rest.serves(chain.best, signal)) || (await rest.serves(chain.genesis, signal))
  if (reads === 'rest') {
    if (await restServed()) return new ReaderChain([rest])
    throw cannot(
      node.endpoint,
      'it does not serve /rest/spenttxouts',
      'Bitcoin Core 30 or later with -rest=1',
    )
  }
  if (reads === 'getblock') {
    if (await servesSpent(getblock, chain.best, signal)) return new ReaderChain([getblock])
    throw cannot(node.endpoint, 'getblock 3 does not name it', 'Bitcoin Core 23 or later with its undo data')
  }
  if (reads === 'txindex') {
    if (await hasTxindex(rpc, signal)) return new ReaderChain([txindex])
    throw cannot(node.endpoint, 'it has no txindex, or not yet', 'it with -txindex=1')
  }
  const hasRest = await restServed()
  const options = { lastResort: outputs, onSwitch, paused: hasRest ? [] : [rest] }
  const indexed = (await hasTxindex(rpc, signal)) ? [txindex] : []
  // Where REST works, getblock is only for the blocks that it fails for, and is seen to then.
  const hasGetblock = hasRest || (await servesSpent(getblock, chain.best, signal))
  return new ReaderChain([rest, ...(hasGetblock ? [getblock] : []), ...indexed], options)
}

async function servesSpent(reader: GetblockReader, hash: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await reader.read(hash, signal)
    return true
  } catch (error) {
    const isForbidden = error instanceof MethodUnavailable && error.code === 'node-auth'
    const isOlder = error instanceof SpentMissing || error instanceof MethodUnavailable
    if (isOlder && !isForbidden) return false
    throw error
  }
}

async function hasTxindex(rpc: RpcClient, signal?: AbortSignal): Promise<boolean> {
  try {
    const { txindex } = await rpc.call({ method: 'getindexinfo', params: [] }, indexInfoSchema, signal)
    return txindex?.synced === true
  } catch (error) {
    // Before Core 0.21 there is no such method.
    if (isRefusedMethod(error)) return false
    throw error
  }
}

function cannot(endpoint: string, found: string, needed: string): ChainscreenError {
  return new ChainscreenError(
    'node-missing-data',
    `The node at ${endpoint} can't return spent outputs (${found}): run ${needed}.`,
  )
}

/** How long a method that stopped being served is left alone: so long after the first failure, doubled with each further one. */
const retry = { firstMs: 1_000, longestMs: 60_000 }
const pausesToLongest = 6

interface ReaderChainOptions {
  /** Reads blocks without what they spend: for blocks of which no other method can say it, and never in place of a method that fails. */
  lastResort?: BlockReader | undefined
  /** Those of the methods that are not served at the moment. */
  paused?: readonly BlockReader[] | undefined
  /** Blocks are read by another method from now on, and why. */
  onSwitch?: ((to: string, reason: string) => void) | undefined
  nowMs?: () => number
}

interface Method {
  reader: BlockReader
  /** Failures in a row while another method worked. */
  failures: number
  /** Until then it is tried after the others. */
  pausedUntil: number
}

/**
 * Several methods to read blocks from one node, the best first. A block that one can't serve is read by the next at once. A
 * method that is not served any more is tried last for a while, so that not every block waits for it.
 */
export class ReaderChain {
  readonly #methods: readonly Method[]
  readonly #lastResort: BlockReader | undefined
  readonly #onSwitch: ReaderChainOptions['onSwitch']
  readonly #nowMs: () => number
  #current: BlockReader | undefined

  constructor(readers: readonly BlockReader[], options: ReaderChainOptions = {}) {
    this.#nowMs = options.nowMs ?? (() => performance.now())
    const { paused = [] } = options
    this.#methods = readers.map((reader) => {
      const pausedUntil = paused.includes(reader) ? this.#nowMs() + retry.longestMs : 0
      return { reader, failures: pausedUntil > 0 ? pausesToLongest : 0, pausedUntil }
    })
    this.#lastResort = options.lastResort
    this.#onSwitch = options.onSwitch
    this.#current = readers.find((reader) => !paused.includes(reader)) ?? options.lastResort
  }

  /** Of the method that blocks are read by. */
  get name(): string {
    return this.#current?.name ?? ''
  }

  /**
   * Reads a block.
   *
   * @param use checks what was read: what it refuses is read by the next method.
   * @throws what the best method threw, with what the others threw as details
   */
  async read<T>(hash: string, use: (raw: RawBlock) => Promise<T>, signal?: AbortSignal): Promise<T> {
    const failed: { method: Method; error: ChainscreenError }[] = []
    for (const method of this.#inOrder()) {
      try {
        const read = await use(await method.reader.read(hash, signal))
        this.#worked(method, failed)
        return read
      } catch (error) {
        if (!leavesOthers(error)) throw error
        failed.push({ method, error })
      }
    }
    const errors = failed.map(({ error }) => error)
    if (this.#lastResort !== undefined && errors.every(saysNothingOfIt)) {
      try {
        return await use(await this.#lastResort.read(hash, signal))
      } catch (error) {
        // By RPC, which is what tells whether the node has the block at all.
        if (!(error instanceof MethodUnavailable)) throw error
        errors.push(error)
      }
    }
    throw mostSpecific(errors)
  }

  #inOrder(): Method[] {
    const now = this.#nowMs()
    const isPaused = ({ pausedUntil }: Method) => Number(pausedUntil > now)
    return [...this.#methods].sort((a, b) => isPaused(a) - isPaused(b))
  }

  /** Only where another method worked is it the method that failed, and not the node. */
  #worked(method: Method, failed: readonly { method: Method; error: ChainscreenError }[]): void {
    method.failures = 0
    method.pausedUntil = 0
    const gone = failed.filter(({ error }) => isGone(error))
    for (const { method: other } of gone) {
      other.failures += 1
      other.pausedUntil = this.#nowMs() + retryDelayMs(retry, other.failures)
    }
    // A block of which one method can't say what it spends is an exception, and no change of methods.
    if (method.reader === this.#current || (failed.length > 0 && gone.length === 0)) return
    const best = method === this.#methods[0]
    this.#current = method.reader
    const reasons = gone.map(({ error }) =>
      error instanceof MethodUnavailable ? error.found : error.message,
    )
    this.#onSwitch?.(method.reader.name, best ? 'it is served again' : reasons.join('; '))
  }
}

/** Whether another method may do better: not where the node says that it has not the block, or that it is starting. */
function leavesOthers(error: unknown): error is ChainscreenError {
  if (error instanceof SpentMissing || error instanceof MethodUnavailable) return true
  return (
    error instanceof ChainscreenError &&
    (error.code === 'node-bad-answer' || error.code === 'node-unreachable')
  )
}

function isGone(error: ChainscreenError): boolean {
  return error instanceof MethodUnavailable || error.code === 'node-unreachable'
}

/** Whether reading the block alone is all that is left: a method that lied, or is only away, may yet say what the block spends. */
function saysNothingOfIt(error: ChainscreenError): boolean {
  return error instanceof SpentMissing || (error instanceof MethodUnavailable && error.code !== 'node-auth')
}

/** A wrong answer before one that was refused, and that before one without what the block spends. */
function mostSpecific(errors: readonly ChainscreenError[]): ChainscreenError {
  const rank = (error: ChainscreenError) =>
    error instanceof SpentMissing ? 2 : Number(error instanceof MethodUnavailable)
  const [first, ...others] = [...errors].sort((a, b) => rank(a) - rank(b))
  if (first === undefined) throw new Error('unreachable: a block was read by no method')
  first.details = [...first.details, ...others.map(messageOf)]
  return first
}
