import swagger from '@fastify/swagger'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { App } from './context.ts'

const description =
  'Screens addresses before withdrawals, says whether a deposit may be credited, and works the queue of alerts. See docs/api.md.'

/** Describes the routes that follow, and serves the description at `/openapi.json`. */
export async function describeApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.1',
      info: {
        title: 'chainscreen',
        description,
        version: '1',
        license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
      },
      servers: [{ url: '/' }],
      security: [{ bearer: [] }, { key: [] }],
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          key: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
          basic: { type: 'http', scheme: 'basic' },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: (input) => withoutUnused(jsonSchemaTransformObject(input)),
  })
  app.get('/openapi.json', { config: { scope: 'public' }, schema: { hide: true } }, async () => app.swagger())
}

/** Of each shape the library writes one as it is sent and one as it is read: what no route names is left out. */
function withoutUnused(document: ReturnType<typeof jsonSchemaTransformObject>): typeof document {
  const { components = {} } = document as { components?: { schemas?: Record<string, unknown> } }
  const all = Object.entries(components.schemas ?? {})
  const text = JSON.stringify(document)
  const used = all.filter(([name]) => text.includes(`"#/components/schemas/${name}"`))
  if (used.length === all.length) return document
  const schemas = Object.fromEntries(used)
  return withoutUnused({ ...document, components: { ...components, schemas } } as typeof document)
}
