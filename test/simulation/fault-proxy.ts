import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Cookie } from './cookie.ts'
import type { Random } from './random.ts'

/** A node's answer on its way to the client. */
export interface Answer {
  status: number
  type: string
  body: Buffer
}

/** A question and the node's true answer to it. */
export interface Exchange {
  /** `POST` body or `GET` path. */
  question: string
  answer: Answer
  /** Asks the node behind something else, for faults that mix answers up. */
  ask(question: string): Promise<Answer>
  /** The node was started anew, and has written another cookie. Absent where it asks for none. */
  rotateCookie?: (() => void) | undefined
}

/** Something that goes wrong. `null`: it can't go wrong with this exchange. */
export interface Fault {
  name: string
  /** It goes on with that many of the next answers, where it can. */
  lasts?: (random: Random) => number
  /** `reset` and `hang` never answer. */
  apply(exchange: Exchange, random: Random): Promise<Answer | 'reset' | 'hang' | null>
}

export interface FaultProxy {
  url: string
  /** Probability that an answer is meddled with. */
  chance: number
  /** How often each fault happened. */
  injected: Readonly<Record<string, number>>
  close(): Promise<void>
}

export interface FaultProxyOptions {
  faults: readonly Fault[]
  random: Random
  /** Asked of whoever calls the RPC. */
  cookie?: Cookie | undefined
  /** Called before every exchange: a moment like any other. */
  onRequest?: () => void
}

/** Stands between a client and a node, and lets things go wrong as the seed says. */
export async function createFaultProxy(
  target: string,
  { faults, random, cookie, onRequest }: FaultProxyOptions,
): Promise<FaultProxy> {
  const injected: Record<string, number> = {}
  const hanging = new Set<ServerResponse>()
  const ask = async (method: string, path: string, body: string): Promise<Answer> => {
    const init = method === 'GET' ? {} : { body, headers: { 'content-type': 'application/json' } }
    const response = await fetch(`${target}${path}`, { method, ...init })
    return {
      status: response.status,
      type: response.headers.get('content-type') ?? 'application/json',
      body: Buffer.from(await response.arrayBuffer()),
    }
  }

  let lasting: { fault: Fault; left: number } | undefined
  const nextFault = (): Fault | undefined => {
    if (lasting !== undefined && lasting.left-- > 0) return lasting.fault
    lasting = undefined
    if (!random.chance(proxy.chance)) return undefined
    const fault = random.pick(faults)
    if (fault.lasts !== undefined) lasting = { fault, left: fault.lasts(random) }
    return fault
  }

  const meddle = async (request: IncomingMessage, body: string, answer: Answer) => {
    const fault = nextFault()
    if (fault === undefined) return answer
    const { method = 'GET', url = '/' } = request
    const question = method === 'GET' ? url : body
    const again = (other: string) => (method === 'GET' ? ask('GET', other, '') : ask('POST', url, other))
    const bad = await fault.apply({ question, answer, ask: again, rotateCookie: cookie?.rotate }, random)
    if (bad === null) return answer
    injected[fault.name] = (injected[fault.name] ?? 0) + 1
    return bad
  }

  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    onRequest?.()
    if (request.method === 'POST' && cookie?.accepts(request.headers.authorization) === false) {
      response.writeHead(401).end()
      return
    }
    const answer = await meddle(request, body, await ask(request.method ?? 'GET', request.url ?? '/', body))
    if (answer === 'reset') request.socket.destroy()
    else if (answer === 'hang') hanging.add(response)
    else response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const proxy: FaultProxy = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    chance: 0,
    injected,
    close: () =>
      new Promise((resolve) => {
        for (const response of hanging) response.destroy()
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
  return proxy
}
