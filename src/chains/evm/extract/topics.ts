/**
 * First topics of the events that move tokens: the keccak-256 of the event's signature.
 *
 * @see https://eips.ethereum.org/EIPS/eip-20, eip-721, eip-1155; WETH9: https://etherscan.io/address/0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2
 */

/** `Transfer(address,address,uint256)`: ERC-20 with three topics, ERC-721 with four, early tokens with one. */
export const transferTopic = '0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef'

/** `TransferSingle(address,address,address,uint256,uint256)`: operator, from, to; id, amount. */
export const transferSingleTopic = '0xc3d58168c5ae7397731d063d5bbf3d657854427343f4c083240f7aacaa2d0f62'

/** `TransferBatch(address,address,address,uint256[],uint256[])`: operator, from, to; ids, amounts. */
export const transferBatchTopic = '0x4a39dc06d4c0dbc64b70af90fd698a233a518aa5d07e595d983b8c0526c8f7fb'

/** `Deposit(address,uint256)` of wrapped coins: native coin became tokens of this holder. */
export const wrapTopic = '0xe1fffcc4923d04b559f4d29a8bfc6cda04eb5b0d3c460751c2402c5c5cc9109c'

/** `Withdrawal(address,uint256)` of wrapped coins: tokens of this holder became native coin. */
export const unwrapTopic = '0x7fcf532c15f0a6db0bd6d0e038bea71d30d808c7d98cb3bf7268a95bf5081b65'

/**
 * EIP-7708: from Amsterdam on, native value writes logs of this address that look exactly like ERC-20 transfers. The
 * value is counted where it moves; as a token it would be counted twice.
 */
export const nativeLogAddress = '0xfffffffffffffffffffffffffffffffffffffffe'

/** Whether a first topic, in lower case, is that of an event that may move tokens. */
export function isTokenTopic(topic: unknown): boolean {
  return (
    topic === transferTopic ||
    topic === transferSingleTopic ||
    topic === transferBatchTopic ||
    topic === wrapTopic ||
    topic === unwrapTopic
  )
}
