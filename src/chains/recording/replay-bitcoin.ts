import { z } from 'zod'
import { withMoment } from './core-moment.ts'
import type { BitcoinBlock } from './format.ts'
import type { BitcoinRecording } from './recording.ts'
import { errorOf, memo, type ReplayAnswer, type ReplayMethods, resultOf } from './replay-answer.ts'
import type { ReplayCursor } from './replay-cursor.ts'

const coreNames: Readonly<Record<string, string>> = { mainnet: 'main', testnet3: 'test' }
const notFound = errorOf(-5, 'Block not found')
const headerSchema = z.looseObject({
  bits: z.string(),
  difficulty: z.number(),
  time: z.number(),
  mediantime: z.number(),
  chainwork: z.string(),
})
const verboseSchema = z.looseObject({ tx: z.array(z.object({ txid: z.string() })) })

/** Bitcoin Core's view of one block at this moment; shared by JSON-RPC and REST. */
export interface BitcoinBlocks {
  /** `undefined` for a block that no view up to now has. Blocks that lost stay readable, as in Core. */
  find(hash: unknown): BitcoinBlock | undefined
  raw(hash: string): Buffer
  /** `getblockheader` as of now. */
  headerJson(block: BitcoinBlock): string
  info(): Record<string, unknown>
}

export function bitcoinBlocks({ header, blocks }: BitcoinRecording, cursor: ReplayCursor): BitcoinBlocks {
  const find = (hash: unknown) =>
    typeof hash === 'string' && cursor.isKnown(hash) ? blocks.get(hash) : undefined
  return {
    find,
    raw: memo((hash) => Buffer.from(blocks.get(hash)?.block ?? '', 'base64')),
    headerJson: (block) => withMoment(block.header, momentOf(block, cursor)),
    info() {
      const { height, hash } = cursor.askHead()
      const { bits, difficulty, time, mediantime, chainwork } = headerSchema.parse(
        JSON.parse(blocks.get(hash)?.header ?? '{}'),
      )
      return {
        chain: coreNames[header.network] ?? header.network,
        blocks: height,
        headers: height,
        bestblockhash: hash,
        bits,
        difficulty,
        time,
        mediantime,
        verificationprogress: 1,
        initialblockdownload: false,
        chainwork,
        pruned: false,
        warnings: [],
      }
    },
  }
}

function momentOf(block: BitcoinBlock, cursor: ReplayCursor): { confirmations: number; next: string | null } {
  const confirmations = cursor.isCanonical(block.hash) ? cursor.head().height - block.height + 1 : -1
  return { confirmations, next: cursor.next(block.hash) }
}

/** Bitcoin Core's JSON-RPC, answered from a recording. With `verbose` false, like a Core before 23.0. */
export function bitcoinMethods(
  recording: BitcoinRecording,
  cursor: ReplayCursor,
  blocks: BitcoinBlocks,
  verbose: boolean,
): ReplayMethods {
  const hexes = memo((hash) => Buffer.from(`"${blocks.raw(hash).toString('hex')}"`))

  function getblock([hash, verbosity = 1]: readonly unknown[]): ReplayAnswer {
    const block = blocks.find(hash)
    if (block === undefined) return notFound
    if (verbosity === 0 || verbosity === false) {
      cursor.served(block.hash, 'block')
      return { result: hexes(block.hash) }
    }
    if (block.verbose === undefined || !verbose || (verbosity !== 1 && verbosity !== true && verbosity !== 3))
      return errorOf(-5, `getblock with verbosity ${String(verbosity)} is not part of this recording`)
    const text = withMoment(block.verbose, momentOf(block, cursor))
    if (verbosity === 3) {
      cursor.served(block.hash, 'verbose')
      return { result: Buffer.from(text) }
    }
    const parsed = verboseSchema.parse(JSON.parse(text))
    return resultOf({ ...parsed, tx: parsed.tx.map(({ txid }) => txid) })
  }

  return {
    getblockchaininfo: () => resultOf(blocks.info()),
    getblockcount: () => resultOf(cursor.askHead().height),
    getbestblockhash: () => resultOf(cursor.askHead().hash),
    // A replay has no time to wait for: the answer is the head, at once.
    waitfornewblock: () => resultOf(cursor.askHead()),
    getblockhash([height]) {
      const hash = typeof height === 'number' ? cursor.hashAt(height) : undefined
      return hash === undefined ? errorOf(-8, 'Block height out of range') : resultOf(hash)
    },
    getblockheader([hash, asJson = true]) {
      const block = blocks.find(hash)
      if (block === undefined) return notFound
      if (asJson === false) return resultOf(blocks.raw(block.hash).subarray(0, 80).toString('hex'))
      return { result: Buffer.from(blocks.headerJson(block)) }
    },
    getblock,
    getchaintips() {
      const stale = cursor.staleHeads().map(({ height, hash, branchLength }) => ({
        height,
        hash,
        branchlen: branchLength,
        status: 'valid-fork',
      }))
      const tips = [{ ...cursor.head(), branchlen: 0, status: 'active' }, ...stale]
      return resultOf(tips.toSorted((a, b) => b.height - a.height))
    },
    getnetworkinfo: () =>
      resultOf({
        version: versionOf(recording.header.client),
        subversion: recording.header.client,
        protocolversion: 70016,
        connections: 0,
        networkactive: false,
        warnings: [],
      }),
  }
}

/** `/Satoshi:30.99.0/` is 309900. */
function versionOf(client: string): number {
  const [major = 0, minor = 0, patch = 0] = (/:(\d+)\.(\d+)\.(\d+)/.exec(client) ?? []).slice(1).map(Number)
  return major * 10_000 + minor * 100 + patch
}
