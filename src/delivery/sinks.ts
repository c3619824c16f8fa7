import type { SinkConfig } from '../config/delivery.ts'
import { createJsonlSink, createStdoutSink } from './line-sinks.ts'
import { createNatsSink } from './nats-sink.ts'
import { createPostgresSink } from './postgres-sink.ts'
import type { Sink } from './sink.ts'
import { createWebhookSink } from './webhook-sink.ts'

/** Makes a sink of its config: a new type is one file, one line here and its keys in `config/delivery.ts`. */
export function createSink(config: SinkConfig): Sink {
  switch (config.type) {
    case 'jsonl':
      return createJsonlSink(config)
    case 'stdout':
      return createStdoutSink()
    case 'webhook':
      return createWebhookSink(config)
    case 'nats':
      return createNatsSink(config)
    case 'postgres':
      return createPostgresSink(config)
  }
}
