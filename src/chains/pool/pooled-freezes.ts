import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { ChainSource, FoundBlocks, FreezeReader } from '../source.ts'

/**
 * The freeze readers of several nodes as one: whichever answers. A node that does not is not suspended for it: old
 * blocks may be more than it has, and the follower does well with it.
 *
 * @param sources the nodes that may be asked now, the best first.
 */
export function pooledFreezes(sources: () => readonly ChainSource[]): FreezeReader {
  const ask = async <T>(
    question: (reader: FreezeReader) => Promise<T>,
    signal: AbortSignal | undefined,
    isAnswer: (answer: T) => boolean = () => true,
  ): Promise<T> => {
    let ending: () => T = () => {
      throw new ChainscreenError(
        'node-unreachable',
        'No node of this chain can be asked for freezes at the moment.',
      )
    }
    for (const { freezes } of sources()) {
      if (freezes === undefined) continue
      try {
        const answer = await question(freezes)
        if (isAnswer(answer)) return answer
        ending = () => answer
      } catch (error) {
        if (signal?.aborted) throw error
        ending = () => {
          throw error
        }
      }
    }
    return ending()
  }
  return {
    find: (contracts, from, to, signal) =>
      ask((reader) => reader.find(contracts, from, to, signal), signal, isFound),
    read: (height, signal) => ask((reader) => reader.read(height, signal), signal),
    isFrozen: (contract, account, blockHash, signal) =>
      ask(
        (reader) => reader.isFrozen(contract, account, blockHash, signal),
        signal,
        (answer) => answer !== null,
      ),
    check: (contract, signal) => ask((reader) => reader.check(contract, signal), signal),
  }
}

function isFound(answer: FoundBlocks): boolean {
  return 'blocks' in answer
}
