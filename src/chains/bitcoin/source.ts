import { once } from 'node:events'
import type { BitcoinNetwork } from '../../address/network.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { Redactor } from '../../privacy/redactor.ts'
import type { BlockRef } from '../../screening/types.ts'
import { type NodeAuth, NodeClient } from '../node-http/node-client.ts'
import type {
  BlockOptions,
  ChainHead,
  ChainSource,
  Mempool,
  ReleaseOptions,
  SourceBlock,
  SourceInfo,
  Trial,
} from '../source.ts'
import { absentBlock } from './block-reader.ts'
import { ByteReader } from './bytes.ts'
import { HashLookahead } from './hash-lookahead.ts'
import { HeadWait } from './head-wait.ts'
import { readMempool } from './mempool/read-mempool.ts'
import { bitcoinCaip2, checkNetwork, networkFacts, openNode } from './networks.ts'
import { hashBlock, hashBlockHere } from './proof/hash-block.ts'
import { BlockVerifier, type VerifyMode } from './proof/prove-block.ts'
import { chooseReader, type ReaderChain, type Reads } from './reader-chain.ts'
import { RpcClient, RpcError } from './rpc-client.ts'
import { blockHeaderSchema, chainInfoSchema, hashSchema } from './rpc-schemas.ts'
import { type RawBlock, readHeader, scanBlock, writeHeader } from './scanned-block.ts'
import { tryOut } from './try-out.ts'

const inputsUnknown = {
  what: 'inputs',
  reason:
    'the node does not return spent outputs: withdrawals from own addresses and the payers of deposits were not searched for',
}

export interface BitcoinSourceOptions {
  /** The node's RPC, `http://127.0.0.1:8332`; REST is asked at the same host and port. */
  url: string
  /** Without it, a user name and password in `url` are used, or none. */
  auth?: NodeAuth | undefined
  network: BitcoinNetwork
  /** Of a signet that is not the public one: its `signetchallenge`, in hex. */
  signetChallenge?: string | undefined
  /** How to read blocks. Default `auto`: REST where the node serves it, else what else it can do. */
  reads?: Reads | undefined
  /** Whether blocks are proved against their hash. Default `off`; the config's is `strict`. */
  verify?: VerifyMode | undefined
  /** Only `block` is asked of it, in a thread that is there for it. Default false. */
  readsOnly?: boolean | undefined
  /** How long the node may stay silent. Default 60 seconds. */
  fetchTimeoutMs?: number | undefined
  /** Connections at once. Default 4: Bitcoin Core before 29 answers with 4 threads. */
  connections?: number | undefined
  /** Most bytes of one answer. Default: 64 MB. */
  maxResponse?: number | undefined
  /** Takes what `url` and `auth` keep secret out of what the node wrote. Default: one of its own. */
  redactor?: Redactor | undefined
  /** The first pause after a 503, doubled each time. Default 250 ms. */
  busyDelayMs?: number | undefined
  /** How long the node is asked to wait for a new head, the pause after it, and how long the first, short waits are. Default 25 s, 1 s, 3 s. */
  headWait?: { waitMs?: number; pauseMs?: number; trialMs?: number } | undefined
  /** The node can't be asked to wait for heads: they are polled. */
  onPolled?: ((reason: string) => void) | undefined
  /** Blocks are read by another method from now on, and why. */
  onSwitch?: ((to: string, reason: string) => void) | undefined
  /** The node answered 503; at most once a minute. */
  onBusy?: ((asked: string) => void) | undefined
}

/**
 * A source that reads one Bitcoin Core node.
 *
 * @example
 * const source = createBitcoinSource({ url: 'http://127.0.0.1:8332', auth: { cookieFile: '/var/lib/bitcoind/.cookie' }, network: 'mainnet' })
 * await source.open()
 * const block = await source.block(900_000)
 */
export function createBitcoinSource(options: BitcoinSourceOptions): BitcoinSource {
  return new BitcoinSource(options)
}

