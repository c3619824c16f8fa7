import { Readable } from 'node:stream'
import { crc32 } from 'node:zlib'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'

export interface StreamLimits {
  /** How messages name the file. */
  name: string
  /** What the file is, for messages: `zip`, `gzip file`, `file`. */
  kind: string
  maxBytes: number
  /** The CRC-32 that the content must have. */
  crc?: number
}

/**
 * The same bytes, limited: no more than `maxBytes`, of the expected checksum, and with every failure of the source
 * turned into a `bad-file` error that names the file.
 */
export function limitStream(source: Readable, options: StreamLimits): Readable {
  return Readable.from(limited(source, options), { objectMode: false })
}

async function* limited(source: Readable, options: StreamLimits): AsyncGenerator<Buffer> {
  const { name, kind, maxBytes, crc } = options
  let bytes = 0
  let sum = 0
  try {
    for await (const chunk of source as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) throw tooLarge(name, maxBytes)
      if (crc !== undefined) sum = crc32(chunk, sum)
      yield chunk
    }
    if (crc !== undefined && sum !== crc) throw new Error('its checksum does not agree with its content')
  } catch (cause) {
    if (cause instanceof ChainscreenError) throw cause
    throw new ChainscreenError(
      'bad-file',
      `${name} is a ${kind} that is cut short or damaged (${messageOf(cause)}), after ${bytes.toLocaleString('en-US')} bytes of content: get it again.`,
      { cause },
    )
  }
}

/** The error for a file of more than `maxBytes`, decompressed. */
export function tooLarge(name: string, maxBytes: number): ChainscreenError {
  const limit = maxBytes.toLocaleString('en-US')
  return new ChainscreenError(
    'bad-file',
    `${name} holds more than ${limit} bytes decompressed: no list is that large.`,
  )
}
