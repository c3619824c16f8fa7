import { onTestFinished } from 'vitest'
import {
  type BitcoinSource,
  type BitcoinSourceOptions,
  createBitcoinSource,
} from '../../../src/chains/bitcoin/source.ts'

/** A source for a node on regtest, not opened yet; closed when the test ends. */
export function sourceFor(url: string, options: Partial<BitcoinSourceOptions> = {}): BitcoinSource {
  const source = createBitcoinSource({ url, network: 'regtest', busyDelayMs: 1, ...options })
  onTestFinished(() => source.close())
  return source
}
