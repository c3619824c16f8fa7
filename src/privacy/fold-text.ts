/** Only the letters and digits of a text (of the Basic Multilingual Plane), in lower case, and where each stands in it. */
export interface FoldedText {
  letters: string
  /** Of each letter, where what it was written as begins in the text, and where it ends. */
  starts: readonly number[]
  ends: readonly number[]
}

/** One UTF-16 unit, and the part of the text that it was written as. */
interface Read {
  char: string
  start: number
  end: number
}

/** `%41` (RFC 3986), `\u0041` and `\x41` (JSON, JavaScript), `&#65;` and `&amp;` (HTML), and colours of a terminal. */
const escaped =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's sequences begin with one
  /(?:%[0-9a-f]{2})+|\\u\{?([0-9a-f]{2,6})\}?|\\x([0-9a-f]{2})|&#x([0-9a-f]{1,6});|&#(\d{1,7});|&[a-z]{2,6};|\\[bfnrt]|\u001b\[[0-9;?]*[ -/]*[@-~]/giu
const mostLayers = 4
const letterOrDigit = /[\p{L}\p{N}]/u

/** A text folded as it stands, and again with its escapes undone, as often as there are some (at most three times). */
export function foldings(text: string): FoldedText[] {
  const folded: FoldedText[] = []
  let layer: Read[] = []
  for (let at = 0; at < text.length; at++) layer.push({ char: text[at] ?? '', start: at, end: at + 1 })
  while (folded.length < mostLayers) {
    folded.push(fold(layer))
    const next = unescaped(layer)
    if (next === null) break
    layer = next
  }
  return folded
}

function fold(layer: readonly Read[]): FoldedText {
  let letters = ''
  const starts: number[] = []
  const ends: number[] = []
  for (const { char, start, end } of layer) {
    // Full-width and other compatible forms are the letters that they look like (Unicode, UAX #15, NFKC).
    const plain = char <= '\u007f' ? char : char.normalize('NFKC')
    for (const letter of plain.toLowerCase()) {
      if (!letterOrDigit.test(letter)) continue
      letters += letter
      starts.push(start)
      ends.push(end)
    }
  }
  return { letters, starts, ends }
}

/** `null` where nothing is escaped. */
function unescaped(layer: readonly Read[]): Read[] | null {
  const text = layer.map(({ char }) => char).join('')
  const next: Read[] = []
  let done = 0
  for (const match of text.matchAll(escaped)) {
    next.push(...layer.slice(done, match.index))
    done = match.index + match[0].length
    const start = layer[match.index]?.start ?? 0
    const end = layer[done - 1]?.end ?? 0
    for (const char of meant(match).split('')) next.push({ char, start, end })
  }
  if (done === 0) return null
  next.push(...layer.slice(done))
  return next
}

function meant([whole, unicode, byte, hex, decimal]: RegExpExecArray): string {
  if (whole.startsWith('%')) return Buffer.from(whole.replaceAll('%', ''), 'hex').toString('utf8')
  const code = unicode ?? byte ?? hex
  const point = code !== undefined ? Number.parseInt(code, 16) : Number(decimal ?? Number.NaN)
  return point <= 0x10ffff ? String.fromCodePoint(point) : ''
}
