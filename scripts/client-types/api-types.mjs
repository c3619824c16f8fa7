import { tsType } from './ts-type.mjs'

const head = `// Written by scripts/make-client-types.mjs from the API's description. Not to be edited.
`

const methods = ['get', 'post', 'delete']

/**
 * The types of an API: one for each schema that has a name, and `paths`, with what each call takes and answers.
 *
 * @param description OpenAPI 3.1.
 * @returns TypeScript.
 */
export function apiTypes({ paths, components = {} }) {
  const schemas = Object.entries(components.schemas ?? {}).sort(byName)
  const named = schemas.map(
    ([name, schema]) => `${comment(schema.description, '')}export type ${name} = ${tsType(schema, '')}\n`,
  )
  const places = Object.entries(paths)
    .sort(byName)
    .flatMap(([path, item]) => {
      const operations = methods.flatMap((method) =>
        item[method] ? operationText(method, item[method]) : [],
      )
      return operations.length === 0 ? [] : [`  ${JSON.stringify(path)}: {\n${operations.join('')}  }\n`]
    })
  return `${[head, ...named].join('\n')}\nexport interface paths {\n${places.join('')}}\n`
}

const byName = ([a], [b]) => (a < b ? -1 : 1)

/** Nothing for what does not answer in JSON: a stream of events, the text of metrics. */
function operationText(method, { summary, parameters = [], requestBody, responses }) {
  const answer = answerOf(responses)
  if (answer === null) return []
  const parts = [
    ['params', groupOf(parameters, 'path')],
    ['query', groupOf(parameters, 'query')],
    ['body', requestBody?.content?.['application/json']?.schema],
  ]
  const lines = parts.flatMap(([name, schema]) =>
    schema ? `      ${name}: ${tsType(schema, '      ')}\n` : [],
  )
  return [`${comment(summary, '    ')}    ${method}: {\n${lines.join('')}      answer: ${answer}\n    }\n`]
}

function answerOf(responses) {
  const good = Object.entries(responses).filter(([status]) => status.startsWith('2'))
  const types = good.flatMap(([status, { content }]) => {
    if (status === '204' && content === undefined) return 'undefined'
    const schema = content?.['application/json']?.schema
    return schema ? tsType(schema, '      ') : []
  })
  return types.length === 0 ? null : [...new Set(types)].join(' | ')
}

/** Parameters of one kind as the schema of an object. */
function groupOf(parameters, place) {
  const own = parameters.filter((parameter) => parameter.in === place)
  if (own.length === 0) return undefined
  const properties = own.map(({ name, schema, description }) => [name, { description, ...schema }])
  return {
    type: 'object',
    properties: Object.fromEntries(properties),
    required: own.filter(({ required }) => required).map(({ name }) => name),
    additionalProperties: false,
  }
}

export function comment(text, indent) {
  return text ? `${indent}/** ${text.replaceAll('*/', '* /').replace(/\s+/g, ' ')} */\n` : ''
}
