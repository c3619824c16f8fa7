const anyUrl = /[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it removes
const unprintable = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g

/**
 * Text that a node wrote, fit to print: without URLs, without any of the given secrets, without control characters
 * (it may reach a terminal), and short.
 */
export function cleanNodeText(text: string, secrets: readonly string[], maxLength = 200): string {
  let clean = text.slice(0, 10_000)
  for (const secret of secrets) clean = clean.replaceAll(secret, '(secret)')
  clean = clean.replace(anyUrl, '(url)').replace(unprintable, ' ').trim()
  return clean.length > maxLength ? `${clean.slice(0, maxLength)}…` : clean
}

/**
 * What in a node's URL may be a key: user, password, the path, its parts and the query's values, each as written and
 * decoded. Short path parts (`v2`, `rpc`) are words, not keys.
 */
export function secretsOf(url: string): string[] {
  const { username, password, pathname, searchParams } = new URL(url)
  const parts = [...pathname.split('/').filter((part) => part.length >= 8), ...searchParams.values()]
  const written = [username, password, ...parts].filter((part) => part.length >= 3)
  const basic = username === '' ? [] : [btoaUtf8(`${decode(username)}:${decode(password)}`)]
  // The longest first: a secret may be part of another one.
  return [...new Set([...written, ...written.map(decode), ...basic])].sort((a, b) => b.length - a.length)
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
