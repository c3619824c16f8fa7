import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { randomRuns } from '../long.ts'
import { evmChain, parse, refusal } from './parse.ts'

/** `${inside}`, which linters take for a forgotten template when it stands in a plain string. */
function ref(inside: string): string {
  return `\${${inside}}`
}

describe('variables of the environment', () => {
  it('stand in for text, also inside of it and more than once', () => {
    const env = { DIR: '/data', NAME: 'x' }
    expect(parse(`database: ${ref('DIR')}/${ref('NAME')}.db`, env).database).toBe('/data/x.db')
  })

  it('stand in for numbers and yes or no', () => {
    const text = `${evmChain.replace('21000000', ref('START')).replace('chainId: 1', `chainId: ${ref('ID:-5')}`)}
    tokens: [{ address: "0x${'1'.repeat(40)}", symbol: T, wrapped: "${ref('WRAPPED')}" }]`
    expect(parse(text, { START: '77', WRAPPED: 'true' }).chains[0]).toMatchObject({
      start: 77,
      chainId: 5,
      tokens: [{ wrapped: true }],
    })
  })

  it.each([
    [{}, '/fallback'],
    [{ DB: '' }, '/fallback'],
    [{ DB: '/given' }, '/given'],
  ])('give way to a default when unset or empty: %j', (env, database) => {
    expect(parse(`database: "${ref('DB:-/fallback')}"`, env).database).toBe(database)
  })

  it('must be set where there is no default; the error names variable and key', () => {
    const { code, lines } = refusal(`log: { level: info }\ndatabase: ${ref('NO_SUCH')}`)
    expect(code).toBe('config')
    expect(lines).toEqual([
      `c.yaml:2 database: the environment variable NO_SUCH is not set: set it, or write ${ref('NO_SUCH:-default')}`,
    ])
  })

  it('that are not set are reported once, together with all other mistakes', () => {
    const { lines } = refusal(`${evmChain.replace('21000000', ref('NO_SUCH'))}log: { level: loud }`)
    expect(lines).toEqual([expect.stringContaining('NO_SUCH'), expect.stringContaining('log.level')])
  })

  it('are not looked for in comments, keys or the values of other variables', () => {
    expect(parse(`# ${ref('A')}\ndatabase: ${ref('B')}`, { B: `/${ref('A')}` }).database).toBe(`/${ref('A')}`)
    expect(refusal(`"${ref('A')}": 1`, { A: 'database' }).lines).toEqual([
      expect.stringContaining('unknown key'),
    ])
  })

  it('are not meant where the dollar sign is doubled', () => {
    expect(parse(`database: /$${ref('A')}/$5`).database).toBe(`/${ref('A')}/$5`)
  })

  it.each(['{', '{A', '{}', '{1A}', '{A-b}', '{A B}'])('are refused when malformed: $%s', (text) => {
    expect(refusal(`database: "$${text}"`, { A: 'x' }).lines).toEqual([
      expect.stringContaining(`found a \${ that names no variable`),
    ])
  })

  it('hint at quotes where YAML trips over the braces', () => {
    expect(refusal(`chains: [{ rpc: [${ref('URL')}] }]`).lines.join()).toContain('in quotes')
  })

  it('never have their values shown', () => {
    const text = evmChain
      .replace('http://127.0.0.1:8545', `"${ref('URL')}"`)
      .replace('21000000', ref('START'))
      .replace('id: ethereum', `id: ${ref('ID')}-x`)
    const { message, lines } = refusal(text, { URL: 'hunter2', START: 'hunter2', ID: 'HUNTER2' })
    expect(lines).toHaveLength(3)
    expect((message + lines.join()).toLowerCase()).not.toContain('hunter2')
    expect(lines[2]).toContain(`chains[0].start: found the value of ${ref('START')}, expected a block height`)
  })

  it('come through unchanged, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), (value) => {
        const text = evmChain.concat(`    symbol: "${ref('S')}"`)
        expect(parse(text, { S: value }).chains[0]).toMatchObject({ symbol: value })
      }),
      { numRuns: randomRuns(100) },
    )
  })
})
