import type { Answer, Exchange, Fault } from './fault-proxy.ts'
import type { Random } from './random.ts'

interface Call {
  id: number
  method: string
  params: unknown[]
}

interface Log {
  logIndex: string
}

type Receipts = { transactionHash: string; logs: Log[] }[]

const callOf = ({ question }: Exchange): Call => JSON.parse(question) as Call

function answerWith(exchange: Exchange, outcome: { result: unknown } | { error: unknown }): Answer {
  const { id } = callOf(exchange)
  return {
    status: 200,
    type: 'application/json',
    body: Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, ...outcome })),
  }
}

const resultOf = ({ body }: Answer): unknown =>
  (JSON.parse(body.toString('utf8')) as { result?: unknown }).result

const askedFor = (exchange: Exchange, ...methods: string[]) => methods.includes(callOf(exchange).method)

/** Answers one method otherwise, for a few times. */
function changed(
  name: string,
  method: string,
  outcome: (exchange: Exchange) => { result: unknown } | { error: unknown } | null,
): Fault {
  return {
    name,
    lasts: (random) => random.below(4),
    async apply(exchange) {
      const instead = askedFor(exchange, method) ? outcome(exchange) : null
      return instead === null ? null : answerWith(exchange, instead)
    },
  }
}

/** Meddles with the receipts of a block that has logs. */
function withReceipts(name: string, change: (receipts: Receipts, random: Random) => Receipts | null): Fault {
  return {
    name,
    async apply(exchange, random) {
      if (!askedFor(exchange, 'eth_getBlockReceipts')) return null
      const receipts = resultOf(exchange.answer) as Receipts | null
      const bad = receipts === null ? null : change(structuredClone(receipts), random)
      return bad === null ? null : answerWith(exchange, { result: bad })
    },
  }
}

function logsOf(receipts: Receipts): { receipt: Receipts[number]; index: number }[] {
  return receipts.flatMap((receipt) => receipt.logs.map((_log, index) => ({ receipt, index })))
}

/** The height or hash of another block than the one asked for. */
async function otherBlock(exchange: Exchange, random: Random): Promise<{ hash: string } | null> {
  const call = {
    jsonrpc: '2.0',
    id: 1,
    method: 'eth_getBlockByNumber',
    params: [`0x${(1 + random.below(40)).toString(16)}`, false],
  }
  return resultOf(await exchange.ask(JSON.stringify(call))) as { hash: string } | null
}

