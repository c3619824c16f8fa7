import { createHash } from 'node:crypto'
import { evmKey, type Key } from '../address/key.ts'
import { addressText } from '../address/text.ts'
import type { SourceBlock } from '../chains/source.ts'
import type { CanaryConfig } from '../config/schema.ts'
import { ChainscreenError, messageOf } from '../diagnostics/errors.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Chain } from '../ledger/blocks/chain.ts'
import { commitCanary, noteCanaryFailure, putCanaryEntry } from '../ledger/canary.ts'
import type { Db } from '../ledger/database.ts'
import { inTurn } from '../ledger/write-turns.ts'
import { type Loop, startLoop } from '../lifecycle/loop.ts'
import { screenBlocks } from './blocks/screen-blocks.ts'
import type { ScreeningIndex } from './blocks/screening-index.ts'

/** No chain has this name in an alert's id, so no real transfer can have the id of a made-up one. */
const chain: Chain = { id: 'canary', caip2: 'canary', addressText: (key) => addressText(key) }

/** Twenty bytes of a hash of a sentence: nobody has the key, and nobody will find it. */
function addressOfNobody(sentence: string): Key {
  return `evm:${createHash('sha256').update(sentence).digest('hex').slice(0, 40)}`
}

const defaultEntry = addressOfNobody('the listed address of the chainscreen canary')
const own = addressOfNobody('the own address of the chainscreen canary')

/** The key that the config makes the test entry. */
function entryKey({ address }: CanaryConfig): Key {
  return address === null ? defaultEntry : evmKey(address)
}

/**
 * Sends a made-up transfer from the test entry through the live watchlist, screening and the ledger, as a block goes,
 * and looks whether an alert stands. Only reading a node and extraction are left out.
 *
 * @returns the id of the alert. @throws ChainscreenError `failure` when none was raised.
 */
export async function runCanary(
  db: Db,
  index: ScreeningIndex,
  config: CanaryConfig,
  at: string,
): Promise<string> {
  const key = entryKey(config)
  try {
    await inTurn(db, () => putCanaryEntry(db, key, addressText(key), at))
    for (;;) {
      index.refresh()
      const { revisions } = index
      const [block] = screenBlocks([madeUpBlock(key, at)], chain.id, index)
      if (block === undefined) throw new Error('its block was not screened')
      const alert = await inTurn(db, () => commitCanary(db, chain, block, { revisions, at }))
      if (alert !== null) return alert
    }
  } catch (cause) {
    await inTurn(db, () => noteCanaryFailure(db, at))
    throw new ChainscreenError(
      'failure',
      `The canary failed: a made-up transfer from a listed address raised no alert (${messageOf(cause)}). Until it passes, take "no alert" for "unknown".`,
      { cause },
    )
  }
}

function madeUpBlock(key: Key, at: string): SourceBlock {
  const hash = `canary:${at}`
  return {
    ...{ height: 0, hash, parentHash: '', time: Math.floor(Date.parse(at) / 1000) },
    ...{ level: 'full', unscreened: [], bytes: 0 },
    content: {
      family: 'made-up',
      extraction: {
        unscreened: [],
        transactions: [
          {
            ...{ hash, parties: [], ownSigned: false },
            transfers: [
              {
                ...{ id: 'value', direction: 'deposit', asset: 'native', symbol: null },
                ...{ amount: 1n, own, tags: [], parties: [{ key, role: 'source' }] },
              },
            ],
          },
        ],
      },
    },
  }
}

/** Runs the canary now and on its schedule. A failure is logged as an error, and stops nothing. */
export function startCanary(
  db: Db,
  index: ScreeningIndex,
  config: CanaryConfig,
  options: { log: Log; now: () => string },
): Loop {
  return startLoop(async () => {
    try {
      const alert = await runCanary(db, index, config, options.now())
      options.log.info({ alert }, 'the canary passed')
    } catch (error) {
      options.log.error(messageOf(error))
    }
    return config.everyMs
  })
}
