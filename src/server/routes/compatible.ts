import { z } from 'zod'
import { readLists } from '../../ledger/lists/lists.ts'
import { screen } from '../../operations/screen.ts'
import type { PreCheck } from '../../pipeline/pre-check.ts'
import { actOf } from '../callers.ts'
import type { ServerContext } from '../context.ts'
import { ProblemError } from '../problem.ts'
import { screeningTerms } from '../screening-answers.ts'
import { always, answers, type Routes } from './answers.ts'

// Both answer nothing for clear. So what is unknown is never an empty answer, but an error.

const refusals = [...always, 'busy'] as const
const identificationShape = z.object({
  category: z.literal('sanctions'),
  name: z.string(),
  description: z.string(),
  url: z.string(),
})

/** In the shape of what exchanges already call. */
export const compatibleRoutes: Routes = (app, context) => {
  app.get(
    '/api/v1/address/:address',
    {
      config: { scope: 'screen', writes: true },
      schema: {
        summary: 'Identifications of an address, `[]` for clear',
        params: z.object({ address: z.string().min(1).max(200) }),
        response: answers(z.object({ identifications: z.array(identificationShape) }), refusals),
      },
    },
    async (request) => {
      const [check] = await screened(context, request, [request.params.address])
      return { identifications: (check?.matches ?? []).map(identificationOf) }
    },
  )
  app.post(
    '/public/v1/sanctions/screening',
    {
      config: { scope: 'screen', takesBasic: true },
      bodyLimit: 512 * 1024,
      schema: {
        summary: 'Whether addresses are sanctioned',
        body: z
          .array(z.looseObject({ address: z.string().min(1).max(200) }))
          .min(1)
          .max(1_000),
        response: answers(
          z.array(z.object({ address: z.string(), isSanctioned: z.boolean() })),
          [...refusals, 'too-large'],
          201,
        ),
      },
    },
    async (request, reply) => {
      const addresses = request.body.map(({ address }) => address)
      const checks = await screened(context, request, addresses)
      reply.code(201)
      return addresses.map((address, index) => ({
        address,
        isSanctioned: (checks[index]?.matches.length ?? 0) > 0,
      }))
    },
  )
}

/**
 * The matches of the categories that count here. Recorded as every screening.
 *
 * @throws ProblemError `invalid-request` for what is no address, `busy` for whatever else is unknown.
 */
async function screened(
  context: ServerContext,
  request: Parameters<typeof actOf>[0],
  addresses: readonly string[],
): Promise<PreCheck[]> {
  const { db, group, now, settings } = context
  const categories: readonly string[] = settings.compat.categories
  const act = { ...actOf(request, now()), via: 'api' as const }
  const subjects = addresses.map((address) => ({ address: withPrefix(address) }))
  const { results } = await group.write(() => {
    const terms = screeningTerms(context)
    return screen(db, subjects, { ...terms, doubt: terms.doubt ?? missingCategory(context) }, act)
  })
  return results.map((check, index) => {
    const matches = check.matches.filter(({ category }) => categories.includes(category))
    if (check.key === null)
      throw new ProblemError('invalid-request', `Address ${index + 1} is not readable as an address.`)
    // One that is listed elsewhere only is clear here where the lists that count are fresh.
    const isClear = check.verdict === 'clear' || (check.verdict === 'listed' && check.doubts.length === 0)
    if (matches.length === 0 && !isClear)
      throw new ProblemError('busy', 'The lists can not answer now: this is not the same as clear.')
    return { ...check, matches }
  })
}

/** Why nothing can be clear here: without a list of a category nobody knows who is in it. */
function missingCategory({ db, settings }: ServerContext): string | null {
  const inConfig = new Set(settings.lists.map(({ id }) => id))
  const active = readLists(db).filter(
    ({ id, active_snapshot }) => inConfig.has(id) && active_snapshot !== null,
  )
  const missing = settings.compat.categories.find((each) => active.every(({ category }) => category !== each))
  return missing === undefined ? null : `no list of the category ${missing} is in force`
}

/** Clients send the hex of an EVM address without 0x. */
function withPrefix(address: string): string {
  return /^[0-9a-fA-F]{40}$/.test(address) ? `0x${address}` : address
}

function identificationOf({ subject, address, listId, programs }: PreCheck['matches'][number]) {
  const of = programs.length === 0 ? '' : ` (${programs.join(', ')})`
  return {
    category: 'sanctions' as const,
    name: `SANCTIONS: ${subject ?? listId}`,
    description: `${address} is on list ${listId}${of}.`,
    url: urls[listId.split('-')[0] ?? ''] ?? '',
  }
}

/** Where publishers have their lists for people. */
const urls: Readonly<Record<string, string>> = {
  ofac: 'https://sanctionssearch.ofac.treas.gov/',
  uk: 'https://search-uk-sanctions-list.service.gov.uk/',
  eu: 'https://www.sanctionsmap.eu/',
}
