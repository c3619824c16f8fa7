/**
 * First topics of the events that move tokens or the native coin: the keccak-256 of the event's signature.
 *
 * @see https://eips.ethereum.org/EIPS/eip-20, eip-721, eip-1155, eip-777, eip-2309, eip-4626, eip-6909,
 * https://github.com/ethereum/EIPs/issues/223; WETH9: https://etherscan.io/address/0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2
 */

/** `Transfer(address,address,uint256)`: ERC-20 with three topics, ERC-721 with four, early tokens with one or two. */
export const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

/** ERC-223's `Transfer(address,address,uint256,bytes)`: from, to; amount, data. Some index the data too. */
export const transferWithDataTopic = '0xe19260aff97b920c7df27010903aeb9c8d2be5d310a2c67824cf3f15396e4c16'

/** `TransferSingle(address,address,address,uint256,uint256)`: operator, from, to; id, amount. */
export const transferSingleTopic = '0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62'

/** `TransferBatch(address,address,address,uint256[],uint256[])`: operator, from, to; ids, amounts. */
export const transferBatchTopic = '0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb'

/** ERC-6909's `Transfer(address,address,address,uint256,uint256)`: from, to, id; caller, amount. */
export const transferOfIdTopic = '0x1b3d7edb2e9c0b0e7c525b20aaaef0f5940d2ed71663c7d39266ecafac728859'

/** ERC-2309's `ConsecutiveTransfer(uint256,uint256,address,address)`: first id, from, to; last id. */
export const consecutiveTopic = '0xdeaa91b6123d068f5821d0fb0678463d1a8a6079fe8af5de3ce5e896dcf9133d'

/** ERC-777's `Sent(address,address,address,uint256,bytes,bytes)`: operator, from, to; amount, data. */
export const sentTopic = '0x06b541ddaa720db2b10a4d0cdac39b8d360425fc073085fac19bc82614677987'

/** ERC-777's `Minted(address,address,uint256,bytes,bytes)`: operator, to; amount, data. */
export const mintedTopic = '0x2fe5be0146f74c5bce36c0b80911af6c7d86ff27e89d5cfa61fc681327954e5d'

/** ERC-777's `Burned(address,address,uint256,bytes,bytes)`: operator, from; amount, data. */
export const burnedTopic = '0xa78a9be3a7b862d26933ad85fb11d80ef66b8f972d7cbba06621d583943a4098'

/** ERC-4626's `Deposit(address,address,uint256,uint256)`: sender, owner; assets, shares. */
export const vaultDepositTopic = '0xdcbc1c05240f31ff3ad067ef1ee35ce4997762752e3a095284754544f4c709d7'

/** ERC-4626's `Withdraw(address,address,address,uint256,uint256)`: sender, receiver, owner; assets, shares. */
export const vaultWithdrawTopic = '0xfbde797d201c681b91056529119e0b02407c7bb96a4a2c75c01fc9667232c8db'

/** `Deposit(address,uint256)` of wrapped coins: native coin became tokens of this holder. */
export const wrapTopic = '0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c'

/** `Withdrawal(address,uint256)` of wrapped coins: tokens of this holder became native coin. */
export const unwrapTopic = '0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65'

/**
 * `LogTransfer(address,address,address,uint256,…)` of Polygon's PoS chain: token, from, to; amount, then balances. Bor
 * writes one for each movement of the coin, the child tokens of Plasma one beside their `Transfer`.
 *
 * @see https://github.com/maticnetwork/bor/blob/develop/core/bor_fee_log.go
 */
export const logTransferTopic = '0xe6497e3ee548a3372136af2fcb0696db31fc6cf20260707645068bd3fe97f3c4'

/**
 * EIP-7708: from Amsterdam on, native value writes logs of this address that look exactly like ERC-20 transfers. The
 * value is counted where it moves; as a token it would be counted twice.
 */
export const nativeLogAddress = '0xfffffffffffffffffffffffffffffffffffffffe'

const hexDigits = /^[0-9a-fA-F]*$/

/** How many bytes stand in `0x…` data; `null` where it is not whole bytes. */
export function dataLength(data: string): number | null {
  return data.length % 2 === 0 ? data.length / 2 - 1 : null
}

/**
 * Whether data holds these many words, and may be an event's that ends with them. Whole words beyond them are ignored, as
 * ABI decoders do: a token may add some.
 */
export function hasWords(data: string, count: number): boolean {
  const bytes = dataLength(data)
  return bytes !== null && bytes >= count * 32 && bytes % 32 === 0
}

/** The 32-byte word at a byte offset as an integer; `null` where the data ends before or is no hex. */
export function wordAt(data: string, byteOffset: number): bigint | null {
  const start = 2 + byteOffset * 2
  const digits = data.slice(start, start + 64)
  return digits.length === 64 && hexDigits.test(digits) ? BigInt(`0x${digits}`) : null
}

/** The word at a byte offset as a topic, lower-case: how an address stands in unindexed data. */
export function topicAt(data: string, byteOffset: number): string | null {
  const start = 2 + byteOffset * 2
  const digits = data.slice(start, start + 64)
  return digits.length === 64 && hexDigits.test(digits) ? `0x${digits.toLowerCase()}` : null
}

/** The address in a topic's last 20 bytes. What stands in the 12 bytes before, contracts ignore, and so do we. */
export function topicAddress(topic: string): string {
  return `0x${topic.slice(26)}`
}

/**
 * Whether there is anything but zeros in the 12 bytes before an address, in the word of 64 hex digits at `start`. Solidity and
 * Vyper write zeros; contracts written by hand need not, and who decodes an event ignores these bytes.
 */
export function isUnpadded(hex: string, start: number): boolean {
  for (let i = start; i < start + padding; i++) if (hex.charCodeAt(i) !== zeroDigit) return true
  return false
}

/** Hex digits of padding before the 40 of an address. */
const padding = 24
/** An address whose first eight bytes are zero: nobody can search for one, so such a word is a number. */
const leading = 16
const zeroDigit = 0x30

/**
 * Whether the 64 hex digits at `start` may be an address, rather than a number or a hash: 12 bytes of zero, and not 20. It
 * decides from digits alone, without a copy, since it runs for every word of every log.
 */
export function mayBeAddress(hex: string, start: number): boolean {
  // Most words are numbers: these are told first, by few digits.
  let at = start + padding
  while (at < start + padding + leading && hex.charCodeAt(at) === zeroDigit) at++
  if (at === start + padding + leading) return false
  for (let i = start; i < start + padding; i++) if (hex.charCodeAt(i) !== zeroDigit) return false
  return true
}

/** Whether sides of a `Transfer` with these topics stand in its data: see `decode-transfer.ts`. */
export function hasUnindexedSides(topics: readonly string[]): boolean {
  return topics.length < 3
}

/**
 * The words of a decoded event, with their places, that hold other bytes than zeros where an address has its padding and that its
 * decoder may read as an address all the same: its topics, and the first two words of data where these may be the sides.
 */
export function* unpaddedWords(
  topics: readonly string[],
  data: string,
): Generator<readonly [place: number, word: string]> {
  for (const [place, topic] of topics.entries()) if (place > 0 && isUnpadded(topic, 2)) yield [place, topic]
  if (!hasUnindexedSides(topics)) return
  for (const at of [0, 1]) {
    const word = topicAt(data, at * 32)
    if (word !== null && isUnpadded(word, 2)) yield [topics.length + at, word]
  }
}
