import type { ChainSource, Trial } from '../chains/source.ts'
import { shallowFinality } from '../config/chains.ts'
import type { EvmChainConfig } from '../config/evm.ts'
import type { Config } from '../config/schema.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import { readChainState, refuseOtherGenesis } from '../ledger/blocks/chain.ts'
import type { Db } from '../ledger/database.ts'
import { openLedgerForReading } from '../ledger/open.ts'
import { createSource } from '../pipeline/blocks/create-source.ts'
import type { Checkup } from './doctor.ts'

/** What one node was found to be. */
interface NodeCheck {
  endpoint: string
  checkups: (Checkup & Pick<Trial, 'block'>)[]
}

/** Each Bitcoin node by itself, since one block and one reorg can be tried with it; the nodes of an EVM chain as they are read. */
export async function checkChain(
  database: string,
  chain: Config['chains'][number],
  signal?: AbortSignal,
): Promise<Checkup[]> {
  const due = nextHeight(database, chain)
  const nodes =
    chain.type === 'bitcoin' ? chain.rpc.map((url) => ({ ...chain, rpc: [url] as const })) : [chain]
  const checks = await Promise.all(nodes.map((node) => checkNode(database, node, due, signal)))
  return checks.flatMap(({ checkups }) => checkups.map((checkup) => besideOthers(checkup, checks)))
}

/** A node without the block that is due stops nothing while another node of the chain serves it. */
function besideOthers(
  { block, ...checkup }: NodeCheck['checkups'][number],
  checks: readonly NodeCheck[],
): Checkup {
  const other = checks.find(({ checkups }) => checkups.some((found) => found.block === 'served'))
  if (block !== 'missing' || other === undefined) return checkup
  const found = `${checkup.found}; ${other.endpoint} serves it`
  return {
    ...checkup,
    state: 'warn',
    found,
    advice: `keep ${other.endpoint} in \`rpc\`: only it has these blocks`,
  }
}

/** The block that a follower would read next; `null` for the head. */
export function nextHeight(database: string, { id, start }: Config['chains'][number]): number | null {
  const { cursor } = withLedger(database, (db) => readChainState(db, id)) ?? { cursor: null }
  if (cursor !== null) return cursor.height + 1
  return start === 'latest' ? null : start
}

/** @returns what `read` does; `null` where the database is not there, or can't be read: it has a checkup of its own. */
function withLedger<T>(database: string, read: (db: Db) => T): T | null {
  let db: Db
  try {
    db = openLedgerForReading(database)
  } catch {
    return null
  }
  try {
    return read(db)
  } finally {
    db.close()
  }
}

async function checkNode(
  database: string,
  chain: Config['chains'][number],
  due: number | null,
  signal?: AbortSignal,
): Promise<NodeCheck> {
  const source = createSource(chain)
  return { endpoint: source.endpoint, checkups: await checkSource(database, chain, source, due, signal) }
}

async function checkSource(
  database: string,
  chain: Config['chains'][number],
  source: ChainSource,
  due: number | null,
  signal?: AbortSignal,
): Promise<NodeCheck['checkups']> {
  const what = `chain ${chain.id}`
  try {
    const info = await source.open(signal)
    // As `run` does.
    withLedger(database, (db) =>
      refuseOtherGenesis(db, { id: chain.id, caip2: source.caip2 }, info.genesisHash),
    )
    const head = await source.head(signal)
    const tag = head.finalized === null ? '' : `, finalized ${head.finalized}`
    const advice = chain.type === 'evm' ? evmAdvice(chain, info.reads) : null
    return [
      {
        what,
        state: advice === null ? 'ok' : 'warn',
        found: `${info.client} at ${source.endpoint}, head ${head.height}${tag}; reads ${info.reads}`,
        advice,
      },
      ...checkAboveHead(database, chain, head.height),
      ...((await source.tryOut?.(due ?? head.height, signal)) ?? []).map((trial) => ({ what, ...trial })),
      ...(chain.mempool ? [await checkMempool(chain.id, source, signal)] : []),
    ]
  } catch (error) {
    const advice =
      error instanceof ChainscreenError && error.details.length > 0 ? error.details.join(' ') : null
    return [{ what, state: 'fail', found: messageOf(error), advice }]
  } finally {
    await source.close()
  }
}

/** Of a chain that was never followed: of others, `start` says nothing of what is read next. */
function checkAboveHead(database: string, { id, start }: Config['chains'][number], head: number): Checkup[] {
  const began = withLedger(database, (db) => readChainState(db, id).startHeight) ?? null
  if (began !== null || start === 'latest' || start <= head) return []
  return [
    {
      what: `start of ${id}`,
      state: 'warn',
      found: `\`start\` is ${start}, above the node's head ${head}: nothing is screened until the chain gets there`,
      advice: 'if you meant an earlier block, lower `start`',
    },
  ]
}

async function checkMempool(chain: string, source: ChainSource, signal?: AbortSignal): Promise<Checkup> {
  const what = `mempool of ${chain}`
  try {
    const waiting = (await source.mempool?.(signal))?.hashes.length ?? 0
    return { what, state: 'ok', found: `${waiting} unconfirmed transactions`, advice: null }
  } catch (error) {
    const advice = 'blocks are screened all the same; change the node, or set mempool: false'
    return { what, state: 'fail', found: messageOf(error), advice }
  }
}

function evmAdvice(chain: EvmChainConfig, reads: string): string | null {
  const shallow = shallowFinality(chain)
  if (shallow !== null) return shallow
  if (chain.traces !== 'auto' || reads.includes('trace')) return null
  return 'it serves no call traces, so value moved inside contract calls is not found: enable its debug or trace namespace'
}
