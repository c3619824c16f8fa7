import { z } from 'zod'
import type { Key } from '../../address/key.ts'
import { readPasted } from '../../address/read-pasted.ts'
import { creditStatus } from '../../pipeline/credit-status.ts'
import type { ServedChain, ServerContext } from '../context.ts'
import { ProblemError } from '../problem.ts'
import { movementsOf } from '../rows.ts'
import { screeningTerms } from '../screening-answers.ts'
import { movementsShape } from '../shapes/alerts.ts'
import { always, answers, type Routes } from './answers.ts'

const creditShape = z
  .object({
    status: z
      .enum(['alerted', 'pending', 'unscreened', 'released', 'clear'])
      .describe('Only `released` and `clear` say that the deposit may be credited.'),
    reasons: z.array(z.string()),
    confirmations: z.int().nullable().describe('From its block to the last that is screened, both counted.'),
    final: z.boolean().describe('Whether its block is final: no part of the status.'),
    ...movementsShape.shape,
    alerts: z.array(z.string()).describe('Ids of the alerts that it rests on.'),
  })
  .meta({ id: 'CreditStatus' })

/** May a deposit be credited? */
export const transactionRoutes: Routes = (app, context) => {
  app.get(
    '/v1/transactions',
    {
      config: { scope: 'screen' },
      schema: {
        summary: 'May this deposit be credited?',
        description: 'Fails closed: see the table of states in docs/api.md.',
        querystring: z.strictObject({
          chain: z.string().max(64).describe('A chain of the config.'),
          tx: z.string().regex(/^(0x)?[0-9a-fA-F]{64}$/, 'expected a transaction hash, 64 hex digits'),
          address: z
            .string()
            .min(1)
            .max(1_000)
            .optional()
            .describe('The own address that is to be credited.'),
        }),
        response: answers(creditShape, always),
      },
    },
    async ({ query: { chain, tx, address } }) => {
      const served = chainOf(context, chain)
      const digits = tx.toLowerCase().replace(/^0x/, '')
      const request = {
        chain,
        txHash: served.type === 'evm' ? `0x${digits}` : digits,
        key: address === undefined ? null : keyOn(served, address),
      }
      const { lists, doubt } = screeningTerms(context)
      const found = creditStatus(context.db, request, { lists, doubt, at: context.now() })
      return {
        ...{ status: found.status, reasons: found.reasons },
        ...{ confirmations: found.confirmations, final: found.final },
        ...movementsOf(context.db, found.transactions, ({ own_key }) => own_key === request.key),
        alerts: found.alerts.map(({ id }) => id),
      }
    },
  )
}

function chainOf({ settings }: ServerContext, chain: string): ServedChain {
  const served = settings.chains.find(({ id }) => id === chain)
  if (served !== undefined) return served
  const names = settings.chains.map(({ id }) => id).join(', ') || 'none'
  throw new ProblemError('invalid-request', `No chain of the config has that name; it has: ${names}.`)
}

function keyOn({ type }: ServedChain, address: string): Key {
  const parsed = readPasted(address)
  if (parsed.ok && parsed.key.startsWith(`${type}:`)) return parsed.key
  throw new ProblemError('invalid-request', 'querystring/address: expected an address of that chain.')
}
