import { z } from 'zod'
import { type BitcoinBlock, formatName, formatVersion, withoutMoment } from './format.ts'
import type { RawNode } from './raw-node.ts'
import type { Recorder, StaleBranch } from './record-blocks.ts'

const infoSchema = z.object({ chain: z.string(), blocks: z.number() })
const tipSchema = z.object({
  height: z.number(),
  hash: z.string(),
  branchlen: z.number(),
  status: z.string(),
})
const headerSchema = z.object({ height: z.number(), previousblockhash: z.string().optional() })

/** Core's names for its chains, as this project writes them. */
const networks: Readonly<Record<string, string>> = { main: 'mainnet', test: 'testnet3' }

/**
 * Reads Bitcoin Core. The raw block always, over REST where it is served; spent outputs where REST serves them
 * (from 30.0), else `getblock 3`; both where `everything` is asked.
 */
export async function bitcoinRecorder(node: RawNode, everything: boolean): Promise<Recorder> {
  const info = async () => infoSchema.parse(JSON.parse(await node.call('getblockchaininfo', [])))
  const { subversion } = z
    .object({ subversion: z.string() })
    .parse(JSON.parse(await node.call('getnetworkinfo', [])))
  const hashAt = async (height: number) => text(await node.call('getblockhash', [height]))
  const headerOf = async (hash: string) => node.call('getblockheader', [hash, true])
  const { chain } = await info()
  const genesisHash = await hashAt(0)
  const rest = (await node.get('/rest/chaininfo.json')) !== null
  const spentServed = rest && (await node.get(`/rest/spenttxouts/${genesisHash}.bin`)) !== null

  async function block(hash: string, height: number): Promise<BitcoinBlock> {
    const header = await headerOf(hash)
    const raw = rest ? await node.get(`/rest/block/${hash}.bin`) : null
    const spent = spentServed ? await node.get(`/rest/spenttxouts/${hash}.bin`) : null
    const verbose = everything || spent === null ? await node.call('getblock', [hash, 3]) : null
    return {
      kind: 'block',
      height,
      hash,
      parentHash: headerSchema.parse(JSON.parse(header)).previousblockhash ?? '0'.repeat(64),
      header: withoutMoment(header),
      block: (raw ?? Buffer.from(text(await node.call('getblock', [hash, 0])), 'hex')).toString('base64'),
      ...(spent !== null && { spent: spent.toString('base64') }),
      ...(verbose !== null && { verbose: withoutMoment(verbose) }),
    }
  }

  async function staleBranches(): Promise<readonly StaleBranch[]> {
    const tips = z.array(tipSchema).parse(JSON.parse(await node.call('getchaintips', [])))
    const branches: StaleBranch[] = []
    // `valid-fork`: fully validated once, so that blocks and spent outputs are there. Other states lack one of them.
    for (const tip of tips
      .filter(({ status }) => status === 'valid-fork')
      .toSorted((a, b) => a.height - b.height)) {
      const hashes: string[] = []
      for (let hash = tip.hash; hashes.length < tip.branchlen; ) {
        hashes.unshift(hash)
        hash = headerSchema.parse(JSON.parse(await headerOf(hash))).previousblockhash ?? ''
      }
      branches.push({ forkHeight: tip.height - tip.branchlen, hashes })
    }
    return branches
  }

  return {
    header: {
      format: formatName,
      version: formatVersion,
      family: 'bitcoin',
      network: networks[chain] ?? chain,
      client: node.redactor.quote(subversion),
      genesisHash,
      caip2: `bip122:${genesisHash.slice(0, 32)}`,
    },
    missing: everything && !spentServed ? ['/rest/spenttxouts'] : [],
    headHeight: async () => (await info()).blocks,
    hashAt,
    block,
    finalized: async () => null,
    staleBranches,
  }
}

function text(json: string): string {
  return z.string().parse(JSON.parse(json))
}
