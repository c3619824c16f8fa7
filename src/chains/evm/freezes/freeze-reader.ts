import { keyHex } from '../../../address/key.ts'
import { ChainscreenError } from '../../../diagnostics/errors.ts'
import type { FoundBlock, FreezeReader } from '../../source.ts'
import { asAddress, asNumber, asWord, badAnswer } from '../answers.ts'
import type { RpcClient } from '../rpc/client.ts'
import { RpcRefusal } from '../rpc/refusal.ts'
import { freezeTopics, isFrozenSelectors } from './extract-freezes.ts'

/** @param read reads the notices of one block, proved. */
export function createFreezeReader(rpc: RpcClient, read: FreezeReader['read']): FreezeReader {
  /** The first answer to one of the questions that issuers' contracts know; `null` where there is none. */
  const ask = async (
    contract: string,
    account: string,
    block: { blockHash: string } | 'latest',
    signal?: AbortSignal,
  ): Promise<boolean | null> => {
    for (const selector of Object.values(isFrozenSelectors)) {
      const data = `${selector}${account.padStart(64, '0')}`
      try {
        const answer = await rpc.call(
          { method: 'eth_call', params: [{ to: contract, data }, block] },
          { signal },
        )
        // What has no such question reverts, or answers with nothing or something else (a fall-back function).
        if (answer === yes || answer === no) return answer === yes
      } catch (error) {
        if (!(error instanceof RpcRefusal)) throw error
      }
    }
    return null
  }

  return {
    async find(contracts, from, to, signal) {
      const answer = await logsOf(rpc, contracts, from, to, signal)
      if ('refused' in answer) return answer
      return { blocks: blocksOf(answer.logs, new Set(contracts), from, to) }
    },

    read,

    isFrozen: (contract, account, blockHash, signal) => ask(contract, keyHex(account), { blockHash }, signal),

    async check(contract, signal) {
      const method = 'eth_getCode'
      const code = await rpc.call({ method, params: [contract, 'latest'] }, { signal })
      if (typeof code !== 'string') throw badAnswer(method, 'result', code)
      if (code === '0x') return 'no code'
      return (await ask(contract, '0', 'latest', signal)) === null ? 'no answer' : 'answers'
    },
  } satisfies FreezeReader
}

const no = `0x${'0'.repeat(64)}`
const yes = `0x${'0'.repeat(63)}1`

/**
 * Nodes and gateways refuse a range that is too long in as many ways as there are of them, and the number of an error
 * tells nothing: whatever they refuse is worth trying with less.
 */
async function logsOf(
  rpc: RpcClient,
  contracts: readonly string[],
  from: number,
  to: number,
  signal?: AbortSignal,
): Promise<{ logs: unknown } | { refused: string }> {
  const filter = {
    address: contracts,
    topics: [freezeTopics],
    fromBlock: `0x${from.toString(16)}`,
    toBlock: `0x${to.toString(16)}`,
  }
  try {
    return { logs: await rpc.call({ method: 'eth_getLogs', params: [filter] }, { signal }) }
  } catch (error) {
    // Fewer blocks would be refused for the same reason.
    if (error instanceof RpcRefusal && error.kind === 'gone') throw error
    // Not an answer of another kind than asked: those throw below, where the answer is looked at.
    const refused = error instanceof RpcRefusal || isCode(error, 'node-bad-answer')
    if (refused && error instanceof Error) return { refused: error.message }
    throw error
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof ChainscreenError && error.code === code
}

/** In the order of the chain; a block with several logs once. */
function blocksOf(logs: unknown, contracts: ReadonlySet<string>, from: number, to: number): FoundBlock[] {
  const method = 'eth_getLogs'
  if (!Array.isArray(logs)) throw badAnswer(method, 'the list of logs', logs)
  const blocks = new Map<number, string>()
  logs.forEach((log: unknown, index) => {
    if (typeof log !== 'object' || log === null) throw badAnswer(method, `[${index}]`, log)
    const { address, blockNumber, blockHash } = log as Record<string, unknown>
    const height = asNumber(blockNumber)
    if (height === undefined || height < from || height > to)
      throw badAnswer(method, `[${index}].blockNumber`, blockNumber)
    if (!contracts.has(asAddress(address) ?? '')) throw badAnswer(method, `[${index}].address`, address)
    const hash = asWord(blockHash)
    if (hash === undefined || (blocks.get(height) ?? hash) !== hash)
      throw badAnswer(method, `[${index}].blockHash`, blockHash)
    blocks.set(height, hash)
  })
  return [...blocks].map(([height, hash]) => ({ height, hash })).sort((a, b) => a.height - b.height)
}
