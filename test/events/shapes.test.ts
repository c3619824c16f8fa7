import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import asyncApiSpecs from '@asyncapi/specs'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { describe, expect, it } from 'vitest'
import { eventFiles } from '../../src/events/json-schemas.ts'
import { dataShapes, type Envelope, envelopeShape } from '../../src/events/shapes.ts'
import { type EventType, eventTypes, isAskedFor, isEventPattern } from '../../src/events/types.ts'
import { noteHalt, pinChain } from '../../src/ledger/blocks/chain.ts'
import { rewind, rollBack } from '../../src/ledger/blocks/roll-back.ts'
import { noteCanaryFailure } from '../../src/ledger/canary.ts'
import { type Db, one } from '../../src/ledger/database.ts'
import { addOwnAddresses } from '../../src/ledger/own/own-addresses.ts'
import { removeOwnAddresses } from '../../src/ledger/own/remove-own.ts'
import { importList } from '../../src/lists/import-list.ts'
import { decide } from '../../src/operations/decide.ts'
import { assign } from '../../src/operations/follow-up.ts'
import { screen } from '../../src/operations/screen.ts'
import { reportProblems } from '../../src/pipeline/report-problems.ts'
import { envelopes } from '../ledger/events/event-fixtures.ts'
import { at, chain, commit, freshLedger, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { rescreenAll } from '../pipeline/rescreening/rescreen-fixtures.ts'
import { evm } from '../screening/builders.ts'
import { tempDir } from '../temp.ts'

const folder = new URL('../../docs/events/', import.meta.url)
const text = (name: string) => readFileSync(new URL(name, folder), 'utf8')
const ann = { actor: 'ann', note: 'because', at, via: 'cli' as const }

/** A ledger in which nearly everything happened that there is an event of. */
async function eventful(): Promise<Db> {
  const dir = tempDir()
  const db = freshLedger(join(dir, 'ledger.db'))
  pinChain(db, chain, '0xgenesis', at)
  const house = { id: 'house', format: 'csv', maxAgeSeconds: null, maxRemoved: 0.05 }
  const load = (addresses: readonly string[]) => {
    const path = join(dir, 'house.csv')
    writeFileSync(path, ['address,subject', ...addresses.map((each) => `${each},Somebody`), ''].join('\n'))
    return importList(db, house, { path }, { approve: false, at })
  }
  const many = Array.from({ length: 30 }, (_, index) => `0x${String(index).padStart(40, '0')}`)
  await load(many)
  rescreenAll(db)
  screen(
    db,
    [{ address: `0x${'9'.repeat(40)}`, reference: 'w-1' }],
    { asset: null, chain: null, lists: null },
    ann,
  )
  await load([...many, `0x${'9'.repeat(40)}`])
  rescreenAll(db)
  await load(many.slice(0, 3))
  commit(db, [
    screened(ref(6)),
    screened(ref(7), [listedDeposit('0xa')], { unscreened: [{ what: 'traces', reason: 'none' }] }),
  ])
  rollBack(db, chain, ref(6), at)
  commit(db, [screened(ref(7), [listedDeposit('0xa')]), screened(ref(8))], { finalHeight: 7 })
  const ids = [one<{ id: string }>(db, 'select id from alerts')?.id ?? '']
  assign(db, ids, 'ben', ann)
  decide(db, { ids, decision: 'blocked' }, ann)
  noteHalt(db, chain.id, 'a deep reorg', at)
  rewind(db, chain, { to: ref(6), served: [], actor: 'ann', note: null, at })
  noteHalt(db, chain.id, 'again', at)
  noteHalt(db, chain.id, null, at)
  await addOwnAddresses(
    db,
    [{ key: evm('5'), chain: '', address: `0x${'5'.repeat(40)}`, kind: 'hot', reference: 'h-1' }],
    at,
  )
  await removeOwnAddresses(db, [evm('5')], ann)
  noteCanaryFailure(db, at)
  const later = '2026-01-02T00:00:00.000Z'
  const list = { id: 'house', format: 'csv', maxAgeMs: 1_000 }
  let state: 'waiting' | 'following' = 'waiting'
  const watched = {
    config: { lists: [list] as never },
    conditions: { all: () => [{ chain: chain.id, state, since: at, reason: 'no answer' }] },
    now: () => later,
  }
  await reportProblems(db, watched)
  state = 'following'
  await reportProblems(db, watched)
  return db
}

describe('docs/events/', () => {
  it('is what the code generates (if not: npm run build && node scripts/make-event-schemas.mjs)', () => {
    const files = eventFiles()
    expect(readdirSync(folder).sort()).toEqual(files.map(({ name }) => name).sort())
    for (const file of files) expect(text(file.name), file.name).toBe(file.text)
  })

  it('has an AsyncAPI document that AsyncAPI 3 takes', () => {
    // biome-ignore lint/suspicious/noExplicitAny: the package has no types of its schemas
    const schema = (asyncApiSpecs as any).schemas['3.0.0']
    const ajv = new Ajv({
      strict: false,
      allErrors: true,
      logger: false,
      validateFormats: false,
      meta: false,
      validateSchema: false,
    })
    const validate = ajv.compile(schema)
    const document = JSON.parse(text('asyncapi.json'))
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true)
    expect(validate({ ...document, channels: { events: { messages: 1 } } })).toBe(false)
    const refs = [...text('asyncapi.json').matchAll(/"\$ref": "([^"]*)"/g)].map(([, path]) => path ?? '')
    const beside = refs.filter((path) => path.startsWith('./'))
    expect(beside).toEqual(eventTypes.map((type) => `./${type}.json`))
    const within = refs.filter((path) => path.startsWith('#/'))
    expect(within.length).toBe(2 * eventTypes.length + 1)
    for (const path of within) expect(resolved(document, path), path).toBeDefined()
    // With the schemas that it refers to in their places.
    for (const message of Object.values<{ payload: { $ref: string } }>(document.components.messages)) {
      const { $schema: _, ...payload } = JSON.parse(text(message.payload.$ref))
      Object.assign(message, { payload })
    }
    expect(validate(document), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true)
    document.components.messages['alert.created'].payload.properties.id.type = 'nothing'
    expect(validate(document)).toBe(false)
  })

  it('describes what is sent, of every type that a ledger can have', async () => {
    const ajv = new Ajv2020({ strict: false, allErrors: true })
    formats.default(ajv)
    const sent = envelopes(await eventful())
    for (const event of sent) {
      const validate = ajv.compile(JSON.parse(text(`${event.type}.json`)))
      expect(validate(event), `${event.type} ${JSON.stringify([validate.errors, event.data])}`).toBe(true)
      expect(unknownFields(event), event.type).toEqual([])
    }
    const rest = eventTypes.filter((type) => !sent.some((event) => event.type === type))
    // Each of these is made in a test of its own.
    expect(rest).toEqual([
      ...[
        'alert.confirmed',
        'alert.withdrawn',
        'alert.replaced',
        'alert.entry-removed',
        'alert.listed-again',
      ],
      ...['alert.regraded', 'alert.proposed', 'alert.filed'],
    ])
  })

  it('tells of what happened in the words of the pages', async () => {
    const byType = new Map(envelopes(await eventful()).map((event) => [event.type, event.data]))
    expect(byType.get('screening.listed')).toMatchObject({
      ...{ reference: 'w-1', screenedAt: at, actor: 'ann', address: `0x${'9'.repeat(40)}`, revision: 2 },
      matched: { list: 'house', match: 'exact', subject: 'Somebody' },
    })
    expect(byType.get('list.activated')).toMatchObject({
      ...{ list: 'house', revision: 2, changes: { added: 1, removed: 0, renamed: 0 } },
      first: [{ change: 'added', key: evm('9'), subject: 'Somebody' }],
    })
    expect(byType.get('list.held')).toMatchObject({
      list: 'house',
      reason: expect.stringContaining('are gone'),
    })
    expect(byType.get('chain.recovered')).toMatchObject({
      chain: 'ethereum',
      caip2: 'eip155:1',
      after: 'stalled',
    })
    expect(byType.get('coverage.gap')).toMatchObject({ from: 7, to: 7, what: 'traces', tx: null })
    expect(byType.get('alert.decided')).toMatchObject({
      decision: 'blocked',
      proposedBy: null,
      note: 'because',
      version: 4,
    })
    expect(byType.get('alert.assigned')).toMatchObject({ assignee: 'ben', actor: 'ann' })
    expect(byType.get('alert.orphaned')).toMatchObject({ details: { height: 7, block: 'a7' } })
  })
})

/** What is sent and not described. */
function unknownFields({ type, ...event }: Envelope): string[] {
  const shape = dataShapes[type as EventType]
  const known = new Set(Object.keys(shape.shape))
  expect(envelopeShape(type as EventType).safeParse({ type, ...event }).success).toBe(true)
  return Object.keys(event.data).filter((name) => !known.has(name))
}

function resolved(document: unknown, ref: string): unknown {
  return ref
    .slice(2)
    .split('/')
    .reduce<unknown>((value, name) => (value as Record<string, unknown> | undefined)?.[name], document)
}

describe('what a sink asks for', () => {
  it('is a type, a group, or everything', () => {
    expect(isAskedFor('alert.created', ['alert.*'])).toBe(true)
    expect(isAskedFor('alert.created', ['alert.created', 'list.held'])).toBe(true)
    expect(isAskedFor('alert.created', ['*'])).toBe(true)
    expect(isAskedFor('alert.created', ['list.*', 'alert.final'])).toBe(false)
    expect(['alert.*', '*', 'list.held'].every(isEventPattern)).toBe(true)
    expect(['alert', 'alerts.*', 'alert.creat*', '', 'list.*.x'].some(isEventPattern)).toBe(false)
  })
})
