import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { withMoment, withoutMoment } from '../../../src/chains/recording/format.ts'
import { hasShared, sharedPath } from '../../shared.ts'

const hash = 'aa'.repeat(32)
const previous = 'bb'.repeat(32)
const next = 'cc'.repeat(32)

describe('what belongs to the moment', () => {
  const served = `{"hash":"${hash}","confirmations":3,"height":7,"nTx":1,"previousblockhash":"${previous}","nextblockhash":"${next}","tx":[{"confirmations":9,"value":0.10}]}`

  it('is taken out of the head of the object only', () => {
    expect(withoutMoment(served)).toBe(
      `{"hash":"${hash}","height":7,"nTx":1,"previousblockhash":"${previous}","tx":[{"confirmations":9,"value":0.10}]}`,
    )
  })

  it('is put back where Core writes it', () => {
    expect(withMoment(withoutMoment(served), { confirmations: 3, next })).toBe(served)
    const genesis = `{"hash":"${hash}","confirmations":8,"height":0,"nTx":1,"nextblockhash":"${next}"}`
    expect(withMoment(withoutMoment(genesis), { confirmations: 8, next })).toBe(genesis)
  })

  it('is put in front where the order is another one', () => {
    const text = withMoment(`{"height":7,"hash":"${hash}"}`, { confirmations: -1, next })
    expect(JSON.parse(text)).toEqual({ height: 7, hash, confirmations: -1, nextblockhash: next })
  })
})

describe.skipIf(!hasShared)('what belongs to the moment (needs the reference data)', () => {
  it('is taken out of and put back into every block of a real Core without a change', () => {
    const folder = sharedPath('data/bitcoin-core-regtest/blocks')
    const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
    expect(files.length).toBeGreaterThan(100)
    for (const name of files) {
      const text = readFileSync(`${folder}/${name}`, 'utf8')
      const parsed = JSON.parse(text) as { confirmations: number; nextblockhash?: string }
      const moment = { confirmations: parsed.confirmations, next: parsed.nextblockhash ?? null }
      expect(withoutMoment(text)).not.toMatch(/"confirmations"|"nextblockhash"/)
      expect(withMoment(withoutMoment(text), moment)).toBe(text)
    }
  })
})
