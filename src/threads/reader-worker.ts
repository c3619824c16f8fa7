import { parentPort } from 'node:worker_threads'
import { reduce } from '../chains/reduce.ts'
import type { ChainSource, SourceBlock } from '../chains/source.ts'
import { createNodeSource } from '../pipeline/blocks/create-node-source.ts'
import { KeyTable } from '../screening/key-table.ts'
import { errorData, type FromReader, type NodeStart, type ToReader } from './messages.ts'

// A reader's thread: reads blocks of nodes, proves them, and hands over what may touch own addresses.

const port = parentPort
if (port === null) throw new Error('this file is a thread of its own')
const post = (message: FromReader, transfer: readonly ArrayBuffer[] = []) =>
  port.postMessage(message, transfer)

interface Node {
  source: ChainSource
  /** `null` before the first block is asked for, and after it failed. */
  opened: Promise<unknown> | null
  own: KeyTable | null
}

const nodes = new Map<number, Node>()
const asked = new Map<number, AbortController>()

function addNode(node: number, { config, url, options }: NodeStart): void {
  const onChange = (event: Extract<FromReader, { type: 'event' }>['event']) =>
    post({ type: 'event', node, event })
  const source = createNodeSource(config, url, { ...options, readsOnly: true, onChange })
  nodes.set(node, { source, opened: null, own: null })
}

/** A node that is new to this thread is opened first, once for all who wait. */
async function open(node: Node): Promise<void> {
  node.opened ??= node.source.open()
  try {
    await node.opened
  } catch (error) {
    node.opened = null
    throw error
  }
}

async function read({ id, node, height, options }: Extract<ToReader, { type: 'block' }>): Promise<void> {
  const stop = new AbortController()
  asked.set(id, stop)
  try {
    const known = nodes.get(node)
    if (known?.own == null) throw new Error('a reader was asked for a block of a node that it does not know')
    await open(known)
    const served = await known.source.block(height, stop.signal, options)
    const { block, memory } = handedOver(options.whole ? served : reduce(served, known.own))
    post({ type: 'block', id, block }, memory)
  } catch (error) {
    post({ type: 'failed', id, error: errorData(error) })
  } finally {
    asked.delete(id)
  }
}

/** Bodies from here on have memory of their own, which goes over without a copy. */
const ownMemory = 64 * 1024

/** A block with everything that can go over without a copy. Of shorter bodies only their part is sent, not all that stands beside them. */
function handedOver(block: SourceBlock): { block: SourceBlock; memory: ArrayBuffer[] } {
  const { content } = block
  // The chain's definition and tokens are known to whoever asks.
  if (content.family === 'evm')
    return { block: { ...block, content: { ...content, chain: undefined as never } }, memory: [] }
  if (content.family !== 'bitcoin') return { block, memory: [] }
  const { header, index, spent, candidates } = content
  const bytes = alone(content.bytes)
  const outputs = spent && { ...spent, bytes: alone(spent.bytes) }
  const merkleRoot = header.merkleRoot.slice()
  const tables = [index.starts, index.bodyEnds, index.inputCounts, index.sums]
  const scripts = [index.outputs, ...(outputs ? [outputs.scripts] : [])].flatMap((table) => [
    table.spans,
    table.groupEnds,
  ])
  const more = outputs ? [outputs.bytes, outputs.starts, outputs.sums] : []
  const memory = new Set<ArrayBuffer>()
  for (const { buffer } of [bytes, ...tables, ...scripts, ...more, ...(candidates ? [candidates] : [])])
    if (buffer instanceof ArrayBuffer && buffer.byteLength > 0) memory.add(buffer)
  return {
    block: { ...block, content: { ...content, header: { ...header, merkleRoot }, bytes, spent: outputs } },
    memory: [...memory],
  }
}

function alone(bytes: Uint8Array): Uint8Array {
  const isAlone = bytes.byteOffset === 0 && bytes.byteLength >= ownMemory
  return isAlone ? bytes : Uint8Array.prototype.slice.call(bytes)
}

async function forget(node: number): Promise<void> {
  const known = nodes.get(node)
  nodes.delete(node)
  await known?.source.close()
}

port.on('message', (message: ToReader) => {
  switch (message.type) {
    case 'node':
      return addNode(message.node, message.start)
    case 'own': {
      const node = nodes.get(message.node)
      if (node) node.own = KeyTable.over(message.own)
      return
    }
    case 'block':
      return void read(message)
    case 'abort':
      return asked.get(message.id)?.abort()
    case 'release':
      return nodes.get(message.node)?.source.release?.(message.block, { returned: true })
    case 'forget':
      return void forget(message.node)
    case 'stop':
      for (const stop of asked.values()) stop.abort()
      return void Promise.all([...nodes.keys()].map(forget)).then(() => port.close())
  }
})
