import type { BitcoinNetwork } from '../../address/network.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import { networkFacts, publicSignetChallenge } from './networks.ts'
import type { RpcClient } from './rpc-client.ts'
import { type ChainInfo, chainInfoSchema, hashSchema, networkInfoSchema } from './rpc-schemas.ts'

export interface ExpectedNetwork {
  network: BitcoinNetwork
  /** Of a signet that is not the public one: its `signetchallenge`, in hex. */
  signetChallenge?: string | undefined
}

/**
 * Checks that the node follows the configured network and has caught up with it.
 *
 * @returns what it says of its chain, and its `/Satoshi:…/` name
 * @throws ChainscreenError `wrong-chain`, `node-syncing`, and those of the connection
 */
export async function openNode(
  rpc: RpcClient,
  { network, signetChallenge = publicSignetChallenge }: ExpectedNetwork,
  endpoint: string,
  signal?: AbortSignal,
): Promise<{ chain: ChainInfo; client: string }> {
  const chain = await rpc.call({ method: 'getblockchaininfo', params: [] }, chainInfoSchema, signal)
  checkNetwork(chain, rpc, network, endpoint)
  const expected = networkFacts[network]
  const genesis = await rpc.call({ method: 'getblockhash', params: [0] }, hashSchema, signal)
  if (genesis !== expected.genesis) {
    throw wrongChain(endpoint, `has the genesis block ${genesis}`, `${network} with ${expected.genesis}`)
  }
  // Nodes before Bitcoin Core 28 do not name it.
  const challenge = network === 'signet' ? chain.signet_challenge : undefined
  if (challenge !== undefined && challenge !== signetChallenge) {
    throw new ChainscreenError(
      'wrong-chain',
      `The node at ${endpoint} follows the signet of another signetchallenge than ${signetChallenge}, which the config says; correct "signetChallenge" or "rpc".`,
    )
  }
  const { subversion } = await rpc.call({ method: 'getnetworkinfo', params: [] }, networkInfoSchema, signal)
  checkSynced(chain, network, endpoint)
  return { chain, client: rpc.redactor.quote(subversion) }
}

/** @throws ChainscreenError `wrong-chain` where the node follows another network. */
export function checkNetwork(
  { chain }: ChainInfo,
  rpc: RpcClient,
  network: BitcoinNetwork,
  endpoint: string,
): void {
  const expected = networkFacts[network]
  if (chain === expected.chain) return
  const found = `follows the chain "${rpc.redactor.quote(chain, 40)}"`
  throw wrongChain(endpoint, found, `${network} ("${expected.chain}")`)
}

function checkSynced(chain: ChainInfo, network: BitcoinNetwork, endpoint: string): void {
  // A regtest node takes an old tip for an initial download, whatever it has.
  const downloading = chain.initialblockdownload && network !== 'regtest'
  if (!downloading && chain.headers - chain.blocks <= 1) return
  throw new ChainscreenError(
    'node-syncing',
    `The node at ${endpoint} is still catching up: it has ${chain.blocks} blocks of ${chain.headers} headers.`,
  )
}

function wrongChain(endpoint: string, found: string, expected: string): ChainscreenError {
  return new ChainscreenError(
    'wrong-chain',
    `The node at ${endpoint} ${found}, the config says network: ${expected}; correct "network" or "rpc".`,
  )
}