export class BitcoinSource implements ChainSource {
  readonly caip2: string
  readonly endpoint: string
  readonly #network: BitcoinNetwork
  readonly #signetChallenge: string | undefined
  readonly #reads: Reads
  readonly #readsOnly: boolean
  readonly #node: NodeClient
  readonly #rpc: RpcClient
  readonly #hashes: HashLookahead
  readonly #verify: VerifyMode
  readonly #verifier: BlockVerifier
  readonly #headWait: HeadWait
  readonly #onPolled: BitcoinSourceOptions['onPolled']
  readonly #onSwitch: BitcoinSourceOptions['onSwitch']
  #waits = false
  #provedHead = ''
  #reader: ReaderChain | undefined

  constructor(options: BitcoinSourceOptions) {
    this.#network = options.network
    this.#signetChallenge = options.signetChallenge
    this.#reads = options.reads ?? 'auto'
    this.#readsOnly = options.readsOnly ?? false
    const node = {
      url: options.url,
      auth: options.auth,
      timeoutMs: options.fetchTimeoutMs ?? 60_000,
      busyDelayMs: options.busyDelayMs ?? 250,
      onBusy: options.onBusy,
      maxResponse: options.maxResponse,
      redactor: options.redactor ?? new Redactor('node', [options.url]),
    }
    this.#node = new NodeClient({ ...node, connections: options.connections ?? 4 })
    this.#headWait = new HeadWait({
      ...node,
      ...options.headWait,
      onCrowded: () => {
        this.#waits = false
        this.#onPolled?.('it answers no other call during waitfornewblock: raise its rpcthreads')
      },
    })
    this.#onPolled = options.onPolled
    this.#onSwitch = options.onSwitch
    this.#rpc = new RpcClient(this.#node)
    this.#hashes = new HashLookahead(this.#rpc)
    const facts = networkFacts[options.network]
    this.#verify = options.verify ?? 'off'
    this.#verifier = new BlockVerifier(this.#verify, facts, options.readsOnly ? hashBlockHere : hashBlock)
    this.caip2 = bitcoinCaip2(options.network)
    this.endpoint = this.#node.endpoint
  }

  async open(signal?: AbortSignal): Promise<SourceInfo> {
    const expected = { network: this.#network, signetChallenge: this.#signetChallenge }
    const { chain, client } = await openNode(this.#rpc, expected, this.endpoint, signal)
    const genesis = networkFacts[this.#network].genesis
    const clients = { node: this.#node, rpc: this.#rpc }
    const known = { genesis, best: chain.bestblockhash }
    this.#reader = await chooseReader(this.#reads, clients, known, this.#onSwitch, signal)
    this.#hashes.sawHead({ height: chain.blocks, hash: chain.bestblockhash })
    if (this.#readsOnly) return { client, reads: this.#reader.name, genesisHash: genesis }
    this.#waits = await this.#headWait.serves(signal)
    if (!this.#waits)
      this.#onPolled?.('it has no waitfornewblock as of Bitcoin Core 30, or does not allow it')
    return { client, reads: this.#reader.name, genesisHash: genesis }
  }

  async head(signal?: AbortSignal): Promise<ChainHead> {
    const chain = await this.#rpc.call({ method: 'getblockchaininfo', params: [] }, chainInfoSchema, signal)
    // Another node may have come to stand behind the same address.
    checkNetwork(chain, this.#rpc, this.#network, this.endpoint)
    const head = { height: chain.blocks, hash: chain.bestblockhash, finalized: null }
    if (this.#verify === 'strict' && head.hash !== this.#provedHead) await this.#proveHead(head, signal)
    this.#hashes.sawHead(head)
    return head
  }

  /** That there is such a block, with its work. Its height is in no header: it is known when its block is read (BIP 34). */
  async #proveHead(head: ChainHead, signal?: AbortSignal): Promise<void> {
    const header = await this.#header(head.hash, signal)
    if (header?.height !== head.height) {
      const found =
        header === null ? 'it has no such block' : `it says that this block has height ${header.height}`
      throw new ChainscreenError(
        'node-bad-answer',
        `The node at ${this.endpoint} names block ${head.hash} at height ${head.height} as its head, and ${found}.`,
      )
    }
    this.#provedHead = head.hash
  }

  /** By `waitfornewblock` where the node has it; else there is no hint, and the poll does it. */
  async waitForHead({ hash }: ChainHead, signal: AbortSignal): Promise<void> {
    if (this.#waits) await this.#headWait.changed(hash, signal)
    else if (!signal.aborted) await once(signal, 'abort')
  }

  async hashAt(height: number, signal?: AbortSignal): Promise<string | null> {
    try {
      return await this.#rpc.call({ method: 'getblockhash', params: [height] }, hashSchema, signal)
    } catch (error) {
      // -8: "Block height out of range" (src/rpc/blockchain.cpp).
      if (error instanceof RpcError && error.rpcCode === -8) return null
      throw error
    }
  }

  /** Also of blocks that are not, or no longer, in the best chain. */
  async header(hash: string, signal?: AbortSignal): Promise<BlockRef | null> {
    // Headers by hash are asked on the way back through a reorg.
    this.#hashes.forget()
    return this.#header(hash, signal)
  }

  /** @throws ChainscreenError `node-bad-answer` where the header is not that of the hash, or shows too little work for it */
  async #header(hash: string, signal?: AbortSignal): Promise<BlockRef | null> {
    try {
      const call = { method: 'getblockheader', params: [hash, true] }
      const fields = await this.#rpc.call(call, blockHeaderSchema, signal)
      const header = readHeader(new ByteReader(writeHeader(fields), `header ${hash}`), hash)
      this.#verifier.proveWork(header)
      return { height: fields.height, hash, parentHash: header.parentHash, time: header.time }
    } catch (error) {
      if (error instanceof RpcError && error.rpcCode === -5) return null
      throw error
    }
  }

  /** Fetched ahead, many at a time. */
  async hashOf(height: number, signal?: AbortSignal): Promise<string> {
    try {
      return await this.#hashes.hashAt(height, signal)
    } catch (error) {
      throw absentBlock(error, this.endpoint, height)
    }
  }

  async block(height: number, signal?: AbortSignal, options: BlockOptions = {}): Promise<SourceBlock> {
    const reader = this.#reader
    if (reader === undefined) {
      throw new ChainscreenError('failure', 'A Bitcoin source was asked for a block before it was opened.')
    }
    const absent = (error: unknown) => {
      throw absentBlock(error, this.endpoint, height)
    }
    const hash = options.hash ?? (await this.hashOf(height, signal))
    const check = async (raw: RawBlock) => {
      const block = scanBlock(raw, hash)
      return { raw, block, proved: await this.#verifier.prove(block, height) }
    }
    const read = () => reader.read(hash, check, signal).catch(absent)
    let last = await read()
    // What looks like another block's spent outputs is looked at twice; a miner who forgoes fees is one all the same.
    if (last.proved.doubtful) last = await read()
    const { raw, block, proved } = last
    return {
      hash,
      height,
      parentHash: block.header.parentHash,
      time: block.header.time,
      level: raw.spent === null ? 'outputs' : 'full',
      unscreened: [...(raw.spent === null ? [inputsUnknown] : []), ...proved.unverified],
      unproved: this.#verifier.mode === 'off',
      bytes: raw.received,
      content: { family: 'bitcoin', ...block, unverifiedInputs: proved.unverifiedInputs },
    }
  }

  /** Other memory than this node's is left alone. */
  release({ content }: SourceBlock, options?: ReleaseOptions): void {
    if (content.family !== 'bitcoin') return
    this.#node.giveBack(content.bytes, options)
    if (content.spent !== null) this.#node.giveBack(content.spent.bytes, options)
  }

  mempool(signal?: AbortSignal): Promise<Mempool> {
    return readMempool(this.#rpc, this.#verify !== 'off', signal)
  }

  tryOut(next: number, signal?: AbortSignal): Promise<Trial[]> {
    const reads = this.#reader?.name ?? ''
    const block = (height: number) => this.block(height, signal)
    const release = (read: SourceBlock) => this.release(read)
    const options = { node: this.#node, rpc: this.#rpc, block, release, reads, waits: this.#waits }
    return tryOut(options, next, signal)
  }

  async close(): Promise<void> {
    await Promise.all([this.#node.close(), this.#headWait.close()])
  }
}
