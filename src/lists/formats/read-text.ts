import { Readable } from 'node:stream'
import { ChainscreenError } from '../../diagnostics/errors.ts'

/** Small, so that a parser that builds objects of a whole piece holds few of them. */
const pieceBytes = 8 * 1024

/** A piece of decoded text, and how many bytes of the file have been read with it. */
interface DecodedText {
  text: string
  bytesRead: number
}

/**
 * Decodes a stream of bytes as UTF-8, in small pieces; a character cut by a border is put together. A byte order mark is dropped.
 *
 * @throws ChainscreenError `bad-file` at the first byte that is not UTF-8. Damage must not pass as U+FFFD: an
 * address would silently become another text.
 */
export async function* decodeUtf8(input: Readable): AsyncGenerator<DecodedText> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytesRead = 0
  for await (const chunk of input as AsyncIterable<Uint8Array>) {
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes)
      const before = bytesRead
      bytesRead += piece.length
      const text = decode(() => decoder.decode(piece, { stream: true }), before, bytesRead)
      yield { text, bytesRead }
    }
  }
  const rest = decode(() => decoder.decode(), bytesRead, bytesRead)
  if (rest !== '') yield { text: rest, bytesRead }
}

function decode(step: () => string, from: number, to: number): string {
  try {
    return step()
  } catch (cause) {
    const where =
      from === to ? `it ends inside a character, at byte ${to}` : `between bytes ${from} and ${to}`
    throw new ChainscreenError('bad-file', `The file is not valid UTF-8: ${where}.`, { cause })
  }
}

/** Longer than any entity of a published list; bounds memory where a file has no line ends. */
const maxLineChars = 1 << 24

/** One line of a text, without its end. */
export interface Line {
  /** Counted from 1. */
  number: number
  text: string
  /** Whether a line end follows: only the last line may have none. */
  ended: boolean
}

/**
 * Reads a text line by line (`\n` or `\r\n`).
 *
 * @param options.blank also lines with nothing but white space; left out by default.
 * @throws ChainscreenError `bad-file` where it is no UTF-8, or a line is longer than any list has.
 */
export async function* readLines(input: Readable, options: { blank?: boolean } = {}): AsyncGenerator<Line> {
  const wanted = (line: string) => options.blank === true || line.trim() !== ''
  let number = 0
  /** The pieces of a line that is not whole yet: joined once, however many there are. */
  let held: string[] = []
  let heldChars = 0
  for await (const { text } of decodeUtf8(input)) {
    let from = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      const line = [...held, text.slice(from, end)].join('')
      held = []
      heldChars = 0
      from = end + 1
      number++
      if (wanted(line)) yield { number, text: line, ended: true }
    }
    if (from === text.length) continue
    held.push(text.slice(from))
    heldChars += text.length - from
    if (heldChars > maxLineChars)
      throw new ChainscreenError('bad-file', `Line ${number + 1} is longer than ${maxLineChars} characters.`)
  }
  const rest = held.join('')
  if (rest !== '' && wanted(rest)) yield { number: number + 1, text: rest, ended: false }
}

/**
 * The beginning of a file, with the stream as it was: whole.
 *
 * @param enough whether no more than these bytes need be looked at. The file may end before.
 */
export async function peek(
  input: Readable,
  enough: (head: Buffer) => boolean,
): Promise<{ head: Buffer; whole: Readable }> {
  const iterator = (input as AsyncIterable<Buffer>)[Symbol.asyncIterator]()
  const read: Buffer[] = []
  let head = Buffer.alloc(0)
  while (!enough(head)) {
    const { done, value } = await iterator.next()
    if (done) break
    read.push(value)
    head = Buffer.concat([head, value])
  }
  return { head, whole: Readable.from(again(read, iterator), { objectMode: false }) }
}

async function* again(read: readonly Buffer[], rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  try {
    yield* read
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value
  } finally {
    await rest.return?.()
  }
}

/** Longer than any white space that stands before a file's content. */
const reach = 4096

/**
 * The first character of a file that is no white space and no byte order mark, with the stream as it was: whole.
 *
 * @returns an empty character for a file without content.
 */
export async function firstCharacter(input: Readable): Promise<{ character: string; whole: Readable }> {
  const { head, whole } = await peek(input, (bytes) => bytes.length >= reach || first(bytes) !== '')
  return { character: first(head), whole }
}

function first(bytes: Buffer): string {
  const text = bytes.toString('latin1').replace(/^(?:\xef\xbb\xbf|\xef\xbb$|\xef$|[\t\n\v\f\r ])+/, '')
  return text.slice(0, 1)
}
