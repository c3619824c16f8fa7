import type { Answer, Exchange, Fault } from './fault-proxy.ts'

interface Call {
  id: number
  method: string
  params: unknown[]
}

/** The single call that was asked; batches and REST have none. */
function callOf({ question }: Exchange): Call | null {
  if (!question.startsWith('{')) return null
  return JSON.parse(question) as Call
}

function answerWith(
  call: Call,
  outcome: { result: unknown; error: null } | { result: null; error: unknown },
  status = 200,
): Answer {
  return { status, type: 'application/json', body: Buffer.from(JSON.stringify({ ...outcome, id: call.id })) }
}

async function asked(exchange: Exchange, method: string, ...params: unknown[]): Promise<unknown> {
  const { body } = await exchange.ask(JSON.stringify({ jsonrpc: '1.0', id: 1, method, params }))
  return (JSON.parse(body.toString('utf8')) as { result: unknown }).result
}

const refusal = (name: string, code: number, message: string, lasts?: Fault['lasts']): Fault => ({
  name,
  ...(lasts && { lasts }),
  async apply(exchange) {
    const call = callOf(exchange)
    return call === null ? null : answerWith(call, { result: null, error: { code, message } }, 500)
  },
})

/** What REST answers for a while, whatever is asked: switched off at a restart, or a proxy in front of it. */
const restGone = (name: string, answer: Omit<Answer, 'body'> & { body: string }): Fault => ({
  name,
  lasts: (random) => random.below(8),
  apply: async ({ question }) =>
    question.startsWith('/rest/') ? { ...answer, body: Buffer.from(answer.body) } : null,
})

const restHash = ({ question }: Exchange, kind: string) =>
  new RegExp(`^/rest/${kind}/([0-9a-f]{64})\\.bin`).exec(question)?.[1]

/** What can go wrong inside the answers of a Bitcoin Core. */
export const bitcoinFaults: readonly Fault[] = [
  restGone('REST off', { status: 404, type: 'text/plain', body: '' }),
  restGone('REST behind a log-in', { status: 200, type: 'text/html', body: '<html>Log in</html>' }),
  restGone('REST forbidden', { status: 403, type: 'text/html', body: '<html>Forbidden</html>' }),
  restGone('REST without upstream', { status: 503, type: 'text/plain', body: 'no upstream' }),
  restGone('REST refused', { status: 401, type: 'text/plain', body: '' }),
  {
    name: 'undo data gone',
    async apply(exchange) {
      const hash = restHash(exchange, 'spenttxouts')
      if (hash === undefined) return null
      return { status: 404, type: 'text/plain', body: Buffer.from(`${hash} undo not available\r\n`) }
    },
  },
  {
    name: 'forbidden method',
    async apply(exchange) {
      return callOf(exchange) === null ? null : { status: 403, type: 'text/plain', body: Buffer.alloc(0) }
    },
  },
  refusal('warming up', -28, 'Loading block index…', (random) => random.below(6)),
  refusal('not found', -5, 'Block not found'),
  refusal('misc error', -1, 'Block not available (not fully downloaded)'),
  {
    name: 'credentials refused',
    apply: async () => ({ status: 401, type: 'text/html', body: Buffer.alloc(0) }),
  },
  {
    name: 'cookie rotation',
    async apply({ rotateCookie }) {
      rotateCookie?.()
      return rotateCookie === undefined ? null : 'reset'
    },
  },
  {
    name: '503 burst',
    lasts: (random) => 1 + random.below(3),
    apply: async () => ({ status: 503, type: 'text/plain', body: Buffer.from('Work queue depth exceeded') }),
  },
  {
    name: 'null result',
    async apply(exchange) {
      const call = callOf(exchange)
      return call === null ? null : answerWith(call, { result: null, error: null })
    },
  },
  {
    name: 'head goes back',
    async apply(exchange, random) {
      const call = callOf(exchange)
      if (call?.method !== 'getblockchaininfo') return null
      const info = JSON.parse(exchange.answer.body.toString('utf8')) as { result: { blocks: number } }
      const blocks = info.result.blocks - 1 - random.below(25)
      const bestblockhash = await asked(exchange, 'getblockhash', blocks)
      if (typeof bestblockhash !== 'string') return null
      return answerWith(call, {
        result: { ...info.result, blocks, headers: blocks, bestblockhash },
        error: null,
      })
    },
  },
  {
    name: 'head far above',
    lasts: (random) => random.below(4),
    async apply(exchange) {
      const call = callOf(exchange)
      if (call?.method !== 'getblockchaininfo') return null
      const { result } = JSON.parse(exchange.answer.body.toString('utf8')) as { result: { blocks: number } }
      const blocks = result.blocks + 1_000
      return answerWith(call, { result: { ...result, blocks, headers: blocks }, error: null })
    },
  },
  {
    name: 'another block for a hash',
    async apply(exchange, random) {
      if (restHash(exchange, 'block') === undefined) return null
      const other = await exchange.ask('/rest/chaininfo.json')
      const { bestblockhash } = JSON.parse(other.body.toString('utf8')) as { bestblockhash: string }
      const { body, status } = await exchange.ask(`/rest/block/${bestblockhash}.bin`)
      if (status !== 200 || body.equals(exchange.answer.body)) return null
      return { ...exchange.answer, body: random.chance(0.5) ? body : body.subarray(0, 80) }
    },
  },
  {
    name: 'flipped bit in a block',
    async apply(exchange, random) {
      if (restHash(exchange, 'block') === undefined) return null
      const body = Buffer.from(exchange.answer.body)
      const at = random.below(80)
      body[at] = (body[at] ?? 0) ^ (1 << random.below(8))
      return { ...exchange.answer, body }
    },
  },
  {
    name: 'spent outputs of another block',
    async apply(exchange, random) {
      const hash = restHash(exchange, 'spenttxouts')
      if (hash === undefined || exchange.answer.status !== 200) return null
      const info = await exchange.ask('/rest/chaininfo.json')
      const { blocks } = JSON.parse(info.body.toString('utf8')) as { blocks: number }
      const at = await exchange.ask(`/rest/blockhashbyheight/${111 + random.below(blocks - 110)}.json`)
      const { blockhash } = JSON.parse(at.body.toString('utf8')) as { blockhash: string }
      const { body, status } = await exchange.ask(`/rest/spenttxouts/${blockhash}.bin`)
      return status !== 200 || body.equals(exchange.answer.body) ? null : { ...exchange.answer, body }
    },
  },
  {
    name: 'spent outputs with an input too few',
    async apply(exchange) {
      if (restHash(exchange, 'spenttxouts') === undefined || exchange.answer.body.length < 4) return null
      return { ...exchange.answer, body: exchange.answer.body.subarray(0, 2) }
    },
  },
]
