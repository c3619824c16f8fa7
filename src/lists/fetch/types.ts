import type { RetryPolicy } from '../../network/retry.ts'
import type { Redactor } from '../../privacy/redactor.ts'

/** What is to be downloaded, and within which bounds. */
export interface FetchRequest {
  /** As configured. It may hold a key: messages name its host only. */
  url: string
  /** Learns the addresses that it redirects to, which may be signed, and the proxy: messages must not quote them. */
  redactor: Redactor
  /** Hosts (`host` or `host:port`) that a redirect may lead to, beside the URL's own. */
  redirectHosts: readonly string[]
  /** Most bytes, as sent and decompressed. */
  maxBytes: number
  /** How long one attempt may take in all. */
  timeoutMs: number
  /** The folder to download into. */
  folder: string
  /** Of the last download, to be asked for news only. */
  known: Validators | null
  signal?: AbortSignal | undefined
}

/** What a server said of the version that it sent. Good only for the very address that said it. */
export interface Validators {
  /** SHA-256 of the address; see `resourceOf`. */
  resource: string
  etag: string | null
  lastModified: string | null
}

export type FetchResult =
  /** HTTP 304: the version that `known` speaks of is the current one. */
  | { state: 'not-modified'; status: 304 }
  /** Arrived whole. `path` is a temporary file, which the caller removes. */
  | { state: 'fetched'; status: 200; path: string; validators: Validators }

/**
 * How often a download is tried, and for how long. The pause doubles with every attempt, and is drawn between half of that
 * and all of it; a server that asks for more than `longestMs` is not waited for.
 */
export interface DownloadPolicy extends RetryPolicy {
  /** For a connection to be made, and for the server to say something. */
  idleMs: number
  /** Attempts in all. */
  attempts: number
}

export const usualDownloadPolicy: DownloadPolicy = {
  idleMs: 60_000,
  attempts: 5,
  firstMs: 2_000,
  longestMs: 120_000,
}
