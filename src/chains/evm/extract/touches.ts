import type { OwnLookup } from '../../../screening/types.ts'
import type { CallFrames } from '../traces/call-frames.ts'
import type { RpcLog } from '../types.ts'
import type { ReadTransaction } from './context.ts'
import { isDecoded } from './decode-log.ts'
import { hasUnindexedSides, isUnpadded, mayBeAddress, topicAddress, unpaddedWords } from './event-words.ts'

/**
 * Whether a transaction may touch an own address: the hot path, run for every log of every block, so nothing is
 * decoded, converted or built here. May say yes wrongly, never no.
 */
export function touches({ tx, receipt, frames, succeeded }: ReadTransaction, own: OwnLookup): boolean {
  // A failed transaction may still have minted (OP stack) to its sender.
  if (own.mayHaveEvm(tx.from)) return true
  if (!succeeded) return false
  const to = tx.to ?? receipt.contractAddress
  if (to !== null && to !== undefined && own.mayHaveEvm(to)) return true
  for (const log of receipt.logs) if (logTouches(log, own)) return true
  return frames !== null && framesTouch(frames, own)
}

function framesTouch({ moves, from, to }: CallFrames, own: OwnLookup): boolean {
  for (const { frame } of moves)
    if (own.mayHaveEvm(from[frame] ?? '') || own.mayHaveEvm(to[frame] ?? '')) return true
  return false
}

/**
 * Whether any topic or word of a log may be an own address, whatever event it is, but for those that move nothing. Of an event
 * that a decoder knows, words that begin with other bytes than zeros count too: as the decoder reads them.
 */
export function logTouches({ topics, data }: RpcLog, own: OwnLookup): boolean {
  let unpadded = false
  for (let i = 0; i < topics.length; i++) {
    const topic = topics[i] ?? ''
    if (own.mayHaveEvmTopic(topic)) return !isKnownToMoveNothing(topics[0])
    unpadded ||= i > 0 && isUnpadded(topic, 2)
  }
  if ((unpadded || hasUnindexedSides(topics)) && isDecoded(topics[0]))
    for (const [, word] of unpaddedWords(topics, data)) if (own.mayHaveEvm(topicAddress(word))) return true
  for (let start = 2; start + 64 <= data.length; start += 64)
    if (mayBeAddress(data, start) && own.mayHaveEvm(`0x${data.slice(start + 24, start + 64)}`))
      return !isKnownToMoveNothing(topics[0])
  return false
}

/**
 * Events that name addresses and move nothing, by first topic, each with the reason. What they name is not screened, so none
 * may stand here that tells of value for somebody it names, unless another event that is read tells of that value too.
 *
 * @see https://eips.ethereum.org/EIPS/eip-20, eip-721, eip-777, eip-1155, eip-4337, eip-6909, eip-1967, eip-5805
 */
