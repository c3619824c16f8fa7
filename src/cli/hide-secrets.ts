import { secretIn, wordsOfPhrase } from '../address/secret.ts'

/** Options whose values are hashes or names of files, which may have as many hex digits as a private key. */
const neverKeys = new Set(['--tx', '--config', '--db'])
/** Commands that take ids in hex. */
const takeIds = new Set(['alerts', 'lists'])

/**
 * Takes what may be a private key or a seed phrase on a command line out of every message about it: whichever command it was
 * pasted behind, it must not stand in a log that keeps stderr.
 *
 * @returns the message as it may be shown.
 */
export function hiderOf(args: readonly string[]): (message: string) => string {
  const whole = args.filter((arg, index) => {
    const secret = secretIn(arg)
    if (secret === 'private key or hash') return !mayBeHash(args, index)
    // Names of files and folders are words too.
    if (secret === 'seed phrase') return !/[/\\]/.test(arg) && !isFileOption(args, index)
    return secret !== null
  })
  const words = new Set([...wordsOfPhrase(args)].flatMap((word) => word.match(/[\p{L}\p{M}]+/gu) ?? []))
  // As it was given, and as JSON writes it between quotes.
  // Of `--name=value` the value, too.
  const texts = whole
    .flatMap((text) => [text, ...(/^--[a-z-]+=([\s\S]+)$/.exec(text)?.slice(1) ?? [])])
    .flatMap((text) => [text, JSON.stringify(text).slice(1, -1)])
  return (message) => {
    const without = texts.reduce((said, text) => said.replaceAll(text, '(not shown)'), message)
    return words.size === 0
      ? without
      : without.replace(/[\p{L}\p{M}]+/gu, (word) => (words.has(word) ? '(not shown)' : word))
  }
}

function isFileOption(args: readonly string[], index: number): boolean {
  return neverKeys.has(args[index - 1] ?? '') || /^--(?:tx|config|db)=/.test(args[index] ?? '')
}

function mayBeHash(args: readonly string[], index: number): boolean {
  const before = args[index - 1] ?? ''
  if (isFileOption(args, index)) return true
  return takeIds.has(args[0] ?? '') && !before.startsWith('--')
}
