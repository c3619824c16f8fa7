import { describe, expect, it } from 'vitest'
import { pendingUpToSql } from '../../../src/ledger/blocks/finality.ts'
import { freshLedger } from '../fixtures.ts'

describe('what becomes final', () => {
  it('is looked for among what is pending, not among all alerts of the chain', () => {
    const plan = freshLedger().prepare(`explain query plan ${pendingUpToSql}`).all('ethereum', 7)
    const details = plan.map((step) => (step as { detail: string }).detail)
    expect(details[0]).toMatch(/^SEARCH alerts USING INDEX alerts_by_status \(chain=\? AND status=\?\)/)
  })
})
