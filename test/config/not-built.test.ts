import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../src/diagnostics/errors.ts'
import { bitcoinChain, evmChain, parse, refusal } from './parse.ts'

describe('a documented key that this version can not obey', () => {
  it.each(['postgres'])('is refused by name: a sink of type %s', (type) => {
    const { code, lines } = refusal(`delivery: [{ id: bus, type: ${type}, schema: chainscreen }]`)
    expect(lines).toEqual([
      expect.stringContaining(
        `delivery[0] is of type ${type}, which is not built yet in this version: remove it`,
      ),
    ])
    expect(code).toBe('not-built')
  })

  it('ends a command with exit code 2, as a wrong config does', () => {
    expect.assertions(1)
    try {
      parse('delivery: [{ id: bus, type: postgres }]')
    } catch (error) {
      expect(exitCodeOf(error)).toBe(2)
    }
  })

  it('is not also reported for a variable inside of it that is not set', () => {
    const { code, lines } = refusal(`delivery: [{ id: bus, type: postgres, url: "\${NO_SUCH}" }]`)
    expect(code).toBe('not-built')
    expect(lines).toEqual([expect.stringContaining('c.yaml:1 delivery[0] is of type postgres')])
  })

  it('does not hide that other keys are wrong', () => {
    const { code, lines } = refusal('delivery: [{ id: bus, type: postgres }]\nlog: { level: loud }')
    expect(code).toBe('config')
    expect(lines).toHaveLength(2)
  })

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
