import { expect } from 'vitest'
import type { SinkConfig } from '../../src/config/delivery.ts'
import { cableTo } from '../postgres/away.ts'
import { testDatabase } from '../postgres/cluster.ts'
import { interruptedWhileDelivering } from './interrupted.ts'

/** What a sink to a database of its own has in the config. */
export const postgresSink = (url: string): SinkConfig => ({
  ...{ id: 'queue', type: 'postgres', events: ['*'], from: 'start', url, schema: 'chainscreen' },
})

/** Breaks all connections and refuses new ones, so often, while events happen: each must be there once, in order. */
export async function interruptWhileDelivering(times: number): Promise<void> {
  const { query, port, url } = await testDatabase()
  const cable = await cableTo(port)
  const sink = postgresSink(url.replace(`:${port}/`, `:${cable.port}/`))
  const stop = async () => cable.cut()
  const start = async () => cable.mend()
  const last = await interruptedWhileDelivering(sink, times, { stop, start })
  const rows = await query('select daemon_sequence from chainscreen.events order by sequence')
  const stored = rows.map((row) => Number(row.daemon_sequence))
  expect(stored).toEqual(Array.from({ length: last }, (_, index) => index + 1))
}
