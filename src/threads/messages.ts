import type { ChainCondition } from '../chains/watchdog.ts'
import type { Config } from '../config/schema.ts'
import { ChainscreenError, type ErrorCode, messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import type { ShortWindow } from '../own/widen-windows.ts'
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
