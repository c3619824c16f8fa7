/** Whether a part of a URL's path, or a value in its query, may be a key rather than a word. */
export type MayBeKey = (part: string, where: 'path' | 'query') => boolean

/**
 * What in a URL may be a key: user, password, parts of the path and the query's values, each as written and decoded, and
 * user and password as they are sent. The longest first: a secret may be part of another one.
 */
export function secretsOf(url: string, mayBeKey: MayBeKey): string[] {
  const { username, password, pathname, search, searchParams } = new URL(url)
  const login = [username, password].filter((part) => part.length >= 3)
  const parts = pathname
    .split('/')
    .flatMap((part) => [part, ...part.split(/[;=]/)])
    .filter((part) => mayBeKey(part, 'path'))
  // As written, where `+` is no space, and a key may stand alone, without a name and `=`.
  const raw = search
    .slice(1)
    .split('&')
    .flatMap((pair) => [
      pair.slice(pair.indexOf('=') + 1),
      ...(/^[^=]+=$/.test(pair) ? [pair.slice(0, -1)] : []),
    ])
  const values = [...searchParams.values(), ...raw].filter((value) => mayBeKey(value, 'query'))
  const written = [...login, ...parts, ...values]
  const basic = username + password === '' ? [] : [btoaUtf8(`${decode(username)}:${decode(password)}`)]
  return [...new Set([...written, ...written.flatMap(echoes), ...basic])].sort(longestFirst)
}

/** What servers and parsers make of it. */
function echoes(text: string): string[] {
  const decoded = decode(text)
  const spaced = decode(text.replaceAll('+', ' '))
  const plain = [decoded, decode(decoded), decoded.replaceAll('+', ' '), spaced]
  return plain.flatMap((one) => [one, one.replaceAll('&', '&amp;'), one.replaceAll('&', '\\u0026')])
}

function longestFirst(a: string, b: string): number {
  return b.length - a.length
}

/** Nobody's key is shorter, and many a word is. */
const shortestKey = 6

/** What the path of a list is made of, and messages speak of too: `datasets`, `entities.ftm.json`, `SDN_ADVANCED.ZIP`. */
const words = /^[a-z]+([._-][a-z]+)*$|^(?:[A-Z][a-z]{3,}){2,4}$/
/** What a signed address is made of beside its signature: dates, and the type that is asked for. */
const plainValue = /^(?:\d{4}-\d{2}-\d{2}(?:T[\d:.Z+-]*)?|[a-z]+\/[a-z0-9.+-]+)$/
const fileName = /^[a-z]+([._-][a-z]+)*\.(xml|zip|csv|json|ya?ml|gz)$/i

/** Messages cut what they quote: so much of the beginning of a secret is enough to know it by. */
const cutAfter = 12

/**
 * A message about a list without what its URLs keep secret: a server may send back what it was asked with, and parsers
 * quote what they found.
 *
 * @param urls of the list, and where they redirected to.
 */
export function withoutSecrets(text: string, urls: ReadonlySet<string>): string {
  const secrets = [...urls].flatMap((url) => secretsOf(url, mayBeListKey)).sort(longestFirst)
  return secrets.reduce(
    (clean, secret) => clean.replace(new RegExp(patternOf(secret), 'gi'), '(secret)'),
    text,
  )
}

function mayBeListKey(part: string, where: 'path' | 'query'): boolean {
  const isName = where === 'path' ? words.test(part) || fileName.test(part) : plainValue.test(part)
  return part.length >= shortestKey && !isName
}

/** The secret, in any case of letters, or its beginning and what hangs on it. */
function patternOf(secret: string): string {
  const escaped = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  if (secret.length <= cutAfter) return escaped(secret)
  return `${escaped(secret)}|${escaped(secret.slice(0, cutAfter))}[^\\s"]*`
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

function btoaUtf8(text: string): string {
  return Buffer.from(text).toString('base64')
}
