import { z } from 'zod'
import { isLoginCut } from '../diagnostics/errors.ts'

/**
 * Values that several groups share. The message of every check is what was expected, in words that end the
 * sentence "expected …".
 */

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const

/**
 * The milliseconds of `250ms`, `30s`, `5m`, `72h` or `2d`; `null` for none.
 */
export function durationOf(duration: string | null): number | null {
  return duration === null ? null : parseDuration(duration)
}

/** `250ms`, `30s`, `5m`, `72h`, `2d`, as milliseconds; at least `minMs`, at most `maxMs`. */
export function durationMs(expected: string, minMs: number, maxMs = 3_650 * unitMs.d) {
  return z
    .string(expected)
    .regex(/^\d{1,9}(ms|s|m|h|d)$/, expected)
    .transform(parseDuration)
    .refine((ms) => ms >= minMs && ms <= maxMs, expected)
}

/** `24h`, `7d`, as milliseconds; `null` for text that is no duration. */
export function durationIn(text: string): number | null {
  return /^\d{1,6}(ms|s|m|h|d)$/.test(text) ? parseDuration(text) : null
}

function parseDuration(text: string): number {
  const digits = Number.parseInt(text, 10)
  const unit = text.replace(/^\d+/, '')
  return digits * (unitMs[unit as keyof typeof unitMs] ?? Number.NaN)
}

const unitBytes = { KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 } as const

/** `500KB`, `64MB`, `1GB`, as bytes (1 KB = 1,024 bytes, as JEDEC 100B.01 has it); at least `min`, at most `max`. */
export function byteSize(expected: string, min: number, max: number) {
  return z
    .string(expected)
    .regex(/^\d{1,9}(KB|MB|GB)$/, expected)
    .transform((text) => Number.parseInt(text, 10) * unitBytes[text.slice(-2) as keyof typeof unitBytes])
    .refine((bytes) => bytes >= min && bytes <= max, expected)
}

/** `5%` as the fraction 0.05: the nearest number to it, which dividing by a hundred does not always give. */
export function percentage(expected: string) {
  return z
    .string(expected)
    .regex(/^\d{1,3}(\.\d+)?%$/, expected)
    .transform((text) => Number(`${text.slice(0, -1)}e-2`))
    .refine((fraction) => fraction <= 1, expected)
}

/** A whole number. Digits in text are taken too, since that is what `${NAME}` leaves. */
export function wholeNumber(expected: string, min: number, max = Number.MAX_SAFE_INTEGER) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value),
    z.int(expected).min(min, expected).max(max, expected),
  )
}

/** Yes or no; the words in text are taken too, since that is what `${NAME}` leaves. */
export function flag(expected = 'true or false') {
  return z.preprocess(
    (value) => (value === 'true' ? true : value === 'false' ? false : value),
    z.boolean(expected),
  )
}

/** Text that is not empty. */
export function text(expected: string) {
  return z.string(expected).min(1, expected)
}

const loginExpected =
  'a URL with %25, %2F, %3F, %23 and %40 for each %, /, ?, # and @ that is part of its user or password (and %40 for an @ behind its host)'

/** A URL that may hold a user and a password, kept as written. @param scheme how it begins. */
export function urlWithLogin(scheme: RegExp, expected: string) {
  return z.string(expected).superRefine((url, context) => {
    const isUrl = scheme.test(url) && URL.canParse(url)
    if (isUrl && !isLoginCut(url) && canReadLogin(new URL(url))) return
    const message = isUrl || (scheme.test(url) && isLoginCut(url)) ? loginExpected : expected
    context.addIssue({ code: 'custom', message })
  })
}

/** The keys that say where a PostgreSQL is. `urlFile` has become `url` when this is parsed (see `secrets.ts`). @param name of a database, for the example. */
export function postgresPlace(name: string) {
  const expected = `a postgres:// URL, such as postgres://user:password@127.0.0.1:5432/${name}`
  return {
    url: urlWithLogin(/^postgres(ql)?:\/\//i, expected).describe(
      'Where the database is, with its login; better from the environment, or in urlFile.',
    ),
    urlFile: text('the path of a file').optional().describe('File that holds the URL.'),
  }
}

/** What stands for itself in a user name or password has no %, which begins the code of a letter (RFC 3986, section 2.1). */
function canReadLogin({ username, password }: URL): boolean {
  try {
    decodeURIComponent(`${username}:${password}`)
    return true
  } catch {
    return false
  }
}

/** One of a few words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words, expected?: string) {
  return z.enum(words, expected ?? wordList(words))
}

function wordList(words: readonly string[]): string {
  return words.length < 2
    ? words.join('')
    : `${words.slice(0, -1).join(', ')} or ${words[words.length - 1] ?? ''}`
}

/** The name of a list or chain in commands, tables and alerts. */
export function id() {
  const expected = 'a short name of a-z, 0-9 and -, such as house-list'
  return z
    .string(expected)
    .max(64, expected)
    .regex(/^[a-z0-9][a-z0-9-]*$/, expected)
    .refine((name) => name !== 'canary', 'another name: `canary` is reserved')
}

/** Reports every item that repeats an earlier one; `same` gives the value that must be unique (`undefined`: none), and `key` where it stands. */
export function unique<Item>(key: string, same: (item: Item) => string | undefined, what: string) {
  return (items: readonly Item[], context: z.RefinementCtx) => {
    const seen = new Set<string>()
    for (const [index, item] of items.entries()) {
      const value = same(item)
      if (value === undefined) continue
      if (seen.has(value)) context.addIssue({ code: 'custom', path: [index, key], message: what })
      seen.add(value)
    }
  }
}

/**
 * A group of keys that takes no others. For an unknown key, the message of the issue is the list of allowed
 * keys, joined with `, `: that is how `mistakes.ts` learns them.
 */
export function group<Shape extends z.core.$ZodLooseShape>(shape: Shape) {
  const allowed = Object.keys(shape).join(', ')
  return z.strictObject(shape, {
    error: (issue) => (issue.code === 'unrecognized_keys' ? allowed : `a group of keys (${allowed})`),
  })
}
