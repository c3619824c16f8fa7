import type { Redactor } from '../privacy/redactor.ts'
import type { ChainSource, FreezeReader, Mempool, SourceBlock, Unscreened } from './source.ts'

/**
 * A source that lets nothing out that its node was asked with, whoever wrote it into what: errors, the node's name,
 * reasons why something was not screened. Fields of blocks that are no text of people (hashes, addresses) go through as
 * they are: their shape is checked where they are read.
 */
export function redactedSource(source: ChainSource, redactor: Redactor): ChainSource {
  const { waitForHead, mempool, freezes, tryOut, release, hashOf } = source
  const redacted = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw redactor.redactError(error)
    }
  }
  return {
    caip2: source.caip2,
    endpoint: source.endpoint,
    open: (signal) =>
      redacted(async () => {
        const info = await source.open(signal)
        return { ...info, client: redactor.quote(info.client), reads: redactor.redact(info.reads) }
      }),
    head: (signal) => redacted(() => source.head(signal)),
    ...(waitForHead && {
      waitForHead: (current, signal) => redacted(() => waitForHead.call(source, current, signal)),
    }),
    hashAt: (height, signal) => redacted(() => source.hashAt(height, signal)),
    header: (hash, signal) => redacted(() => source.header(hash, signal)),
    ...(hashOf && { hashOf: (height, signal) => redacted(() => hashOf.call(source, height, signal)) }),
    block: (height, signal, options) =>
      redacted(async () => redactedBlock(await source.block(height, signal, options), redactor)),
    ...(release && { release: release.bind(source) }),
    refuse: (block, error) => source.refuse?.(block, redactor.redactError(error)),
    ...(mempool && {
      mempool: (signal?: AbortSignal) =>
        redacted(async (): Promise<Mempool> => {
          const pending = await mempool.call(source, signal)
          return { ...pending, read: (hashes, until) => redacted(() => pending.read(hashes, until)) }
        }),
    }),
    ...(tryOut && {
      tryOut: (next: number, signal?: AbortSignal) =>
        redacted(async () => {
          const trials = await tryOut.call(source, next, signal)
          return trials.map(({ found, advice, ...trial }) => ({
            ...trial,
            found: redactor.redact(found),
            advice: advice === null ? null : redactor.redact(advice),
          }))
        }),
    }),
    ...(freezes && { freezes: redactedFreezes(freezes, redactor, redacted) }),
    close: () => source.close(),
  }
}

function redactedBlock(block: SourceBlock, redactor: Redactor): SourceBlock {
  const { traces } = block
  return {
    ...block,
    ...(typeof traces === 'object' && { traces: { away: redactor.redact(traces.away) } }),
    unscreened: redactedReasons(block.unscreened, redactor),
  }
}

function redactedReasons(unscreened: readonly Unscreened[], redactor: Redactor): readonly Unscreened[] {
  return unscreened.map((one) => ({ ...one, reason: redactor.redact(one.reason) }))
}

function redactedFreezes(
  freezes: FreezeReader,
  redactor: Redactor,
  redacted: <T>(work: () => Promise<T>) => Promise<T>,
): FreezeReader {
  return {
    find: (contracts, from, to, signal) =>
      redacted(async () => {
        const found = await freezes.find(contracts, from, to, signal)
        return 'refused' in found ? { refused: redactor.redact(found.refused) } : found
      }),
    read: (height, signal) =>
      redacted(async () => {
        const read = await freezes.read(height, signal)
        return { ...read, unscreened: redactedReasons(read.unscreened, redactor) }
      }),
    isFrozen: (contract, account, blockHash, signal) =>
      redacted(() => freezes.isFrozen(contract, account, blockHash, signal)),
    check: (contract, signal) => redacted(() => freezes.check(contract, signal)),
  }
}
