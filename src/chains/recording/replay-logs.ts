import { z } from 'zod'
import { errorOf, memo, type ReplayAnswer, resultOf } from './replay-answer.ts'

const hexNumber = z.string().regex(/^0x[0-9a-fA-F]{1,13}$/)
const tags = ['latest', 'finalized', 'safe', 'earliest'] as const
const place = z.union([hexNumber, z.enum(tags)])
const oneOrMore = z.union([z.string().transform((one) => [one]), z.array(z.string())])

/** https://ethereum.github.io/execution-apis/ `eth_getLogs`: a range of blocks, or one block by its hash. */
const filterSchema = z
  .looseObject({
    fromBlock: place.optional(),
    toBlock: place.optional(),
    blockHash: z.string().optional(),
    address: oneOrMore.nullish(),
    topics: z.array(oneOrMore.nullable()).nullish(),
  })
  .refine(({ blockHash, fromBlock, toBlock }) => !blockHash || (!fromBlock && !toBlock))

type Filter = z.infer<typeof filterSchema>

const receiptsSchema = z.array(
  z.looseObject({
    logs: z.array(z.looseObject({ address: z.string(), topics: z.array(z.string()) })),
  }),
)

/** What the answer is made from. */
export interface RecordedLogs {
  /** The height of a tag; `undefined` where there is none. */
  heightOf(tag: (typeof tags)[number]): number | undefined
  /** The canonical hash at a height, and whether a hash is canonical. */
  hashAt(height: number): string | undefined
  isCanonical(hash: string): boolean
  /** The receipts of a block as JSON text; `undefined` where they were not recorded. */
  receipts(hash: string): string | undefined
}

/**
 * `eth_getLogs` from the receipts that were recorded. A range that holds a block which was not is refused: no logs would
 * read like none were written.
 */
export function logsAnswerer(recorded: RecordedLogs): (params: readonly unknown[]) => ReplayAnswer {
  const logsOf = memo((hash) => {
    const text = recorded.receipts(hash)
    return text === undefined ? undefined : receiptsSchema.parse(JSON.parse(text)).flatMap(({ logs }) => logs)
  })
  return ([filter]) => {
    const parsed = filterSchema.safeParse(filter)
    if (!parsed.success) return errorOf(-32602, 'expected a filter with a range of blocks, or a block hash')
    const hashes = hashesOf(parsed.data, recorded)
    const blocks = hashes?.map((hash) => (hash === undefined ? undefined : logsOf(hash)))
    if (blocks === undefined || blocks.includes(undefined))
      return errorOf(-32001, 'not all blocks of this range are in the recording')
    return resultOf(blocks.flatMap((logs) => (logs ?? []).filter((log) => fits(log, parsed.data))))
  }
}

/** `undefined` for what is no range: too long for any recording, or one that ends before it begins. */
function hashesOf(filter: Filter, recorded: RecordedLogs): (string | undefined)[] | undefined {
  if (filter.blockHash !== undefined) {
    const hash = filter.blockHash.toLowerCase()
    return [recorded.isCanonical(hash) ? hash : undefined]
  }
  const from = heightOf(filter.fromBlock ?? 'latest', recorded)
  const to = heightOf(filter.toBlock ?? 'latest', recorded)
  if (from === undefined || to === undefined || from > to || to - from >= 1_000_000) return undefined
  return Array.from({ length: to - from + 1 }, (_, index) => recorded.hashAt(from + index))
}

function heightOf(at: z.infer<typeof place>, recorded: RecordedLogs): number | undefined {
  const tag = tags.find((candidate) => candidate === at)
  return tag === undefined ? Number(at) : recorded.heightOf(tag)
}

function fits(log: { address: string; topics: readonly string[] }, { address, topics }: Filter): boolean {
  const holds = (wanted: readonly string[] | null | undefined, value: string | undefined) =>
    wanted == null ||
    wanted.length === 0 ||
    wanted.some((each) => each.toLowerCase() === value?.toLowerCase())
  return (
    holds(address, log.address) &&
    (topics ?? []).every((wanted, index) => wanted === null || holds(wanted, log.topics[index]))
  )
}
