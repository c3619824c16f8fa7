import { describe, expect, it } from 'vitest'
import { bitcoinChain, evmChain, parse, refusal } from './parse.ts'

describe('a documented key that this version can not obey', () => {
  it('is accepted when it asks for what this version does anyway', () => {
    expect(parse(`${bitcoinChain}    mempool: false`).chains).toMatchObject([{ mempool: false }])
    expect(parse(`${bitcoinChain}    mempool: true`).chains).toMatchObject([{ mempool: true }])
    expect(parse(`${evmChain}    mempool: true`).chains).toMatchObject([{ mempool: true }])
    expect(parse(`${evmChain}    traces: off\n    verify: off`).chains).toHaveLength(1)
  })

  it('is only an unknown key where no version would take it', () => {
    expect(refusal(`${bitcoinChain}    traces: off`)).toMatchObject({ code: 'config' })
  })
})
