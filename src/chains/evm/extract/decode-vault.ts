import type { RpcLog } from '../types.ts'
import type { Movement } from './movement.ts'
import { restatingOf } from './movement-of.ts'
import { hasWords, topicAddress, wordAt } from './words.ts'

const zero = `0x${'0'.repeat(40)}`

/**
 * ERC-4626: `sender` paid assets into the vault, and `owner` got shares of it. A standard vault also writes a `Transfer` of
 * the shares that came into being, and the asset one of what was paid. What tells the same to us is the one at our side; who
 * stands at the other side, the vault's event alone says.
 *
 * @see https://eips.ethereum.org/EIPS/eip-4626#events
 */
export function decodeVaultDeposit(log: RpcLog, index: number): Movement[] | null {
  const [, first, second] = log.topics
  const amounts = amountsOf(log)
  if (first === undefined || second === undefined || amounts === null) return null
  const [sender, owner] = [topicAddress(first), topicAddress(second)]
  const { assets, shares, shareAsset } = amounts
  return [
    restatingOf(
      log,
      index,
      { asset: shareAsset, from: sender, to: owner, amount: shares },
      {
        received: { asset: shareAsset, from: zero, to: owner, amount: shares },
        sent: { asset: null, from: sender, to: log.address, amount: assets },
      },
    ),
  ]
}

/** ERC-4626: `sender` had shares of `owner` burned, and `receiver` got the assets. */
export function decodeVaultWithdraw(log: RpcLog, index: number): Movement[] | null {
  const [, first, second, third] = log.topics
  const amounts = amountsOf(log)
  if (first === undefined || second === undefined || third === undefined || amounts === null) return null
  const [sender, receiver, owner] = [topicAddress(first), topicAddress(second), topicAddress(third)]
  const { assets, shares, shareAsset } = amounts
  return [
    restatingOf(
      log,
      index,
      { asset: shareAsset, from: owner, to: receiver, amount: shares, operator: sender },
      {
        received: { asset: null, from: log.address, to: receiver, amount: assets },
        sent: { asset: shareAsset, from: owner, to: zero, amount: shares },
      },
    ),
  ]
}

function amountsOf(log: RpcLog): { assets: bigint; shares: bigint; shareAsset: string } | null {
  const [assets, shares] = [wordAt(log.data, 0), wordAt(log.data, 32)]
  if (!hasWords(log.data, 2) || assets === null || shares === null) return null
  return { assets, shares, shareAsset: `erc20:${log.address}` }
}
