/**
 * A failure that a person or a program can act on: `code` is for programs, `message` is a sentence for people, `details`
 * has one line for each thing to repair. Never put an RPC URL or a secret into any of them: use {@link redactUrl}, and the
 * `Redactor` of a node or list if others wrote a part of the text.
 *
 * @example
 * try {
 *   loadConfig('chainscreen.yaml')
 * } catch (error) {
 *   if (error instanceof ChainscreenError && error.code === 'config') console.error(error.message, error.details)
 * }
 */
export class ChainscreenError extends Error {
  override readonly name = 'ChainscreenError'
  readonly code: ErrorCode
  details: readonly string[]
  /** How long to wait before the same is worth trying again, where the other side said so. */
  readonly retryAfterMs: number | undefined

  constructor(
    code: ErrorCode,
    message: string,
    options: { details?: readonly string[]; cause?: unknown; retryAfterMs?: number | undefined } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.details = options.details ?? []
    this.retryAfterMs = options.retryAfterMs
  }
}

/** What can go wrong, by who has to act, with the exit code a command ends with. */
export const exitCodes = {
  /** Wrong words on the command line. */
  usage: 2,
  /** The config file is wrong, or names something that is not there. */
  config: 2,
  /** A node answers for another chain or network than the config says. */
  'wrong-chain': 2,
  /** A file a user brought (addresses, list) is not acceptable. */
  'bad-file': 1,
  /** A list's server does not answer, or not in time. */
  'list-unreachable': 75,
  /** A list's server answers with something else than the list. */
  'list-refused': 1,
  /** An alert changed since it was seen: what was to be decided of it may not hold any more. */
  'alert-changed': 1,
  /** A decision needs two people, and this is the one who proposed it. */
  'needs-other-person': 1,
  /** A decision needs two people, and this is a service. */
  'needs-person': 1,
  /** A list was not activated: it waits for approval. */
  'list-held': 1,
  /** What a list's server sends can't be written to the local disk. */
  disk: 1,
  /** Reading or writing the database failed. */
  database: 1,
  /** Another process writes to the database, for longer than one waits for it. */
  'database-busy': 75,
  /** The disk under the database is full, or answers with an I/O error. */
  'database-disk': 75,
  /** The file of the database was deleted, moved or replaced under the daemon that has it open. */
  'database-lost': 1,
  /** The database is newer than this program. */
  'database-newer': 5,
  /** Another daemon holds the database. */
  'database-locked': 6,
  /** A PostgreSQL database does not answer, or not now. */
  'postgres-unreachable': 75,
  /** It answers with an error that stays until somebody repairs the query, the login or the table. */
  'postgres-refused': 1,
  /** The node does not answer, or not in time. */
  'node-unreachable': 75,
  /** The node answers, but is still catching up with its chain. */
  'node-syncing': 75,
  /** The node refuses the credentials. */
  'node-auth': 75,
  /** The node answered with something that can't be what was asked. */
  'node-bad-answer': 75,
  /** The node does not have (or no longer has) what was asked. */
  'node-missing-data': 75,
  /** Two nodes of one chain keep to different final blocks. */
  'node-disagreement': 1,
  /** A rescan that a daemon does was not watched to its end: it stays queued. */
  'rescan-left': 75,
  /** A thread of the daemon ended by itself. */
  'thread-lost': 75,
  /** Nothing moved for too long. */
  stalled: 75,
  /** The chain was reorganised below a final block. */
  'deep-reorg': 1,
  /** Interrupted by a signal before the work was done. */
  aborted: 1,
  /** Anything else. */
  failure: 1,
} as const

export type ErrorCode = keyof typeof exitCodes

/**
 * The exit code of a command that ends with this error.
 *
 * @returns `1` for errors that are no {@link ChainscreenError}.
 * @example
 * exitCodeOf(new ChainscreenError('config', 'The config c.yaml is empty.')) // 2
 */
export function exitCodeOf(error: unknown): number {
  return error instanceof ChainscreenError ? exitCodes[error.code] : 1
}

/** True for errors where the same call may work later. */
export function isTemporary(error: unknown): boolean {
  return exitCodeOf(error) === 75
}

/** True where a node does not have what was asked of it. */
export function isMissing(error: unknown): boolean {
  return error instanceof ChainscreenError && error.code === 'node-missing-data'
}

/** Scheme, host and port of a URL: paths, queries and user names of node URLs carry keys. Nothing of one whose login is cut. */
export function redactUrl(url: string): string {
  if (isLoginCut(url)) return '(a URL that is not shown)'
  const { protocol, host } = URL.canParse(url) ? new URL(url) : { protocol: '', host: '' }
  return host === '' ? '(not a URL)' : `${protocol}//${host}`
}

/**
 * Whether a `/`, `?` or `#` in the user or password of a URL may have ended them: what is taken for the host, the port and the path
 * are pieces of the login then. An @ tells: it stands behind all of a login, and hardly anywhere in a path.
 */
export function isLoginCut(url: string): boolean {
  if (!URL.canParse(url)) return /:\/\/[^/?#]*[/?#][^@]*@/.test(url)
  const { protocol, host, pathname, search, hash } = new URL(url)
  if (!`${pathname}${search}${hash}`.includes('@')) return false
  // `https://cdn.example.org/list@1/file.csv`: a host alone, and no port that a password could begin with.
  const isPlainHost = /^(?:http|ws)s?:$/.test(protocol) && /^[^:]+\.[^:]+$/.test(host)
  return !(isPlainHost && url.toLowerCase().startsWith(`${protocol}//${host}/`))
}

/** The text of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
}

/** Why a file could not be opened or read, as a clause that follows `FILE can't be read: `. */
export function whyUnreadable(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return reasons[code] ?? messageOf(error)
}