const movesNothing: Readonly<Record<string, string>> = {
  // Approval(address,address,uint256); ApprovalForAll(address,address,bool)
  '0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925': 'a permission to spend',
  '0x17307eab39ab6107e8899845ad3d59bd9653f200f220920489ca2b5937696c31': 'a permission to spend',
  // ERC-6909: Approval(address,address,uint256,uint256), OperatorSet(address,address,bool)
  '0xb3fd5071835887567a0671151121894ddccc2842f1d10bedad13e0d17cace9a7': 'a permission to spend',
  '0xceb576d9f15e4e200fdb5096d64d5dfd667e16def20c1eefd14256d8e3faa267': 'a permission to spend',
  // ERC-777: AuthorizedOperator(address,address), RevokedOperator(address,address)
  '0xf4caeb2d6ca8932a215a353d0703c326ec2d81fc68170f320eb2ab49e9df61f9': 'a permission to spend',
  '0x50546e66e5f44d728365dc3908c63bc5cfeeab470722c1677e3073a6ac294aa1': 'a permission to spend',
  // Permit2 (https://github.com/Uniswap/permit2): Approval(…,address,uint160,uint48), Permit(…,uint160,uint48,uint48)
  '0xda9fa7c1b00402c17d0161b249b1ab8bbec047c5a52207b9c112deffd817036b': 'a permission to spend',
  '0xc6a377bfc4eb120024a8ac08eef205be16b817020812c73223e81d1bdb9708ec': 'a permission to spend',
  // AuthorizationUsed(address,bytes32), EIP-3009
  '0x98de503528ee59b575ef0c0a2576a82497bfc029a5685b209e9ec333479b10a5':
    'a signature was used: the Transfer beside it tells for what',
  // Uniswap v2 and v3 (https://docs.uniswap.org/contracts): Swap, Sync
  '0xd78ad95fa46c994b6551d0da85fc275fe613ce37657fb8d5e3d130840159d822':
    'the pool takes and pays tokens, each with a Transfer',
  '0xc42079f94a6350d7e6235f29174924f928cc2ac818eb64fed8004e115fbcca67':
    'the pool takes and pays tokens, each with a Transfer',
  '0x1c411e9a96e071241c2f21f7726b17ae89e3cab4c78be50e062b03a9fffbbad1': 'the balances of a pool',
  '0xcf2aa50876cdfbb541206f89af0ee78d44a2abf8d328e37fa4917f982149848a': 'the balances of a pool',
  // OpenZeppelin's access (https://docs.openzeppelin.com/contracts/5.x/api/access): OwnershipTransferred and -Started, roles
  '0x8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0': 'who may administer a contract',
  '0x38d16b8cac22d99fc7c124b9cd0de2d3fa1faef420bfe791d8c362d765e22700': 'who may administer a contract',
  '0x2f8788117e7eff1d82e926ec794901d17c78024a50270940304540a733656f0d': 'who may administer a contract',
  '0xf6391f5c32d9c69d2a47ea670b442974b53935d1edc7fd64eb21e047a839171b': 'who may administer a contract',
  // EIP-1967: AdminChanged(address,address), Upgraded(address); Paused(address), Unpaused(address)
  '0x7e644d79422f17c01e4894b5f4f588d331ebfa28653d42ae832dc59e38c9798f': 'who may administer a contract',
  '0xbc7cd75a20ee27fd9adebab32041f755214dbc6bffa90cc0225b39da2e5c2d3b': 'the code of a contract',
  '0x62e78cea01bee320cd4e420270b5ea74000d11b0c9f74754ebdbfc544b05a258': 'a contract stands still',
  '0x5db9ee0a495bf2e6ff9c91a7834c1ba4fdd244a5e8aa4e537bd38aeae4b073aa': 'a contract goes on',
  // ERC-5805: DelegateChanged(address,address,address), DelegateVotesChanged(address,uint256,uint256)
  '0x3134e8a2e6d97e929a7e54011ea5485d7d196dd5f0ba4d4ef95803e8e3fc257f': 'votes, and no tokens',
  '0xdec2bacdd2f05b59de34da9b523dff8be42e5e38e818c82fdb0bae774387a724': 'votes, and no tokens',
  // ERC-4337: UserOperationEvent, AccountDeployed. Fees are no transfer.
  '0x49628fd1471006c1482da88028e9ce4dbb080b815c9b0344d39e5a8e6ec1419f': 'a fee, and how an operation ended',
  '0xd51a9c61267aa6196961883ecf5ff2da6619c37dac0fa92122513fb32c032d2d': 'an account came into being',
  // Polygon: LogFeeTransfer. Fees are no transfer.
  '0x4dfe1bbbcf077ddc3e01291eea2d5c70c2b422b415d95645b9adcfd678cb1d63': 'a fee',
  // Freezes of Tether and Circle: read as such, see ../freezes
  '0x42e160154868087d6bfdc0ca23d96a1c1cfa32f1b72ba9ba27b69b98a0d819dc': 'an account is frozen',
  '0xd7e9ec6e6ecd65492dce6bf513cd6867560d49544421d0783ddf06e76c24470c': 'an account is no longer frozen',
  '0xffa4e6181777692565cf28528fc88fd1516ea86b56da075235fa575af6a4b855': 'an account is frozen',
  '0x117e3210bb9aa7d9baff172026820255c6f6c30ba8999d1c2fd88e2848137c4e': 'an account is no longer frozen',
}

/** Whether an event with this first topic is known to move nothing. */
function isKnownToMoveNothing(topic: string | undefined): boolean {
  return topic !== undefined && topic in movesNothing
}
