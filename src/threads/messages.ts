import type { NodeEvent } from '../chains/pool/pool.ts'
import type { BlockOptions, SourceBlock } from '../chains/source.ts'
import type { ChainCondition } from '../chains/watchdog.ts'
import type { ChainConfig } from '../config/chains.ts'
import type { Config } from '../config/schema.ts'
import { ChainscreenError, type ErrorCode, messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import type { ShortWindow } from '../own/widen-windows.ts'
import type { NodeSourceOptions } from '../pipeline/blocks/create-node-source.ts'
import type { SharedKeys } from '../screening/key-table.ts'
import type { ServerSettings } from '../server/context.ts'

// What passes between the threads of a daemon. All of it is data.

/** What the loader's thread is started with. */
export interface LoaderStart {
  config: Config
  once: boolean
  /** Of the main thread's `WriteTurns`. */
  turns: SharedArrayBuffer
}

/** The loader's number among the threads that take turns at writing. The main thread has 1. */
export const loaderThread = 2

export type ToLoader =
  | { type: 'abort' }
  | { type: 'widen'; id: number; windows: readonly ShortWindow[]; replay: number | null }
  | { type: 'stop'; id: number; finish: boolean }

export type FromLoader =
  | { type: 'log'; level: keyof Log; line: readonly unknown[] }
  /** The lists are loaded, or why they are not. */
  | { type: 'ready'; error: ErrorData | null }
  /** What was asked for with this id is done, or why it is not. */
  | { type: 'done'; id: number; error: ErrorData | null }

/** What a reader has to know of a node before it reads its first block. Credentials come with it, and by no other way. */
export interface NodeStart {
  config: ChainConfig
  url: string
  options: Omit<NodeSourceOptions, 'onChange'>
}

export type ToReader =
  | { type: 'node'; node: number; start: NodeStart }
  /** The table of own addresses that this node's blocks are filtered with: again when it grew. */
  | { type: 'own'; node: number; own: SharedKeys }
  | { type: 'block'; id: number; node: number; height: number; options: BlockOptions }
  | { type: 'abort'; id: number }
  /** Memory that is not needed any more. */
  | { type: 'release'; node: number; block: SourceBlock }
  | { type: 'forget'; node: number }
  | { type: 'stop' }

export type FromReader =
  | { type: 'block'; id: number; block: SourceBlock }
  | { type: 'failed'; id: number; error: ErrorData }
  | { type: 'event'; node: number; event: NodeEvent }

/** An error as data. */
export interface ErrorData {
  /** `null`: a fault of the program. */
  code: ErrorCode | null
  message: string
  details: readonly string[]
  retryAfterMs: number | undefined
  stack: string | undefined
}

export function errorData(error: unknown): ErrorData {
  const { code = null, details = [], retryAfterMs } = error instanceof ChainscreenError ? error : {}
  const stack = error instanceof Error ? error.stack : undefined
  return { code, message: messageOf(error), details, retryAfterMs, stack }
}

export function errorOf({ code, message, details, retryAfterMs, stack }: ErrorData): Error {
  const error =
    code === null ? new Error(message) : new ChainscreenError(code, message, { details, retryAfterMs })
  return Object.assign(error, stack === undefined ? {} : { stack })
}

/** What the API's thread is started with: no credential of a node or a list. */
export interface ServerStart {
  database: string
  settings: ServerSettings
  /** Of the main thread's `WriteTurns`. */
  turns: SharedArrayBuffer
}

/** The number of the API's thread among those that take turns at writing. */
export const serverThread = 3

export type ToServer =
  | { type: 'state'; conditions: readonly ChainCondition[]; isStarted: boolean }
  | { type: 'stop' }

export type FromServer =
  | { type: 'log'; level: keyof Log; line: readonly unknown[] }
  /** It listens, or why it does not. */
  | { type: 'listening'; url: string; error: ErrorData | null }
