import { asNumber } from '../hex.ts'
import type { RpcReceipt } from '../types.ts'

/**
 * Finds out which frame wrote which log of the receipt. Frames tell their own logs (`withLog`) and after how many of
 * their calls each was written; in the order of execution they must be the logs of the receipt, one for one. Clients
 * differ in this (reth #3863, Nethermind #8205): where they disagree nothing is known, and nothing is refused.
 */
export class LogMatcher {
  readonly #receipt: RpcReceipt
  readonly #frames: number[] = []
  #agrees = true

  constructor(receipt: RpcReceipt) {
    this.#receipt = receipt
  }

  /** The next logs of a frame: those from `next` on that it wrote before its call number `calls`. @returns the new `next`. */
  take(frame: number, logs: readonly unknown[], next: number, calls: number): number {
    let at = next
    for (; at < logs.length; at++) {
      const log = logs[at] as { address?: unknown; topics?: unknown; position?: unknown } | null
      const position = log?.position === undefined ? undefined : asNumber(log.position)
      if (position === undefined || typeof log !== 'object' || log === null) {
        this.#agrees = false
        return logs.length
      }
      if (position > calls) return at
      this.#match(frame, log)
    }
    return at
  }

  #match(frame: number, log: { address?: unknown; topics?: unknown }): void {
    const receipt = this.#receipt.logs[this.#frames.length]
    const topics = log.topics
    const same =
      receipt !== undefined &&
      sameText(log.address, receipt.address) &&
      Array.isArray(topics) &&
      topics.length === receipt.topics.length &&
      topics.every((topic, i) => sameText(topic, receipt.topics[i]))
    if (!same) this.#agrees = false
    this.#frames.push(frame)
  }

  /** For each log of the receipt its frame, or `null` where that is not known. */
  result(): number[] | null {
    return this.#agrees && this.#frames.length === this.#receipt.logs.length ? this.#frames : null
  }
}

function sameText(one: unknown, other: unknown): boolean {
  if (one === other) return true
  return typeof one === 'string' && typeof other === 'string' && one.toLowerCase() === other.toLowerCase()
}
