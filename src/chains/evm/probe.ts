import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { SourceInfo } from '../source.ts'
import type { ChainIdentity } from './chain-identity.ts'
import { checkHeader } from './check-block.ts'
import { asNumber } from './hex.ts'
import type { BlockReaders } from './read-block.ts'
import { badAnswer } from './rpc/bad-answer.ts'
import type { RpcClient } from './rpc/client.ts'
import { isMethodMissing } from './rpc/refusal.ts'

/**
 * Asks a node what it is, and whether it can serve what is needed.
 *
 * @throws ChainscreenError `wrong-chain`, `node-syncing`, `node-missing-data`, and whatever a call may throw.
 */
export async function probeNode(
  { rpc, receipts }: Pick<BlockReaders, 'rpc' | 'receipts'>,
  identity: ChainIdentity,
  signal?: AbortSignal,
): Promise<SourceInfo> {
  await identity.open(signal)
  await checkSynced(rpc, signal)
  const client = await clientVersion(rpc, signal)
  const genesis = await header(rpc, '0x0', 'its genesis block (height 0)', signal)
  // A database is bound to this hash for ever: it must be no other block's.
  if (Number(genesis.number) !== 0) throw badAnswer('eth_getBlockByNumber', 'number', genesis.number, '0x0')
  const latest = await header(rpc, 'latest', 'a latest block', signal)
  const how = await receipts.open(latest.hash, client, signal)
  return { client, reads: `full block + ${how}`, genesisHash: genesis.hash }
}

async function checkSynced(rpc: RpcClient, signal?: AbortSignal): Promise<void> {
  const answer = await rpc.call({ method: 'eth_syncing', params: [] }, { signal })
  if (answer === false) return
  if (typeof answer !== 'object' || answer === null) throw badAnswer('eth_syncing', 'result', answer)
  const progress = answer as Record<string, unknown>
  const { currentBlock, highestBlock, txIndexRemainingBlocks } = progress
  const [current, highest] = [asNumber(currentBlock), asNumber(highestBlock)]
  // All blocks are there, and only their index of transactions is being built, which nothing here needs: geth and BSC since
  // 1.11 say so in this way (`SyncProgress.Done`, https://github.com/ethereum/go-ethereum/blob/master/interfaces.go).
  const isIndexing = asNumber(txIndexRemainingBlocks) !== undefined
  const isHealing = [progress.healingTrienodes, progress.healingBytecode].some(
    (left) => Number(left ?? 0) > 0,
  )
  const hasAll = current !== undefined && highest !== undefined && current >= highest && current > 0
  if (isIndexing && hasAll && !isHealing) return
  throw new ChainscreenError(
    'node-syncing',
    `The node at ${rpc.endpoint} is still syncing (block ${current ?? '?'} of ` +
      `${highest ?? '?'}): wait until it has caught up with its chain.`,
  )
}

async function clientVersion(rpc: RpcClient, signal?: AbortSignal): Promise<string> {
  try {
    const answer = await rpc.call({ method: 'web3_clientVersion', params: [] }, { signal })
    if (typeof answer !== 'string') throw badAnswer('web3_clientVersion', 'result', answer)
    return rpc.redactor.quote(answer)
  } catch (error) {
    // Only shown to people: a gateway that hides it can be read all the same.
    if (isMethodMissing(error)) return 'unknown client'
    throw error
  }
}

async function header(rpc: RpcClient, block: string, what: string, signal?: AbortSignal) {
  const answer = await rpc.call({ method: 'eth_getBlockByNumber', params: [block, false] }, { signal })
  if (answer !== null) return checkHeader(answer, 'eth_getBlockByNumber')
  throw new ChainscreenError(
    'node-missing-data',
    `The node at ${rpc.endpoint} does not have ${what}: use a node that is synced and keeps all blocks.`,
  )
}
