import { comment } from './api-types.mjs'

/**
 * The TypeScript type of a JSON Schema, as zod writes them.
 *
 * @throws Error for what it does not know: a type must not say less than the API without anybody noticing.
 */
export function tsType(schema, indent) {
  if (schema === true || Object.keys(schema).every((key) => silent.has(key))) return 'unknown'
  const { $ref, enum: values, anyOf, oneOf, allOf, type } = schema
  if ($ref !== undefined) return $ref.slice($ref.lastIndexOf('/') + 1)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (values !== undefined) return values.map((value) => JSON.stringify(value)).join(' | ')
  const several = anyOf ?? oneOf
  if (several !== undefined) return unique(several.map((one) => tsType(one, indent))).join(' | ')
  if (allOf !== undefined) return allOf.map((one) => `(${tsType(one, indent)})`).join(' & ')
  if (Array.isArray(type))
    return unique(type.map((one) => tsType({ ...schema, type: one }, indent))).join(' | ')
  const known = scalars[type]
  if (known !== undefined) return known
  if (type === 'array') return arrayText(schema, indent)
  if (type === 'object') return objectText(schema, indent)
  throw new Error(`no type for ${JSON.stringify(schema)}`)
}

/** Keys that narrow no type. */
const silent = new Set([
  'description',
  'title',
  'default',
  'examples',
  'example',
  'deprecated',
  '$schema',
  'id',
])

const scalars = { string: 'string', number: 'number', integer: 'number', boolean: 'boolean', null: 'null' }

const unique = (types) => [...new Set(types)]

function arrayText({ items, prefixItems }, indent) {
  if (prefixItems !== undefined) return `[${prefixItems.map((one) => tsType(one, indent)).join(', ')}]`
  const type = tsType(items ?? true, indent)
  return /^[\w"]+$/.test(type) ? `${type}[]` : `(${type})[]`
}

function objectText({ properties = {}, required = [], additionalProperties }, indent) {
  const inner = `${indent}  `
  const lines = Object.entries(properties).map(([name, schema]) => {
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
    const optional = required.includes(name) ? '' : '?'
    return `${comment(schema.description, inner)}${inner}${key}${optional}: ${tsType(schema, inner)}\n`
  })
  const isOpen = typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0
  if (lines.length === 0)
    return isOpen ? `Record<string, ${tsType(additionalProperties, indent)}>` : 'Record<string, unknown>'
  return `{\n${lines.join('')}${indent}}`
}
