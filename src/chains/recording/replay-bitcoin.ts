import { z } from 'zod'
import { type BitcoinBlock, withMoment } from './format.ts'
import { errorOf, memo, type ReplayAnswer, type ReplayMethods, resultOf } from './json-rpc-reply.ts'
import type { BitcoinRecording } from './recording.ts'
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
interface BitcoinBlocks {
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

/** An HTTP answer of Bitcoin Core's REST interface. */
export interface RestAnswer {
  status: number
  type: 'application/octet-stream' | 'application/json' | 'text/plain'
  body: Buffer | string
}

/** Core ends its error texts with CR LF (src/rest.cpp, RESTERR). */
function restError(status: number, message: string): RestAnswer {
  return { status, type: 'text/plain', body: `${message}\r\n` }
}

/** Where no handler is registered (REST off, or a path this Core does not have), Core answers without a text. */
const noHandler: RestAnswer = { status: 404, type: 'text/plain', body: '' }
const noFormat = restError(404, 'output format not found (available: .bin, .json)')
const binary = (body: Buffer): RestAnswer => ({ status: 200, type: 'application/octet-stream', body })
const json = (text: string): RestAnswer => ({ status: 200, type: 'application/json', body: `${text}\n` })

/**
 * Bitcoin Core's REST interface (https://github.com/bitcoin/bitcoin/blob/master/doc/REST-interface.md), as far as
 * it is about blocks. Paths are given without `/rest/`.
 */
export function bitcoinRest(
  { blocks: pool }: BitcoinRecording,
  cursor: ReplayCursor,
  blocks: BitcoinBlocks,
  spentServed: boolean,
): (path: string, query: URLSearchParams) => RestAnswer {
  const spent = memo((hash) => Buffer.from(pool.get(hash)?.spent ?? '', 'base64'))

  function headers(count: number, hash: string, format: string): RestAnswer {
    if (!(count >= 1 && count <= 2000))
      return restError(400, `Header count is invalid or out of acceptable range (1-2000): ${count}`)
    if (!/^[0-9a-f]{64}$/.test(hash)) return restError(400, `Invalid hash: ${hash}`)
    const found = []
    let block = cursor.isCanonical(hash) ? blocks.find(hash) : undefined
    while (block !== undefined && found.length < count) {
      found.push(block)
      block = blocks.find(cursor.next(block.hash))
    }
    if (format === 'json') return json(`[${found.map((each) => blocks.headerJson(each)).join(',')}]`)
    if (format !== 'bin') return noFormat
    return binary(Buffer.concat(found.map((each) => blocks.raw(each.hash).subarray(0, 80))))
  }

  function ofBlock(resource: 'block' | 'spenttxouts', hash: string, format: string): RestAnswer {
    if (!/^[0-9a-f]{64}$/.test(hash)) return restError(400, `Invalid hash: ${hash}`)
    const block = blocks.find(hash)
    if (block === undefined) return restError(404, `${hash} not found`)
    if (resource === 'spenttxouts' && block.spent === undefined)
      return restError(404, `${hash} undo not available`)
    if (format !== 'bin') return noFormat
    cursor.served(hash, resource === 'block' ? 'block' : 'spent')
    return binary(resource === 'block' ? blocks.raw(hash) : spent(hash))
  }

  return (path, query) => {
    const dot = path.lastIndexOf('.')
    const [resource = '', ...parts] = path.slice(0, dot < 0 ? undefined : dot).split('/')
    const format = dot < 0 ? '' : path.slice(dot + 1)
    const [first = '', second] = parts
    if (resource === 'chaininfo') return format === 'json' ? json(JSON.stringify(blocks.info())) : noFormat
    if (resource === 'block') return ofBlock('block', first, format)
    if (resource === 'spenttxouts' && spentServed) return ofBlock('spenttxouts', first, format)
    if (resource === 'headers')
      return second === undefined
        ? headers(Number(query.get('count') ?? 5), first, format)
        : headers(Number(first), second, format)
    if (resource === 'blockhashbyheight') {
      const hash = cursor.hashAt(Number(first))
      if (hash === undefined) return restError(404, 'Block height out of range')
      if (format === 'bin') return binary(Buffer.from(hash, 'hex').reverse())
      return format === 'json' ? json(JSON.stringify({ blockhash: hash })) : noFormat
    }
    return noHandler
  }
}
