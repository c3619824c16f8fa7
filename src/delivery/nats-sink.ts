import {
  DiscardPolicy,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream'
import { InvalidArgumentError, nanos, RequestError } from '@nats-io/transport-node'
import { withoutPrivateKeys } from '../address/secret.ts'
import type { Envelope } from '../events/shapes.ts'
import { connectNats, type NatsLink, type NatsPlace, natsProblem } from './nats-connection.ts'
import type { Outcome, Sink } from './sink.ts'
import { inOrder } from './webhook-sink.ts'

export interface NatsConfig extends NatsPlace {
  stream: string
  /** For how long the stream knows ids, in milliseconds. */
  duplicateWindowMs: number
  /** Of a stream that is created. */
  replicas: number
}

const subjects = 'chainscreen.>'
/** Events that wait for their acknowledgement at the same time, each of another alert. */
const atOnce = 256
const answerMs = 10_000

interface Ready extends NatsLink {
  client: JetStreamClient
}

/**
 * `nats`: events go to a stream of JetStream, and count as sent when it has acknowledged them. `Nats-Msg-Id` is the event's id, so that
 * the stream stores none twice within its window (https://docs.nats.io/using-nats/developer/develop_jetstream/model_deep_dive).
 */
export function createNatsSink(config: NatsConfig): Sink {
  let ready: Ready | undefined
  let closed = false
  const cut = () => {
    ready?.cut()
    ready = undefined
  }
  const demandOpen = (signal: AbortSignal) => {
    if (closed || signal.aborted) throw new StreamProblem(`the sink to the stream ${config.stream} is closed`)
  }
  const prepare = async (signal: AbortSignal): Promise<Ready> => {
    const link = await connectNats(config, signal)
    try {
      demandOpen(signal)
      const manager = await jetstreamManager(link.connection, { checkAPI: false, timeout: answerMs })
      await ensureStream(manager, config)
      return { ...link, client: manager.jetstream() }
    } catch (error) {
      link.cut()
      throw error instanceof StreamProblem ? error : new Error(`${config.stream} ${problemOf(error, config)}`)
    }
  }
  const publish = async (client: JetStreamClient, event: Envelope): Promise<Outcome> => {
    const { stream } = config
    try {
      const ack = await client.publish(subjectOf(event), withoutPrivateKeys(JSON.stringify(event)), {
        ...{ msgID: event.id, expect: { streamName: stream }, timeout: answerMs },
      })
      // Anybody may answer who listens to the subject.
      if (ack.stream === stream) return { kind: 'sent' }
      return { kind: 'later', why: `somebody else than the stream ${stream} acknowledged an event` }
    } catch (error) {
      const kind = isTooLarge(error) ? 'refused' : 'later'
      return { kind, why: `${stream} ${problemOf(error, config)}` }
    }
  }
  return {
    batch: atOnce,
    async deliver(events, signal) {
      try {
        demandOpen(signal)
        if (ready?.connection.isClosed()) cut()
        ready ??= await prepare(signal)
        // Nobody would end a connection that is kept after `close`.
        demandOpen(signal)
      } catch (error) {
        cut()
        const why = error instanceof Error ? error.message : String(error)
        return events.map(() => ({ kind: 'later', why }))
      }
      const { client } = ready
      signal.addEventListener('abort', cut, { once: true })
      const outcomes = await inOrder(events, (event) => publish(client, event), atOnce)
      signal.removeEventListener('abort', cut)
      // The next round connects anew, and looks at the stream again.
      if (outcomes.some(({ kind }) => kind === 'later')) cut()
      return outcomes
    },
    async close() {
      closed = true
      cut()
    },
  }
}

/** `chainscreen.<CAIP-2>.<type>`; `-` of what has no chain. */
export function subjectOf({ type, data: { caip2 } }: Envelope): string {
  const chain = typeof caip2 === 'string' && /^[-:_a-zA-Z0-9]+$/.test(caip2) ? caip2 : '-'
  return `chainscreen.${chain}.${type}`
}

class StreamProblem extends Error {}

/** Creates the stream where it is missing. @throws {@link StreamProblem} where it is there, and would lose or double events. */
async function ensureStream(manager: JetStreamManager, config: NatsConfig): Promise<void> {
  const { stream: name, duplicateWindowMs, replicas } = config
  try {
    const { config: found } = await manager.streams.info(name)
    const wrong = wrongSettings(found, duplicateWindowMs)
    if (wrong !== null) throw new StreamProblem(`the stream ${name} ${wrong}`)
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound)) throw error
    await manager.streams.add({
      ...{ name, subjects: [subjects], description: 'Events of chainscreen', num_replicas: replicas },
      ...{ storage: StorageType.File, duplicate_window: nanos(duplicateWindowMs) },
      // Where somebody limits it later, it refuses events, which wait then, rather than losing the oldest.
      discard: DiscardPolicy.New,
    })
  }
}

function wrongSettings(found: StreamConfig, windowMs: number): string | null {
  if (![subjects, '>', '*.>'].some((all) => found.subjects?.includes(all)))
    return `does not take ${subjects}: add it to its subjects`
  if (found.no_ack) return 'acknowledges nothing (no_ack): it can not be told what it took'
  if (found.storage === StorageType.Memory) return 'is kept in memory: a restart loses what it took'
  if (found.retention !== RetentionPolicy.Limits)
    return `drops events as they are read: its retention is ${found.retention}, not limits`
  const limit = losingLimit(found)
  if (limit !== undefined)
    return `loses its oldest events (${limit} with discard ${found.discard}): remove the limit, or have it refuse new ones`
  if (found.duplicate_window < nanos(windowMs))
    return `knows ids for ${found.duplicate_window / 1e9} s, and duplicateWindow asks for ${windowMs / 1_000} s: change one of the two`
  return null
}

/** The limit at which a stream drops its oldest message for a new one. The limit of a subject does so unless told otherwise. */
function losingLimit(found: StreamConfig): string | undefined {
  const refuses = found.discard === DiscardPolicy.New
  if (found.max_msgs_per_subject > 0 && !(refuses && found.discard_new_per_subject))
    return 'max_msgs_per_subject'
  return refuses ? undefined : (['max_msgs', 'max_bytes'] as const).find((limit) => found[limit] > 0)
}

/** https://github.com/nats-io/nats-server/blob/main/server/errors.json: JSStreamMessageExceedsMaximumErr. */
const messageTooLarge = 10_054

/** Of the stream (`max_msg_size`) or of the server (`max_payload`), which the client itself looks at. */
function isTooLarge(error: unknown): boolean {
  if (error instanceof InvalidArgumentError) return true
  return error instanceof JetStreamApiError && error.code === messageTooLarge
}

function problemOf(error: unknown, config: NatsConfig): string {
  const cause = error instanceof Error ? error.cause : undefined
  if (cause instanceof RequestError && cause.isNoResponders())
    return 'is not there: there is no such stream, or no JetStream'
  return natsProblem(error, config)
}
