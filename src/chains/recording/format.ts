import { createHash } from 'node:crypto'
import { z } from 'zod'

/**
 * A recording is what a node served for a range of blocks: one file, gzip'd JSON Lines, by convention
 * `*.recording.jsonl.gz`. The first line is the header; then come blocks and views in the order in which they
 * were recorded.
 *
 * - An answer is kept as **text exactly as the node served it** (a JSON result as a string, bytes as base64), so
 *   that no number passes through a float and a replay is byte for byte. One exception: Bitcoin Core's
 *   `confirmations` and `nextblockhash` belong to a moment and not to a block; they are left out, and the
 *   replay node puts in what is true for its view (see `withMoment`).
 * - A **view** is the node's best chain at one moment: the hashes of the range from `from` upwards (the last one
 *   is the head), and the finalized block. Two or more views over one pool of blocks are a reorg.
 * - The genesis block is always in the pool, so that a client can check which chain it is on. So is the
 *   finalized block where it lies under the range.
 */
export const formatName = 'chainscreen-recording'

/** Grows when an older program could not read the file any more. */
export const formatVersion = 1

const height = z.number().int().min(0)
const evmHash = z.string().regex(/^0x[0-9a-f]{64}$/, 'expected 0x and 64 lower-case hex digits')
const bitcoinHash = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hex digits')

const common = {
  format: z.literal(formatName),
  version: z.literal(formatVersion),
  /** As the node names itself: `anvil/v1.7.1`, `/Satoshi:30.0.0/`. */
  client: z.string(),
  caip2: z.string().regex(/^[a-z0-9-]{3,8}:[-_a-zA-Z0-9]{1,32}$/, 'expected a CAIP-2 chain id'),
}

export const headerSchema = z.discriminatedUnion('family', [
  z.strictObject({
    ...common,
    family: z.literal('evm'),
    chainId: z.number().int().min(1),
    genesisHash: evmHash,
  }),
  z.strictObject({
    ...common,
    family: z.literal('bitcoin'),
    /** mainnet, testnet3, testnet4, signet or regtest. */
    network: z.string().min(1),
    genesisHash: bitcoinHash,
  }),
])

const evmBlockSchema = z.strictObject({
  kind: z.literal('block'),
  height,
  hash: evmHash,
  parentHash: evmHash,
  /** `eth_getBlockByHash` with whole transactions. */
  block: z.string(),
  /** `eth_getBlockReceipts`. */
  receipts: z.string(),
  /** `debug_traceBlockByHash` with the callTracer. */
  traces: z.string().optional(),
  /** `trace_block`. */
  traceBlock: z.string().optional(),
})

const bitcoinBlockSchema = z.strictObject({
  kind: z.literal('block'),
  height,
  hash: bitcoinHash,
  /** 64 zeros for the genesis block. */
  parentHash: bitcoinHash,
  /** `getblockheader`. */
  header: z.string(),
  /** The raw block, base64. */
  block: z.string(),
  /** `/rest/spenttxouts`, base64. */
  spent: z.string().optional(),
  /** `getblock` with verbosity 3. Amounts are decimal numbers in it: never parse and print it again. */
  verbose: z.string().optional(),
})

const viewOf = <H extends z.ZodType<string>>(hash: H) =>
  z.strictObject({
    kind: z.literal('view'),
    from: height,
    hashes: z.array(hash).min(1),
    finalized: z.strictObject({ height, hash }).nullable(),
  })

export const evmLineSchema = z.discriminatedUnion('kind', [evmBlockSchema, viewOf(evmHash)])
export const bitcoinLineSchema = z.discriminatedUnion('kind', [bitcoinBlockSchema, viewOf(bitcoinHash)])

export type RecordingHeader = z.infer<typeof headerSchema>
export type EvmHeader = Extract<RecordingHeader, { family: 'evm' }>
export type BitcoinHeader = Extract<RecordingHeader, { family: 'bitcoin' }>
export type EvmBlock = z.infer<typeof evmBlockSchema>
export type BitcoinBlock = z.infer<typeof bitcoinBlockSchema>
export type RecordedBlock = EvmBlock | BitcoinBlock
export type RecordedView = Extract<z.infer<typeof evmLineSchema>, { kind: 'view' }>

/**
 * Bitcoin Core puts two things into the JSON of a block that are true only at the moment of asking:
 * `confirmations` and `nextblockhash`. A recording keeps the text without them. Both are members of the head of
 * the object, before `tx`; Core's order is hash, confirmations, height … nTx, previousblockhash, nextblockhash
 * (src/rpc/blockchain.cpp, blockheaderToJSON).
 */
