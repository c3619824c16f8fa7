import { expect, it } from 'vitest'
import type { Key } from '../../src/address/key.ts'
import { mostMovements } from '../../src/server/rows.ts'
import { commit, ref, screened } from '../ledger/fixtures.ts'
import { foreign, listed, party, transfer, tx } from '../screening/builders.ts'
import { askerOf, servedContext, tokenOf } from './fixtures.ts'

const hash = `0x${'5'.repeat(64)}`
const keyOf = (number: number): Key => `evm:${number.toString(16).padStart(40, '0')}`

/** The API over one block with a transaction of many transfers and many parties of the whole; the last transfer is of a listed source. */
async function servedTransaction(transferCount: number, partyCount: number) {
  const context = servedContext()
  const transfers = Array.from({ length: transferCount }, (_, index) =>
    transfer({
      id: `log:${index}`,
      own: keyOf(1 + index),
      parties: [party(index === transferCount - 1 ? listed : foreign, 'source')],
    }),
  )
  const parties = Array.from({ length: partyCount }, (_, index) =>
    party(keyOf(100_000 + index), 'intermediary'),
  )
  commit(context.db, [screened(ref(7), [tx({ hash, transfers, parties })])])
  const ask = await askerOf(context)
  const token = tokenOf(context.db, ['read', 'screen'])
  const get = (path: string) => ask(`GET ${path}`, { token })
  const alert = (await get('/v1/alerts?direction=deposit')).body.data[0].id as string
  return { get, alert }
}

const routes = (alert: string) => [
  ['/v1/transfers?limit=1000', 'data'],
  [`/v1/transactions?chain=ethereum&tx=${hash}`, 'transfers'],
  [`/v1/alerts/${alert}`, 'transfers'],
]

it('the parties of a transaction stand once in an answer, not with each of its transfers', async () => {
  const { get, alert } = await servedTransaction(300, 200)
  for (const [path = '', member = ''] of routes(alert)) {
    const { status, body, text } = await get(path)
    expect({ path, status }).toEqual({ path, status: 200 })
    expect(body[member]).toHaveLength(300)
    expect(body[member][0]).toMatchObject({ txHash: hash, partyCount: 1, parties: [{ role: 'source' }] })
    expect(body.transactions).toMatchObject([
      { chain: 'ethereum', txHash: hash, blockHeight: 7, transferCount: 300, partyCount: 200 },
    ])
    expect(body.transactions[0].parties).toHaveLength(200)
    expect(body.transactions[0].parties[0]).toMatchObject({ key: keyOf(100_000), role: 'intermediary' })
    // Some 700 bytes for each transfer with its party, 250 for each other party.
    expect(text.length).toBeLessThan(500 * 900)
  }
})

it('an answer has so many transfers and parties at most, says how many there are, and has what was asked for first', async () => {
  const { get, alert } = await servedTransaction(mostMovements.transfers + 200, mostMovements.parties + 300)
  for (const [path = '', member = ''] of routes(alert)) {
    const { body } = await get(path)
    expect(body[member]).toHaveLength(mostMovements.transfers)
    expect(body.transactions).toMatchObject([
      { transferCount: mostMovements.transfers + 200, partyCount: mostMovements.parties + 300 },
    ])
    expect(body.transactions[0].parties).toHaveLength(mostMovements.parties)
  }
  const last = `0x${keyOf(mostMovements.transfers + 200).slice(4)}`
  const asked = await get(`/v1/transactions?chain=ethereum&tx=${hash}&address=${last}`)
  expect(asked.body.transfers[0]).toMatchObject({ ownAddress: last, parties: [{ key: listed }] })
  expect((await get(`/v1/alerts/${alert}`)).body.transfers[0]).toMatchObject({ parties: [{ key: listed }] })
})

it('pages of transfers have each once, also where a page ends within a transaction', async () => {
  const { get } = await servedTransaction(7, 3)
  const seen: string[] = []
  let next: string | null = ''
  while (next !== null) {
    const { body }: { body: { data: { transfer: string }[]; next: string | null; transactions: unknown[] } } =
      await get(`/v1/transfers?limit=3${next === '' ? '' : `&cursor=${next}`}`)
    expect(body.transactions).toHaveLength(1)
    seen.push(...body.data.map(({ transfer }) => transfer))
    next = body.next
  }
  expect(seen).toEqual([6, 5, 4, 3, 2, 1, 0].map((number) => `log:${number}`))
})
