import type { Answer, Fault } from './fault-proxy.ts'

const status = (name: string, code: number, body: string): Fault => ({
  name,
  apply: async () => ({ status: code, type: 'text/plain', body: Buffer.from(body) }),
})

const changed = (answer: Answer, body: Buffer | string): Answer => ({ ...answer, body: Buffer.from(body) })

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
  { name: 'a web page with 200', apply: async ({ answer }) => changed(answer, '<!doctype html><p>hello') },
]
