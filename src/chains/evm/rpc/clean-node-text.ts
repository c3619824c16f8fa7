import { secretsOf } from '../../../url-secrets.ts'

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

/** What in a node's URL may be a key. Short path parts (`v2`, `rpc`) are words, not keys. */
export function nodeSecrets(url: string): string[] {
  return secretsOf(url, (part, where) => part.length >= (where === 'path' ? 8 : 3))
}
