import { evmKey } from '../../../address/key.ts'
import type { FreezeNotice } from '../../../screening/types.ts'
import type { Unscreened } from '../../source.ts'
import { dataLength, topicAddress, topicAt } from '../extract/event-words.ts'
import type { RpcLog, RpcReceipt } from '../types.ts'
import { unreadableParts } from '../unreadable.ts'

/** What the receipts of a block say of frozen accounts. */
interface Freezes {
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
    if (receipt[unreadableParts]?.some(({ what }) => what === 'logs'))
      found.unread.push({ ...unreadableLogs, txHash })
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

const unreadableLogs = {
  what: 'freeze',
  reason: 'some of its logs can’t be read, and may be an issuer’s freeze or unfreeze',
}

function unreadable({ address }: RpcLog): Unscreened {
  return { what: 'freeze', reason: `a freeze or unfreeze event of ${address} names no account` }
}

/**
 * First topics of the events by which issuers freeze accounts and let them go: keccak-256 of the event's signature.
 *
 * @see Tether: https://etherscan.io/address/0xdac17f958d2ee523a2206206994597c13d831ec7#code (contract BlackList).
 * Circle: https://github.com/circlefin/stablecoin-evm/blob/master/contracts/v1/Blacklistable.sol
 */

/** Tether's `AddedBlackList(address)`. */
export const addedBlackListTopic = '0x42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc'

/** Tether's `RemovedBlackList(address)`. */
export const removedBlackListTopic = '0xd7e9ec6e6ecd65492dce6bf513cd6867560d49544421d0783ddf06e76c24470c'

/** Circle's `Blacklisted(address)`. */
export const blacklistedTopic = '0xffa4e6181777692565cf28528fc88fd1516ea86b56da075235fa575af6a4b855'

/** Circle's `UnBlacklisted(address)`. */
export const unBlacklistedTopic = '0x117e3210bb9aa7d9baff172026820255c6f6c30ba8999d1c2fd88e2848137c4e'

export const freezeTopics = [
  addedBlackListTopic,
  removedBlackListTopic,
  blacklistedTopic,
  unBlacklistedTopic,
] as const

/** Whether a first topic, in lower case, is that of an event by which issuers freeze accounts or let them go. */
function isFreezeTopic(topic: unknown): boolean {
  return (
    topic === addedBlackListTopic ||
    topic === removedBlackListTopic ||
    topic === blacklistedTopic ||
    topic === unBlacklistedTopic
  )
}

/** Questions that the contracts answer of an account: the first four bytes of the keccak-256 of the signature. */
export const isFrozenSelectors = {
  /** Tether's `isBlackListed(address)`, a public mapping. */
  isBlackListed: '0xe47d6060',
  /** Circle's `isBlacklisted(address)`. */
  isBlacklisted: '0xfe575a87',
} as const
