import { z } from 'zod'
import { configSchema } from './schema.ts'

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/**
 * The JSON Schema of `chainscreen.yaml` for editors (`data/chainscreen.schema.json`). It describes the file
 * before variables are put in, so every value may also be text with a `${NAME}` in it.
 */
function configJsonSchema(): Json {
  const generated = z.toJSONSchema(configSchema, { io: 'input' }) as { [key: string]: Json }
  const { $schema, ...rest } = generated
  return {
    $schema: $schema ?? null,
    title: 'chainscreen.yaml',
    ...(allowVariables(rest) as { [key: string]: Json }),
    $defs: { variable: { type: 'string', pattern: '\\$\\{[A-Za-z_][A-Za-z0-9_]*(:-.*)?\\}' } },
  }
}

/** The exact text of `data/chainscreen.schema.json`. */
export function configJsonSchemaText(): string {
  return `${JSON.stringify(configJsonSchema(), null, 2)}\n`
}

function allowVariables(schema: Json): Json {
  if (Array.isArray(schema)) return schema.map(allowVariables)
  if (typeof schema !== 'object' || schema === null) return schema
  const entries = Object.entries(schema)
  if (isRestrictedScalar(schema as { [key: string]: Json })) {
    const described = entries.filter(([key]) => key === 'description')
    const rule = entries.filter(([key]) => key !== 'description')
    return {
      ...Object.fromEntries(described),
      anyOf: [Object.fromEntries(rule), { $ref: '#/$defs/variable' }],
    }
  }
  return Object.fromEntries(entries.map(([key, value]) => [key, allowVariables(value)]))
}

/** `type` of a chain (a `const`) stays as it is: editors choose the right keys by it. */
function isRestrictedScalar(schema: { readonly [key: string]: Json }): boolean {
  if (schema.const !== undefined) return false
  const restricted = schema.pattern !== undefined || schema.enum !== undefined
  return schema.type === 'integer' || schema.type === 'boolean' || (schema.type === 'string' && restricted)
}
