import { configSchema } from '../../dist/config/schema.js'
import { openLedger } from '../../dist/ledger/open.js'
import { createApp } from '../../dist/server/app.js'
import { serverSettings } from '../../dist/server/context.js'

const none = () => {}

/** What the server that was built answers at /openapi.json. */
export async function apiDescription() {
  const db = openLedger(':memory:')
  try {
    const app = await createApp({
      db,
      settings: serverSettings(configSchema.parse({ server: {} })),
      conditions: () => [],
      isStarted: () => true,
      log: { debug: none, info: none, warn: none, error: none },
      now: () => new Date().toISOString(),
    })
    const description = (await app.inject('/openapi.json')).json()
    await app.close()
    return description
  } finally {
    db.close()
  }
}
