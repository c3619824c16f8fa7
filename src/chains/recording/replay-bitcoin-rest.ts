import type { BitcoinRecording } from './recording.ts'
import { memo } from './replay-answer.ts'
import type { BitcoinBlocks } from './replay-bitcoin.ts'
import type { ReplayCursor } from './replay-cursor.ts'

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
