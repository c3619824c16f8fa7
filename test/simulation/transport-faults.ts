import type { Answer, Fault } from './fault-proxy.ts'

const status = (name: string, code: number, body: string): Fault => ({
  name,
  apply: async () => ({ status: code, type: 'text/plain', body: Buffer.from(body) }),
})

const changed = (answer: Answer, body: Buffer | string): Answer => ({ ...answer, body: Buffer.from(body) })

/** A key of the node's URL, as a gateway may tell it again. */
export const echoedKey = 'S1mulatedK3yOfANode'
const echoed = `unknown key ${echoedKey}, ${Buffer.from(`/${echoedKey}`).toString('base64')}`

/** What can go wrong with any node behind HTTP. */
export const transportFaults: readonly Fault[] = [
  { name: 'time-out', apply: async () => 'hang' },
  { name: 'connection reset', apply: async () => 'reset' },
  status('429', 429, 'slow down'),
  status('500', 500, 'internal error'),
  status('502', 502, '<html>bad gateway</html>'),
  status('503', 503, 'Work queue depth exceeded'),
  {
    name: 'cut short',
    apply: async ({ answer }, random) =>
      changed(answer, answer.body.subarray(0, random.below(answer.body.length))),
  },
  { name: 'empty body', apply: async ({ answer }) => changed(answer, '') },
  {
    name: 'far too much',
    // More than the scenario's `maxResponse`: mostly text, so that it is refused by its size alone.
    apply: async ({ answer }) => changed(answer, `["${'f'.repeat(17 * 1024 * 1024)}"]`),
  },
  {
    name: 'mostly structure',
    apply: async ({ answer }) => changed(answer, `[${'{},'.repeat(2_000_000)}{}]`),
  },
  {
    name: 'an echo of secrets',
    apply: async ({ answer }) =>
      changed(answer, JSON.stringify({ id: 0, error: { code: -1, message: echoed } })),
  },
  { name: 'a web page with 200', apply: async ({ answer }) => changed(answer, '<!doctype html><p>hello') },
]
