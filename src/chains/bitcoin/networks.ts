import type { BitcoinNetwork } from '../../address/network.ts'
import { ChainscreenError } from '../../diagnostics/errors.ts'
import type { RpcClient } from './rpc-client.ts'
import { type ChainInfo, chainInfoSchema, hashSchema, networkInfoSchema } from './rpc-schemas.ts'

/**
 * What signs the blocks of the public signet. All signets have the same genesis block and name, and this is what tells them
 * apart (BIP 325). Source: Bitcoin Core, src/kernel/chainparams.cpp, SigNetParams.
 */
const publicSignetChallenge =
  '512103ad5e0edad18cb1f0fc0d28a3d4f1f3e445640337489abb10404f2d1e086be430210359ef5021964fe22d6f8e05b2463c9540ce96883fe3b278760f048f5189f2e6c452ae'

export interface NetworkFacts {
  /** What `getblockchaininfo` calls it. */
  chain: string
  /** Hash of block 0, in RPC order. */
  genesis: string
  /** No target is easier. */
  powLimit: bigint
  /** Blocks until the subsidy halves. */
  halving: number
  /** From this height on a coinbase begins with its height (BIP 34), and witnesses are committed to (BIP 141). */
  bip34: number
  segwit: number
  /** From this height on a witness program of version 1 is Taproot (BIP 341). */
  taproot: number
  /** Whether who makes blocks there takes the fees. Regtest's `generateblock` leaves them. */
  feesTaken: boolean
}

/**
 * Source: Bitcoin Core, src/kernel/chainparams.cpp, the asserted `hashGenesisBlock` of each network
 * (`test/functional/data/util/getchainparams-*.json` has the same in byte order), and src/util/chaintype.cpp for the names; powLimit, nSubsidyHalvingInterval, BIP34Height, SegwitHeight and, of DEPLOYMENT_TAPROOT, min_activation_height stand beside.
 */
export const networkFacts: Readonly<Record<BitcoinNetwork, NetworkFacts>> = {
  mainnet: {
    chain: 'main',
    genesis: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    powLimit: ones(224),
    halving: 210_000,
    bip34: 227_931,
    segwit: 481_824,
    taproot: 709_632,
    feesTaken: true,
  },
  testnet4: {
    chain: 'testnet4',
    genesis: '00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043',
    powLimit: ones(224),
    halving: 210_000,
    bip34: 1,
    segwit: 1,
    taproot: 1,
    feesTaken: true,
  },
  signet: {
    chain: 'signet',
    genesis: '00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6',
    powLimit: 0x377aen << 216n,
    halving: 210_000,
    bip34: 1,
    segwit: 1,
    taproot: 1,
    feesTaken: true,
  },
  regtest: {
    chain: 'regtest',
    genesis: '0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206',
    powLimit: ones(255),
    halving: 150,
    bip34: 1,
    segwit: 0,
    taproot: 0,
    feesTaken: false,
  },
}

function ones(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n
}

/** The CAIP-2 name of a network: `bip122:` and the first 32 hex digits of its genesis hash (https://chainagnostic.org/CAIPs/caip-2). */
export function bitcoinCaip2(network: BitcoinNetwork): string {
  return `bip122:${networkFacts[network].genesis.slice(0, 32)}`
}

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
