import { arbitrumOne } from './arbitrum-one.ts'
import { avalancheC } from './avalanche-c.ts'
import { base } from './base.ts'
import { bnbSmartChain } from './bnb-smart-chain.ts'
import type { ChainDefinition } from './definition.ts'
import { ethereum } from './ethereum.ts'
import { filecoin, filecoinCalibration } from './filecoin.ts'
import { generic } from './generic.ts'
import { gnosis } from './gnosis.ts'
import { opMainnet } from './op-mainnet.ts'
import { polygon } from './polygon.ts'
import { sepolia } from './sepolia.ts'
import { zksyncEra } from './zksync-era.ts'

/** Every chain with a definition of its own. A new one is a new file and a line here. */
export const chainDefinitions: readonly ChainDefinition[] = [
  ethereum,
  sepolia,
  base,
  opMainnet,
  arbitrumOne,
  polygon,
  bnbSmartChain,
  avalancheC,
  gnosis,
  zksyncEra,
  filecoin,
  filecoinCalibration,
]

const byChainId = new Map(chainDefinitions.map((definition) => [definition.chainId, definition]))

/** The definition of a chain, or the generic one. */
export function chainDefinition(chainId: number): ChainDefinition {
  return byChainId.get(chainId) ?? generic
}