const confirmations = /"confirmations":-?\d+,/
const next = /,"nextblockhash":"[0-9a-f]{64}"/

/** The text without what belongs to the moment. */
export function withoutMoment(text: string): string {
  const end = endOfHead(text)
  return text.slice(0, end).replace(confirmations, '').replace(next, '') + text.slice(end)
}

/** The text as a node serves it that sees the block so deep, and this block after it. */
export function withMoment(text: string, moment: { confirmations: number; next: string | null }): string {
  const end = endOfHead(text)
  let head = text.slice(0, end)
  if (moment.next !== null) {
    const added = `,"nextblockhash":"${moment.next}"`
    const place = /"previousblockhash":"[0-9a-f]{64}"/.exec(head) ?? /"nTx":\d+/.exec(head)
    const at = place === null ? 0 : place.index + place[0].length
    head = at === 0 ? `{${added.slice(1)},${head.slice(1)}` : head.slice(0, at) + added + head.slice(at)
  }
  const hash = /^\{"hash":"[0-9a-f]{64}",/.exec(head)
  const at = hash === null ? 1 : hash[0].length
  return `${head.slice(0, at)}"confirmations":${moment.confirmations},${head.slice(at)}${text.slice(end)}`
}

function endOfHead(text: string): number {
  const tx = text.indexOf('"tx":')
  return tx < 0 ? text.length : tx
}

const blockSchema = z.object({
  hash: z.string(),
  parentHash: z.string(),
  number: z.string(),
  transactions: z.array(z.object({ hash: z.string() })),
})
const receiptsSchema = z.array(z.object({ transactionHash: z.string() }))

/** What is wrong with the answers recorded for a block; `null` if they are about this block and fit together. */
export function checkEvmBlock(recorded: EvmBlock): string | null {
  const block = parse(blockSchema, recorded.block)
  if (block === null) return '`block` is no block with whole transactions'
  if (block.hash !== recorded.hash || block.parentHash !== recorded.parentHash)
    return '`block` is another block than the line says'
  if (Number(block.number) !== recorded.height) return '`block` has another height than the line says'
  const receipts = parse(receiptsSchema, recorded.receipts)
  if (receipts === null) return '`receipts` is no list of receipts'
  if (receipts.length !== block.transactions.length)
    return `${block.transactions.length} transactions, but ${receipts.length} receipts`
  if (receipts.some((receipt, index) => receipt.transactionHash !== block.transactions[index]?.hash))
    return 'the receipts are not in the order of the transactions'
  for (const name of ['traces', 'traceBlock'] as const) {
    const text = recorded[name]
    if (text !== undefined && parse(z.array(z.unknown()), text) === null) return `\`${name}\` is no list`
  }
  return null
}

function parse<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.parse(JSON.parse(text))
  } catch {
    return null
  }
}

const namedSchema = z.object({ hash: z.string(), height: z.number() })
const headerBytes = 80

/** What is wrong with the answers recorded for a block; `null` if they are about this block. */
export function checkBitcoinBlock(recorded: BitcoinBlock): string | null {
  const raw = Buffer.from(recorded.block, 'base64')
  if (raw.toString('base64') !== recorded.block || raw.length <= headerBytes)
    return '`block` is no base64 of a block'
  if (hashOfHeader(raw) !== recorded.hash) return '`block` does not hash to the hash of its line'
  if (rpcOrder(raw.subarray(4, 36)) !== recorded.parentHash)
    return '`block` has another parent than the line says'
  if (
    recorded.spent !== undefined &&
    Buffer.from(recorded.spent, 'base64').toString('base64') !== recorded.spent
  )
    return '`spent` is no base64'
  for (const name of ['header', 'verbose'] as const) {
    const text = recorded[name]
    if (text === undefined) continue
    const named = parse(namedSchema, text)
    if (named === null) return `\`${name}\` is no JSON of a block`
    if (named.hash !== recorded.hash || named.height !== recorded.height)
      return `\`${name}\` is about another block than the line says`
  }
  return null
}

/** The hash of a block, in RPC order, from its raw bytes. */
function hashOfHeader(raw: Uint8Array): string {
  const once = createHash('sha256').update(raw.subarray(0, headerBytes)).digest()
  return rpcOrder(createHash('sha256').update(once).digest())
}

function rpcOrder(bytes: Uint8Array): string {
  return Buffer.from(bytes).reverse().toString('hex')
}
