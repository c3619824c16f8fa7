import type { Readable } from 'node:stream'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { decodeUtf8 } from './decode-utf8.ts'

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
