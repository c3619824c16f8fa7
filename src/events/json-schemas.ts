import { z } from 'zod'
import { envelopeShape, meanings } from './shapes.ts'
import { type EventType, eventTypes } from './types.ts'

type Json = Record<string, unknown>

/** The JSON Schema of the envelope of a type: `docs/events/TYPE.json`. */
function eventJsonSchema(type: EventType): Json {
  const schema = z.toJSONSchema(envelopeShape(type), {
    // Fields may come in later versions: a schema that refuses them would break who heeds it.
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
    },
  })
  return { ...schema, title: type }
}

/**
 * The AsyncAPI 3 document of all events: `docs/events/asyncapi.json` (https://www.asyncapi.com/docs/reference/specification/v3.0.0).
 * It refers to the schemas beside it.
 */
function asyncApiDocument(): Json {
  const messages = Object.fromEntries(
    eventTypes.map((type) => [
      type,
      {
        ...{ name: type, title: type, summary: meanings[type], contentType: 'application/json' },
        payload: { $ref: `./${type}.json` },
      },
    ]),
  )
  const refs = Object.fromEntries(eventTypes.map((type) => [type, { $ref: `#/components/messages/${type}` }]))
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'chainscreen events',
      version: '1.0.0',
      description: 'Everything that chainscreen tells of, in one envelope: docs/events.md.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: 'application/json',
    channels: {
      events: {
        address: null,
        title: 'Events',
        description: 'At least once, and in order for each alert.',
        messages: refs,
      },
    },
    operations: {
      sendEvent: {
        action: 'send',
        channel: { $ref: '#/channels/events' },
        summary: 'chainscreen tells of an event.',
        messages: eventTypes.map((type) => ({ $ref: `#/channels/events/messages/${type}` })),
      },
    },
    components: { messages },
  }
}

/** The files of `docs/events/`, with their exact texts. */
export function eventFiles(): { name: string; text: string }[] {
  const file = (name: string, content: Json) => ({ name, text: `${JSON.stringify(content, null, 2)}\n` })
  return [
    ...eventTypes.map((type) => file(`${type}.json`, eventJsonSchema(type))),
    file('asyncapi.json', asyncApiDocument()),
  ]
}
