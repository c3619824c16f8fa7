import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { configJsonSchemaText } from '../../src/config/json-schema.ts'

const committed = readFileSync(new URL('../../data/chainscreen.schema.json', import.meta.url), 'utf8')

/** Of a schema for text, whether it takes the text; enough of JSON Schema for the test. */
const schemaShape = z.object({
  properties: z.object({ database: z.unknown(), lists: z.unknown(), chains: z.unknown(), log: z.unknown() }),
  additionalProperties: z.literal(false),
  $defs: z.object({ variable: z.object({ type: z.literal('string'), pattern: z.string() }) }),
})

describe('data/chainscreen.schema.json', () => {
  it('is what the code generates (if not: npm run build && node scripts/make-config-schema.mjs)', () => {
    expect(committed).toBe(configJsonSchemaText())
  })

  it('describes every group, and takes no other keys', () => {
    expect(schemaShape.safeParse(JSON.parse(committed)).success).toBe(true)
  })

  it('takes a variable where a number or word is asked for', () => {
    const { $defs } = schemaShape.parse(JSON.parse(committed))
    const variable = new RegExp($defs.variable.pattern)
    expect(variable.test('$' + '{START}')).toBe(true)
    expect(variable.test('x-$' + '{START:-5}-y')).toBe(true)
    expect(variable.test('START')).toBe(false)
    expect(committed.split('#/$defs/variable').length).toBeGreaterThan(10)
  })
})
