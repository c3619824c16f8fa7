import type { FileHandle } from 'node:fs/promises'
import { STATUS_CODES } from 'node:http'
import { ChainscreenError, messageOf } from '../../diagnostics/errors.ts'
import { describeTransportError, isCertificateError, isConnecting } from '../../network/transport-errors.ts'

/** A download that did not come to its end. */
export class FetchFailure extends ChainscreenError {
  /** The HTTP status, where there was an answer. */
  readonly status: number | null
  /** The same request may work a little later. */
  readonly again: boolean

  /** @param message whole sentence, without paths or queries of URLs. */
  constructor(
    message: string,
    options: { status?: number | null; again: boolean; retryAfterMs?: number | undefined; cause?: unknown },
  ) {
    super(options.again ? 'list-unreachable' : 'list-refused', message, {
      retryAfterMs: options.retryAfterMs,
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    })
    this.status = options.status ?? null
    this.again = options.again
  }
}

/** Statuses that pass: too many requests, timeouts, and servers that are overloaded or down (RFC 9110, 15.5.9, 15.6; RFC 6585, 4). */
const passing = new Set([408, 425, 429, 500, 502, 503, 504])

/** An answer that is no list. @param host scheme and host of who answered. */
export function refusedBy(host: string, status: number, retryAfterMs: number | undefined): FetchFailure {
  const again = passing.has(status)
  const wait =
    retryAfterMs === undefined ? '' : `, and asks to wait ${Math.ceil(retryAfterMs / 1000)} seconds`
  const advice = again ? '' : `; ${adviceFor(status)}`
  return new FetchFailure(`${host} answered ${statusText(status)}${wait}${advice}.`, {
    status,
    again,
    retryAfterMs,
  })
}

function adviceFor(status: number): string {
  if (status === 206) return 'no range was requested'
  if (status === 304) return 'the request was not conditional'
  if (status === 401 || status === 403) return 'it refuses this client or its key: check `url`'
  if (status === 404 || status === 410) return 'the list is not there any more: check `url`'
  return 'expected 200 and the file'
}

/** A failure below HTTP. @param host scheme and host. @param proxy that it was asked through; `null` = none. */
export function transportFailure(host: string, error: unknown, proxy: string | null): FetchFailure {
  const refused = proxy === null ? null : refusedTunnel(error)
  if (refused !== null) {
    const text = `${host} could not be asked through the proxy ${proxy}: the proxy answered ${statusText(refused)}.`
    return new FetchFailure(text, { again: passing.has(refused), cause: error })
  }
  const what = causeText(host, describeTransportError(error), isConnecting(error), proxy)
  return new FetchFailure(`${what}.`, { again: !isCertificateError(error), cause: error })
}

function causeText(host: string, what: string, whileConnecting: boolean, proxy: string | null): string {
  if (proxy === null) return `${host} ${what}`
  return whileConnecting
    ? `${host} could not be asked through the proxy ${proxy}: the proxy ${what}`
    : `${host}, asked through the proxy ${proxy}, ${what}`
}

/** With which status a proxy refused to lead on; `null` where it did not. undici says so in words alone. */
function refusedTunnel(error: unknown): number | null {
  const status = /^Proxy response \((\d{3})\)/.exec(messageOf(error))?.[1]
  return status === undefined ? null : Number(status)
}

/** `404 Not Found`. */
function statusText(status: number): string {
  return [status, STATUS_CODES[status]].join(' ').trimEnd()
}

/**
 * A step of a download that only the local disk can fail: what it throws is never taken for a fault of the server.
 *
 * @param folder that is written into. @throws ChainscreenError `disk`, which names the folder.
 */
export async function onDisk<Result>(folder: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step()
  } catch (cause) {
    throw diskFailure(folder, messageOf(cause), cause)
  }
}

/** The error for a download that could not be written. @param what went wrong, as a clause. */
export function diskFailure(folder: string, what: string, cause?: unknown): ChainscreenError {
  return new ChainscreenError(
    'disk',
    `The download can't be written into ${folder} (${what}): check the free space and the permissions.`,
    cause === undefined ? {} : { cause },
  )
}

/** Writes all of a chunk: one write may take a part of it only (write(2)), as where a disk is nearly full. */
export async function writeWhole(file: FileHandle, chunk: Buffer, at: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at + done)
    if (bytesWritten === 0) throw new Error('nothing more is written')
    done += bytesWritten
  }
}
