import type { z } from 'zod'
import { readChainState } from '../ledger/blocks/chain.ts'
import type { ScreeningRow } from '../ledger/screenings.ts'
import type { Screened } from '../operations/screen.ts'
import type { PreCheck } from '../pipeline/pre-check.ts'
import type { ServerContext } from './context.ts'
import type { answeringListShape, matchShape, recordShape, resultShape } from './shapes/screenings.ts'

type Match = PreCheck['matches'][number]

function matchOf({ basis, listId, address, ...match }: Match): z.output<typeof matchShape> {
  return {
    ...{ list: listId, category: match.category, entryAddress: address, subject: match.subject },
    // Rows of before publishers' ids were kept have none.
    ...{ subjectIds: [...(match.subjectIds ?? [])], programs: [...match.programs] },
    ...{ match: basis, listedOn: match.listedOn },
  }
}

export function listOf(list: PreCheck['lists'][number]): z.output<typeof answeringListShape> {
  const { id, revision, issuedOn, checkedAt, state, snapshot } = list
  return { id, revision, issuedOn, checkedAt, fresh: state === 'fresh', snapshot }
}

export function resultOf({ db }: ServerContext, check: Screened): z.output<typeof resultShape> {
  const { address, verdict, reason, key, family, reference, matches, alerts, notes, chain } = check
  return {
    ...{ address, verdict, reason, key, family, reference },
    ...{ matches: matches.map(matchOf), alerts, notes },
    chain: chain === null ? null : lagOf(db, chain),
  }
}

function lagOf(db: ServerContext['db'], id: string) {
  const { cursor, headHeight } = readChainState(db, id)
  return { id, cursorHeight: cursor?.height ?? null, headHeight }
}

export function recordOf({
  list_revision,
  matches,
  lists,
  ...row
}: ScreeningRow): z.output<typeof recordShape> {
  return {
    ...row,
    matches: (JSON.parse(matches) as Match[]).map(matchOf),
    listRevision: list_revision,
    lists: (JSON.parse(lists) as PreCheck['lists']).map(listOf),
  }
}

/** How addresses are read, and which lists must be fresh. */
export function screeningTerms({ settings, isStarted }: ServerContext) {
  return {
    ...{ asset: null, chain: null, lists: settings.lists },
    symbols: settings.symbols,
    networks: settings.networks,
    doubt: isStarted() ? null : 'the start is not finished: lists are still being loaded',
  }
}