/** What can go wrong inside the answers of an EVM node: nodes lag, lie and mix things up. */
export const evmFaults: readonly Fault[] = [
  { name: 'null', apply: async (exchange) => answerWith(exchange, { result: null }) },
  { name: '[]', apply: async (exchange) => answerWith(exchange, { result: [] }) },
  {
    name: 'error in 200',
    apply: async (exchange, random) =>
      answerWith(exchange, {
        error: { code: random.pick([-32000, -32603, -32005, -32001]), message: 'not today' },
      }),
  },
  {
    name: 'stale head',
    async apply(exchange, random) {
      const { method, params } = callOf(exchange)
      if (method !== 'eth_getBlockByNumber' || params[0] !== 'latest') return null
      const head = resultOf(exchange.answer) as { number: string }
      const height = Math.max(1, Number(head.number) - 1 - random.below(30))
      const older = { jsonrpc: '2.0', id: 1, method, params: [`0x${height.toString(16)}`, params[1]] }
      return answerWith(exchange, { result: resultOf(await exchange.ask(JSON.stringify(older))) })
    },
  },
  {
    name: 'another block',
    async apply(exchange, random) {
      const { params } = callOf(exchange)
      if (!askedFor(exchange, 'eth_getBlockByNumber', 'eth_getBlockByHash') || params[0] === 'latest')
        return null
      const other = await otherBlock(exchange, random)
      if (other === null || other.hash === params[0]) return null
      const call = { jsonrpc: '2.0', id: 1, method: 'eth_getBlockByHash', params: [other.hash, params[1]] }
      const result = resultOf(await exchange.ask(JSON.stringify(call))) as { number: string } | null
      return result?.number === params[0] ? null : answerWith(exchange, { result })
    },
  },
  {
    name: 'receipts of another block',
    async apply(exchange, random) {
      if (!askedFor(exchange, 'eth_getBlockReceipts')) return null
      const other = await otherBlock(exchange, random)
      if (other === null || other.hash === callOf(exchange).params[0]) return null
      const call = { jsonrpc: '2.0', id: 1, method: 'eth_getBlockReceipts', params: [other.hash] }
      const result = resultOf(await exchange.ask(JSON.stringify(call)))
      // Two blocks without transactions have the same receipts: none.
      return Array.isArray(result) && result.length > 0 ? answerWith(exchange, { result }) : null
    },
  },
  withReceipts('missing log', (receipts, random) => {
    const logs = logsOf(receipts)
    if (logs.length === 0) return null
    const { receipt, index } = random.pick(logs)
    receipt.logs.splice(index, 1)
    return receipts
  }),
  withReceipts('no logs at all', (receipts) => {
    if (logsOf(receipts).length === 0) return null
    return receipts.map((receipt) => ({ ...receipt, logs: [] }))
  }),
  withReceipts('doubled log', (receipts, random) => {
    const logs = logsOf(receipts)
    if (logs.length === 0) return null
    const { receipt, index } = random.pick(logs)
    receipt.logs.splice(index, 0, structuredClone(receipt.logs[index] as Log))
    return receipts
  }),
  withReceipts('receipts out of order', (receipts) => (receipts.length < 2 ? null : receipts.reverse())),
  withReceipts('missing receipt', (receipts) => (receipts.length === 0 ? null : receipts.slice(1))),
  withReceipts('extra receipt', (receipts) => {
    const [first] = receipts
    return first === undefined ? null : [...receipts, { ...first, transactionHash: `0x${'9'.repeat(64)}` }]
  }),
  ...['eth_getBlockReceipts', 'eth_getTransactionReceipt'].flatMap((method) => [
    changed(`null for ${method}`, method, () => ({ result: null })),
    changed(`no ${method}`, method, () => ({ error: { code: -32601, message: 'no such method' } })),
  ]),
  changed('indexing transactions', 'eth_syncing', () => ({
    result: { currentBlock: '0x20', highestBlock: '0x20', txIndexRemainingBlocks: '0x5' },
  })),
  changed('head far above', 'eth_getBlockByNumber', (exchange) => {
    const block = resultOf(exchange.answer) as { number: string } | null
    const isTag = ['latest', 'finalized'].includes(String(callOf(exchange).params[0]))
    if (!isTag || block === null) return null
    return { result: { ...block, number: `0x${(Number(block.number) + 1_000).toString(16)}` } }
  }),
  changed('year 10000', 'eth_getBlockByNumber', (exchange) => {
    const block = resultOf(exchange.answer) as object | null
    return block === null ? null : { result: { ...block, timestamp: '0x3afff44180' } }
  }),
  {
    name: 'trace error',
    async apply(exchange) {
      if (!askedFor(exchange, 'debug_traceBlockByHash')) return null
      const items = resultOf(exchange.answer)
      if (!Array.isArray(items) || items.length === 0) return null
      const [first, ...rest] = items as { txHash: string }[]
      return answerWith(exchange, {
        result: [{ txHash: first?.txHash, error: 'execution timeout' }, ...rest],
      })
    },
  },
  {
    name: 'missing trace',
    async apply(exchange) {
      if (!askedFor(exchange, 'debug_traceBlockByHash')) return null
      const items = resultOf(exchange.answer)
      return Array.isArray(items) && items.length > 0
        ? answerWith(exchange, { result: items.slice(1) })
        : null
    },
  },
  {
    // Besu ignores the tracer that it is asked for.
    name: 'struct logs',
    lasts: (random) => random.below(40),
    apply: async (exchange) =>
      withTraces(exchange, ({ txHash }) => ({
        txHash,
        result: { gas: 21000, failed: false, structLogs: [] },
      })),
  },
  {
    // Erigon, of a tracer that it does not have.
    name: 'tracer not found',
    lasts: (random) => random.below(40),
    apply: async (exchange) =>
      withTraces(exchange, ({ txHash }) => ({
        txHash,
        result: null,
        error: { code: -32000, message: 'tracer not found' },
      })),
  },
  // revm, of a contract that destroys itself in its own favour; and an earlier payment of the transaction told again so.
  withFrame('self-destruct without receiver', () => ({
    type: 'SELFDESTRUCT',
    from: `0x${'0'.repeat(40)}`,
    input: '0x',
  })),
  withFrame('self-destruct of another', ({ from, to }) => ({
    ...{ type: 'SELFDESTRUCT', from, to, value: '0x5', input: '0x' },
  })),
  withFrame('bare self-destruct', () => ({ type: 'SELFDESTRUCT' })),
  withFrame('call without receiver', ({ to }) => ({ type: 'CALL', from: to, value: '0x5', input: '0x' })),
  withFrame('call that is none', () => null),
  lacking('value', 'eth_getBlockByNumber', (block: { transactions: object[] }) => block.transactions),
  lacking('status', 'eth_getBlockReceipts', (receipts: object[]) => receipts),
  refusedTraces('state gone', -32000, 'required historical state unavailable (reexec=128)', 300),
  refusedTraces('traces not supported', -32601, 'the method debug_traceBlockByHash does not exist', 60),
  refusedTraces('traces too slow', -32002, 'request timed out', 60),
]

