import { expect, it } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { camelName } from '../../src/server/rows.ts'
import { alertShape } from '../../src/server/shapes/alerts.ts'
import { freshLedger } from '../ledger/fixtures.ts'

it('an alert by API has every column of alerts_current, and no other', () => {
  const columns = all<{ name: string }>(freshLedger(), `select name from pragma_table_info('alerts_current')`)
  expect(Object.keys(alertShape.shape).sort()).toEqual(columns.map(({ name }) => camelName(name)).sort())
})
