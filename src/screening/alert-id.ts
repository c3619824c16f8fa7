import { createHash } from 'node:crypto'
import type { Entry, Finding } from './types.ts'

/** What an alert is about: the same of two findings is the same alert. */
export interface AlertSubject extends Pick<Finding, 'txHash' | 'transfer' | 'party'> {
  entry: Pick<Entry, 'listId' | 'key'>
}

/**
 * The id of an alert: 32 hex digits of the SHA-256 over its defining fields, joined by newlines. The same on
 * replay, after re-inclusion in another block, with or without other lists, and on another machine.
 *
 * @param caip2 the chain, such as `eip155:1`; empty, as the transaction, for an own address that a list names.
 */
export function alertId(caip2: string, finding: AlertSubject): string {
  const { txHash, transfer, party, entry } = finding
  return createHash('sha256')
    .update([caip2, txHash, transfer, party, entry.listId, entry.key].join('\n'))
    .digest('hex')
    .slice(0, 32)
}
