import { evmKey } from '../../../address/key.ts'
import type { FreezeNotice } from '../../../screening/types.ts'
import type { Unscreened } from '../../source.ts'
import { dataLength, topicAddress, topicAt } from '../extract/words.ts'
import { oddities } from '../oddity.ts'
import type { RpcLog, RpcReceipt } from '../types.ts'
import { addedBlackListTopic, blacklistedTopic, isFreezeTopic } from './topics.ts'

/** What the receipts of a block say of frozen accounts. */
export interface Freezes {
  notices: FreezeNotice[]
  /** Events of these contracts that can't be read, and logs that may be some. */
  unread: Unscreened[]
}

/**
 * The freezes and releases that these contracts wrote: anybody can write such an event, and only an issuer's counts.
 * Pure; never throws for receipts that were checked.
 *
 * @param contracts lower-case.
 */
export function extractFreezes(receipts: readonly RpcReceipt[], contracts: ReadonlySet<string>): Freezes {
  const found: Freezes = { notices: [], unread: [] }
  if (contracts.size === 0) return found
  let before = 0
  for (const receipt of receipts) {
    const { logs, transactionHash: txHash } = receipt
    if (receipt[oddities]?.some(({ what }) => what === 'logs')) found.unread.push({ ...oddLogs, txHash })
    for (let i = 0; i < logs.length; i++) {
      const log = logs[i]
      if (log === undefined || !isFreezeTopic(log.topics[0]) || !contracts.has(log.address)) continue
      const account = accountOf(log)
      if (account === null) found.unread.push(unreadable(log))
      else {
        const change = isFreeze(log) ? 'frozen' : 'unfrozen'
        const { address: contract } = log
        found.notices.push({ contract, account: evmKey(account), change, txHash, logIndex: before + i })
      }
    }
    before += logs.length
  }
  return found
}

function isFreeze({ topics: [kind] }: RpcLog): boolean {
  return kind === addedBlackListTopic || kind === blacklistedTopic
}

/** The account stands in a topic or, where the contract's author did not index it, in the data. */
function accountOf({ topics, data }: RpcLog): string | null {
  const [, indexed, more] = topics
  const length = dataLength(data)
  if (more !== undefined || length !== (indexed === undefined ? 32 : 0)) return null
  const word = indexed ?? topicAt(data, 0)
  // Compilers write an address with zeros before it, always.
  return word?.startsWith(`0x${'0'.repeat(24)}`) ? topicAddress(word) : null
}

const oddLogs = {
  what: 'freeze',
  reason: 'some of its logs can’t be read, and may be an issuer’s freeze or unfreeze',
}

function unreadable({ address }: RpcLog): Unscreened {
  return { what: 'freeze', reason: `a freeze or unfreeze event of ${address} names no account` }
}
