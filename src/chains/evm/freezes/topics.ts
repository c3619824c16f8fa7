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
export function isFreezeTopic(topic: unknown): boolean {
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
