import { z } from 'zod'
import type { Key } from '../../address/key.ts'
import { readPasted } from '../../address/read-pasted.ts'
import { askReplay } from '../../ledger/blocks/replays.ts'
import { isOwnAnywhere, type OwnAddressRow, ownAddressPage } from '../../ledger/own/own-addresses.ts'
import { inTurn } from '../../ledger/write-turns.ts'
import { registerOwnRows, retireOwnKey } from '../../operations/own-addresses.ts'
import { ownKinds } from '../../own/own-row.ts'
import { actOf } from '../callers.ts'
import type { ServerContext } from '../context.ts'
import { pageOf, paging, placeOf } from '../cursor.ts'
import { ProblemError } from '../problem.ts'
import { noteShape, page } from '../shapes/shared.ts'
import { always, answers, type Routes } from './answers.ts'

const ownShape = z
  .object({
    key: z.string().describe('What addresses are compared by, and what DELETE takes.'),
    address: z.string(),
    kind: z.string(),
    reference: z.string(),
    chain: z.string().nullable().describe('null: every chain of its family.'),
    addedAt: z.string(),
    retiredAt: z.string().nullable(),
  })
  .meta({ id: 'OwnAddress' })

const ownBody = z.strictObject({
  addresses: z
    .array(
      z.strictObject({
        address: z.string().min(1).max(1_000),
        kind: z.enum(ownKinds).default('deposit'),
        reference: z.string().max(200).default('').describe('Your own opaque id.'),
        chain: z.string().max(64).default('').describe('Own on this chain of the config alone.'),
      }),
    )
    .min(1)
    .max(10_000),
  since: z
    .strictObject({ chain: z.string().max(64), height: z.int().min(0) })
    .optional()
    .describe('Has the daemon rescan a chain from this height on for them.'),
  note: noteShape.optional(),
})

const rescanShape = z.object({ chain: z.string(), from: z.int(), to: z.int(), state: z.string() })
const addedShape = z
  .object({
    added: z.int(),
    known: z.int().describe('Stood there already, just so.'),
    changed: z.int(),
    revision: z
      .int()
      .describe('The own revision from which on blocks are screened for all of them: as in `coverage`.'),
    rescan: rescanShape
      .nullable()
      .describe('null: nothing at or above the height was screened without them.'),
  })
  .meta({ id: 'OwnAdded' })

/** The exchange's own addresses: list, register, retire. */
export const ownAddressRoutes: Routes = (app, context) => {
  const { db, now } = context
  const config = { scope: 'own' } as const
  app.get(
    '/v1/own-addresses',
    {
      config,
      schema: {
        summary: 'Own addresses, by key',
        querystring: z.strictObject({
          ...paging,
          address: z.string().max(1_000).optional(),
          reference: z.string().max(200).optional(),
        }),
        response: answers(page(ownShape), always),
      },
    },
    async ({ query: { cursor, limit, address, reference = null } }) => {
      const after = placeOf(cursor, z.tuple([z.string(), z.string()]))
      const place = after && { key: after[0] as Key, chain: after[1] }
      const key = address === undefined ? null : keyNamed(address)
      const rows = ownAddressPage(db, { key, reference }, place, limit + 1)
      return pageOf(rows, limit, { item: ownOf, place: (row) => [row.key, row.chain] })
    },
  )
  app.post(
    '/v1/own-addresses',
    {
      config,
      bodyLimit: 4 * 1024 * 1024,
      schema: {
        summary: 'Registers up to 10,000 own addresses, all or none; the same again changes nothing',
        body: ownBody,
        response: answers(addedShape, [...always, 'too-large', 'busy']),
      },
    },
    async (request) => {
      const { addresses, since, note = null } = request.body
      if (since !== undefined) demandChain(context, since.chain)
      const { added, known, changed, revision } = await registerOwnRows(
        db,
        addresses,
        context.settings.chains,
        actOf(request, now(), note),
      )
      const rescan = since === undefined ? null : await rescanSince(context, since, revision)
      return { added, known, changed, revision, rescan }
    },
  )
  app.delete(
    '/v1/own-addresses/:key',
    {
      config,
      schema: {
        summary:
          'Marks an own address as out of use: it stays own, and what moves through it is still screened',
        params: z.object({ key: z.string().max(200) }),
        response: answers(z.object({ key: z.string(), retired: z.literal(true) }), [
          ...always,
          'not-found',
          'busy',
        ]),
      },
    },
    async (request) => {
      const key = keyNamed(request.params.key)
      if (!isOwnAnywhere(db, key)) throw new ProblemError('not-found', 'There is no own address of that key.')
      await retireOwnKey(db, key, actOf(request, now()))
      return { key, retired: true as const }
    },
  )
}

function ownOf({ key, address, kind, reference, chain, added_at, retired_at }: OwnAddressRow) {
  return {
    ...{ key, address, kind, reference, chain: chain === '' ? null : chain },
    ...{ addedAt: added_at, retiredAt: retired_at },
  }
}

/** A key as answers have it, or an address. */
function keyNamed(text: string): Key {
  if (/^(evm|bitcoin):[0-9a-f]+$/.test(text)) return text as Key
  const parsed = readPasted(text)
  if (parsed.ok) return parsed.key
  throw new ProblemError('invalid-request', 'Expected an address, or its key as answers have it.')
}

function demandChain({ settings }: ServerContext, chain: string): void {
  if (settings.chains.some(({ id }) => id === chain)) return
  const names = settings.chains.map(({ id }) => id).join(', ') || 'none'
  throw new ProblemError(
    'invalid-request',
    `since/chain: no chain of the config has that name; it has: ${names}.`,
  )
}

async function rescanSince(
  { db, now }: ServerContext,
  { chain, height }: { chain: string; height: number },
  ownRevision: number,
) {
  const asked = await inTurn(db, () => askReplay(db, { chain, from: height, ownRevision }, now()))
  return asked && { chain, from: asked.from, to: asked.to, state: asked.state }
}
