import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configSchema } from '../../src/config/schema.ts'
import { runDaemon } from '../../src/daemon.ts'
import { openTestLedger } from '../ledger/template.ts'
import { rememberingLog } from '../lists/remembering-log.ts'
import { bearer, tokenOf } from '../server/fixtures.ts'
import { tempDir } from '../temp.ts'

const listed = `0x${'1'.repeat(40)}`

/** A publisher that answers when it is let. */
async function slowPublisher() {
  const waiting: ServerResponse[] = []
  let isOpen = false
  const answer = (response: ServerResponse) =>
    response.setHeader('content-type', 'text/csv').end(`address,subject\n${listed},A party\n`)
  const server = createServer((_, response) => void (isOpen ? answer(response) : waiting.push(response)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/house.csv`,
    open: () => {
      isOpen = true
      for (const response of waiting.splice(0)) answer(response)
    },
  }
}

/** A daemon that serves the API in a thread, and waits for its list. */
async function servingDaemon() {
  const publisher = await slowPublisher()
  const database = join(tempDir(), 'daemon.db')
  const db = openTestLedger(database)
  onTestFinished(() => void db.close())
  const token = tokenOf(db, ['screen', 'read'])
  const { log, lines } = rememberingLog()
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const lists = [{ id: 'house', format: 'csv', url: publisher.url }]
  const config = configSchema.parse({ database, lists, chains: [], server: { listen: '127.0.0.1:0' } })
  const worker = nextThread()
  const end = runDaemon(config, { once: false, signal: stop.signal, log }).then(
    () => 'ended',
    (error: unknown) => error,
  )
  const says = (text: string) => expect.poll(() => lines.join('\n'), { timeout: 30_000 }).toContain(text)
  await says('API, health and metrics at')
  const url = /metrics at (\S+)/.exec(lines.join('\n'))?.[1] ?? ''
  const ask = async (path: string, body?: unknown) => {
    const answer = await fetch(`${url}${path}`, {
      headers: { ...bearer(token), 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: whatever the route answers; each test says what it expects
    return { status: answer.status, body: (await answer.json()) as any }
  }
  const verdict = async (address: string) =>
    (await ask('/v1/screenings', { subjects: [{ address }] })).body.results?.[0]
  return { publisher, db, token, lines, stop, worker, end, says, url, ask, verdict }
}

/** The API's thread is the only one with that name. */
function nextThread(): Promise<Worker> {
  return new Promise((resolve) => void process.once('worker', resolve))
}

describe('the thread of the API', () => {
  it('answers while lists load: unknown, 503, and nothing is clear before they are loaded', async () => {
    const { publisher, ask, verdict, says, db, stop, end } = await servingDaemon()
    expect(await verdict(listed)).toMatchObject({
      verdict: 'unknown',
      reason: expect.stringContaining('the start is not finished'),
    })
    expect((await ask(`/api/v1/address/${listed}`)).status).toBe(503)
    expect((await ask('/public/v1/sanctions/screening', [{ address: listed }])).status).toBe(503)
    expect((await ask('/readyz')).status).toBe(503)
    expect((await ask('/livez')).status).toBe(200)
    publisher.open()
    await says('lists are kept up to date')
    await expect.poll(async () => (await ask('/readyz')).status).toBe(200)
    expect(await verdict(listed)).toMatchObject({ verdict: 'listed' })
    expect(await verdict(`0x${'2'.repeat(40)}`)).toMatchObject({ verdict: 'clear' })
    const recorded = db.prepare('select verdict from screenings order by seq').pluck().all()
    expect(recorded).toEqual(['unknown', 'unknown', 'unknown', 'listed', 'clear'])
    stop.abort()
    expect(await end).toBe('ended')
  })

  it('answers while the main thread does nothing else for a long time', async () => {
    const { publisher, says, url, token, stop, end } = await servingDaemon()
    publisher.open()
    await says('lists are kept up to date')
    const body = JSON.stringify({ subjects: [{ address: listed }] })
    const headers = JSON.stringify({ ...bearer(token), 'content-type': 'application/json' })
    const script = `fetch('${url}/v1/screenings', { method: 'POST', headers: ${headers}, body: '${body}' })
      .then((answer) => answer.json()).then(({ results }) => console.log(results[0].verdict))`
    // It blocks this thread, which is the daemon's, until the answer is there.
    const { stdout } = spawnSync(process.execPath, ['-e', script], { timeout: 60_000 })
    expect(stdout.toString()).toBe('listed\n')
    stop.abort()
    expect(await end).toBe('ended')
  })

  it('is started again when it dies, at the same port, and the daemon goes on', async () => {
    const { publisher, says, worker, ask, verdict, lines, stop, end } = await servingDaemon()
    publisher.open()
    await says('lists are kept up to date')
    const second = nextThread()
    await (await worker).terminate()
    await says('error the thread of the API ended by itself: it is started again')
    await second
    // It knows that the lists are loaded, although it was not there when they were.
    await expect
      .poll(async () => (await ask('/readyz').catch(() => null))?.status, { timeout: 30_000 })
      .toBe(200)
    expect(await verdict(listed)).toMatchObject({ verdict: 'listed' })
    expect(lines.join('\n')).not.toContain('could not be started again')
    stop.abort()
    expect(await end).toBe('ended')
  })

  it('that has died does not hold up the end of the daemon', async () => {
    const { publisher, says, worker, stop, end } = await servingDaemon()
    publisher.open()
    await says('lists are kept up to date')
    await (await worker).terminate()
    await says('ended by itself')
    stop.abort()
    expect(await end).toBe('ended')
  })
})
