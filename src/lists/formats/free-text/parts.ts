import { keyFamily } from '../../../address/key.ts'
import { parseAddress } from '../../../address/parse.ts'
import { bech32Data, cashPrefixes, disorder, hrps, isRandom, isWord, segwit } from './looks-like.ts'
import type { Run } from './runs.ts'

/** No address that carries a checksum is shorter. */
const shortest = 25
const longest = 110
/** How segwit addresses begin that were cut within their prefix: `b`, `bc`, `t`, … */
const begunHrp = hrps.flatMap((hrp) => [...hrp].map((_, at) => hrp.slice(0, at + 1))).join('|')
const begins = `0(?:x[0-9a-f]*)?|${begunHrp}|${segwit}${bech32Data}*`
const cash = `(?:(?:${cashPrefixes.join('|')}):|[qpzr])${bech32Data}`
/** Tables are full of numbers with more digits than any address begins with. */
const isNumber = /^\d{13,}$/
/** Whether more may be put behind a text to make it an address. In either case, so that base58 has all letters. */
const mayBecome = new RegExp(`^(?!0x.{41})(?:${begins}|${cash}*|[1-9a-z]{1,36}|[48][1-9a-z]*)$`, 'i')
/** Addresses that are written in one case. */
const oneCase = new RegExp(`^(?:0x|${segwit}|${cash}*$)`, 'i')
/** So little disorder has one base58 address of a hundred thousand; words in a row seldom have as much. */
const leastDisorder = 0.25

const isBegun = new RegExp(`^(?:${begins})$`, 'i')
const isDamaged = new RegExp(`^(?:0x[0-9a-f]{30,50}|(?=(?:\\D*\\d){4})${segwit}${bech32Data}{20,})$`, 'i')

/** Fewer groups with a word among them are words in a row. */
const fewestGroups = 4

/** What one text may cost: a hostile one must not keep anybody waiting. Pages of remarks need far less. */
const mostEffort = 300_000
const costOfChecksum = 150

/** Puts together what may be the parts of an address. */
export class Parts {
  readonly #runs: readonly Run[]
  #effort = mostEffort

  constructor(runs: readonly Run[]) {
    this.#runs = runs
  }

  /** Whether a text had so many parts that not all were put together. */
  get isSpent(): boolean {
    return this.#effort < 0
  }

  /**
   * How many runs from `at` on are one address with something between its parts, in parts of any length; 0 where none
   * are. Only a checksum, or 40 digits behind `0x`, says so: words never are.
   */
  split(at: number): number {
    let all = ''
    for (let next = at; next === at || this.#isNear(next); next++) {
      const text = this.#runs[next]?.text ?? ''
      all += text
      if (all.length > longest || isNumber.test(all) || !mayBecome.test(all) || !this.#pay(1)) return 0
      if (next === at || all.length < shortest || !/[0-9]/.test(all)) continue
      if (!oneCase.test(all) && disorder(all) < leastDisorder) continue
      if (isWhole(text) || !this.#pay(costOfChecksum)) return 0
      if (isWhole(all)) return this.#isHash(at) ? 0 : next - at + 1
    }
    return 0
  }

  /**
   * How many runs from `at` on were meant as one address, and are none when they are put together; 0 where they were
   * not. It shows in how they begin, or in their letters and digits behind words that announce an address.
   */
  damaged(at: number, announced: () => boolean): number {
    const begun = this.#begun(at)
    if (begun > 0) return begun
    const first = this.#runs[at]?.text ?? ''
    // A number in front of an address counts it, or is of something else.
    if (!/[a-z]/i.test(first)) return 0
    let hasWord = false
    let isEqual = true
    const mixed = this.#chain(at, (_, part) => {
      // A word is a part only among groups of one length, the last one shorter, as people write long numbers.
      const isGroup = isEqual && part.length <= first.length
      isEqual &&= part.length === first.length
      hasWord ||= isWord(part)
      return /^[0-9A-Za-z]+$/.test(part) && (isGroup || !hasWord)
    })
    if (mixed.length < 2 || !isPlenty(mixed.join('')) || !announced()) return 0
    // The address itself may begin behind a part of its label, as in `(TRC20) 0x098B …`, and another one behind this.
    let count = 1
    while (count < mixed.length && !this.#begins(at + count)) {
      if (mixed.length < fewestGroups && isWord(mixed[count] ?? '')) break
      count++
    }
    return count > 1 && isPlenty(mixed.slice(0, count).join('')) ? count : 0
  }

  #begins(at: number): boolean {
    return this.split(at) > 0 || this.#begun(at) > 0
  }

  #begun(at: number): number {
    const parts = this.#begunParts(at)
    return parts.length > 1 && isDamaged.test(parts.join('')) ? parts.length : 0
  }

  /** A transaction's hash in groups: 64 digits, of which the first 40 pass for an address. */
  #isHash(at: number): boolean {
    let length = 0
    return this.#begunParts(at).some((part) => {
      length += part.length
      return length === 66
    })
  }

  #begunParts(at: number): string[] {
    return this.#chain(at, (all) => isBegun.test(all))
  }

  /** The runs from `at` on, as long as they stand near each other and `may` takes them. */
  #chain(at: number, may: (all: string, part: string) => boolean): string[] {
    const parts: string[] = []
    let all = ''
    for (let next = at; next === at || this.#isNear(next); next++) {
      const run = this.#runs[next]
      if (run === undefined || run.inLink || isAddress(run.text) || !this.#pay(1)) break
      all += run.text
      if (all.length > longest || isNumber.test(all) || !may(all, run.text)) break
      parts.push(run.text)
    }
    return parts
  }

  #isNear(at: number): boolean {
    return this.#runs[at]?.isNear === true
  }

  #pay(cost: number): boolean {
    this.#effort -= cost
    return this.#effort >= 0
  }
}

function isAddress(text: string): boolean {
  return text.length >= shortest && parseAddress(text).ok
}

/** Whether a text is an address that vouches for itself. Solana's carry no checksum: any cut of a text might be one. */
function isWhole(text: string): boolean {
  if (text.length < shortest) return false
  const parsed = parseAddress(text)
  return parsed.ok && keyFamily(parsed.key) !== 'solana'
}

/** Letters and digits in plenty, of whatever chain. */
function isPlenty(text: string): boolean {
  if (text.length < shortest) return false
  return isRandom(text) || (text.replace(/[^a-z]/gi, '').length >= 8 && text.replace(/\D/g, '').length >= 3)
}
