import { z } from 'zod'
import { readPasted } from '../../address/read-pasted.ts'
import type { Db } from '../../ledger/database.ts'
import { keysOfReference } from '../../ledger/own/own-addresses.ts'
import { transferPage } from '../../ledger/transfers/transfer-page.ts'
import { cursorOf, paging, placeOf } from '../cursor.ts'
import { ProblemError } from '../problem.ts'
import { movementsOf } from '../rows.ts'
import { movementsShape } from '../shapes/alerts.ts'
import { momentShape, page, periodOf } from '../shapes/shared.ts'
import { always, answers, type Routes } from './answers.ts'

const { transfers, transactions } = movementsShape.shape
const transfersPage = page(transfers.element).extend({ transactions })

/** Stored movements. */
export const transferRoutes: Routes = (app, { db, now }) => {
  app.get(
    '/v1/transfers',
    {
      config: { scope: 'read' },
      schema: {
        summary: 'Stored deposits and withdrawals that stand in a block, the newest stored first',
        description: 'A page may be short before the end: `next` says whether there is more.',
        querystring: z.strictObject({
          ...paging,
          address: z.string().max(1_000).optional().describe('An own address.'),
          reference: z.string().min(1).max(200).optional().describe('Your own id of own addresses.'),
          direction: z.enum(['deposit', 'withdrawal']).optional(),
          chain: z.string().max(64).optional(),
          since: momentShape.optional().describe('Of the block.'),
          until: momentShape.optional(),
        }),
        response: answers(transfersPage, always),
      },
    },
    async ({ query: { cursor, limit, address, reference, direction, chain, since, until } }) => {
      const before = placeOf(cursor, z.tuple([z.int()]))?.[0] ?? null
      const filter = {
        ...{ chain, direction, keys: keysOf(db, address, reference) },
        ...periodOf({ since, until }, now()),
      }
      const { found, next } = transferPage(db, filter, before, limit)
      const { transfers: data, transactions } = movementsOf(db, found)
      return { data, next: next === null ? null : cursorOf([next]), transactions }
    },
  )
}

/** Of both where both are given. */
function keysOf(db: Db, address: string | undefined, reference: string | undefined) {
  const byReference = reference === undefined ? null : keysOfReference(db, reference)
  if (address === undefined) return byReference
  const parsed = readPasted(address)
  if (!parsed.ok) throw new ProblemError('invalid-request', 'querystring/address: expected an address.')
  return byReference === null ? [parsed.key] : byReference.filter((key) => key === parsed.key)
}