function withTraces(exchange: Exchange, change: (item: { txHash: string }) => unknown): Answer | null {
  if (!askedFor(exchange, 'debug_traceBlockByHash')) return null
  const items = resultOf(exchange.answer)
  if (!Array.isArray(items) || items.length === 0) return null
  return answerWith(exchange, { result: (items as { txHash: string }[]).map(change) })
}

interface Frame {
  type: string
  from: string
  to: string
  error?: string
  calls?: unknown[]
}

/** Tells of one more call at the end of a frame that took effect. */
function withFrame(name: string, made: (top: Frame) => unknown): Fault {
  return {
    name,
    lasts: (random) => random.below(40),
    async apply(exchange, random) {
      if (!askedFor(exchange, 'debug_traceBlockByHash')) return null
      const items = resultOf(exchange.answer) as { result: Frame }[] | null
      if (!Array.isArray(items) || items.length === 0) return null
      const { result } = random.pick(items)
      if (result.error !== undefined) return null
      result.calls = [...(result.calls ?? []), made(result)]
      return answerWith(exchange, { result: items })
    },
  }
}

/** Leaves a field out of one transaction of a block. */
function lacking<T>(field: string, method: string, listOf: (result: T) => object[]): Fault {
  return {
    name: `no ${field}`,
    lasts: (random) => random.below(40),
    async apply(exchange, random) {
      const { params } = callOf(exchange)
      if (!askedFor(exchange, method) || params[1] === false) return null
      const result = resultOf(exchange.answer) as T | null
      const list = result === null ? [] : listOf(result)
      if (list.length === 0) return null
      delete (random.pick(list) as Record<string, unknown>)[field]
      return answerWith(exchange, { result })
    },
  }
}

/** For a range of blocks, however way its traces are asked for. */
function refusedTraces(name: string, code: number, message: string, longest: number): Fault {
  return {
    name,
    lasts: (random) => random.below(longest),
    apply: async (exchange) =>
      askedFor(exchange, 'debug_traceBlockByHash', 'trace_block')
        ? answerWith(exchange, { error: { code, message } })
        : null,
  }
}
