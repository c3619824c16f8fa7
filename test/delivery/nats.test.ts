import { execFile, execFileSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DiscardPolicy, jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream'
import { connect } from '@nats-io/transport-node'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { createNatsSink, type NatsConfig, subjectOf } from '../../src/delivery/nats-sink.ts'
import type { Envelope } from '../../src/events/shapes.ts'
import { all, type Db } from '../../src/ledger/database.ts'
import { readParked, readSink, registerSink } from '../../src/ledger/delivery/sinks.ts'
import { decide } from '../../src/operations/decide.ts'
import { at, freshChain } from '../ledger/fixtures.ts'
import { hasNats, storedIn, testNats } from '../nats/server.ts'
import { cableTo } from '../postgres/away.ts'
import { tempDir } from '../temp.ts'
import { alerts, deliveringTo, stale } from './delivering.ts'
import { restartWhileDelivering } from './restart-nats.ts'

const signal = new AbortController().signal
const stream = 'CHAINSCREEN'

const sinkTo = (url: string, keys: Partial<NatsConfig> = {}) => {
  const sink = createNatsSink({ servers: [url], stream, duplicateWindowMs: 120_000, replicas: 1, ...keys })
  onTestFinished(() => sink.close())
  return sink
}

const event = (sequence: number, data: Record<string, unknown> = {}): Envelope => ({
  ...{
    id: sequence.toString(16).padStart(32, '0'),
    type: 'list.stale',
    timestamp: at,
    sequence,
    epoch: 'e',
    data,
  },
})
const sent = { kind: 'sent' }
const later = (text: string) => ({ kind: 'later', why: expect.stringContaining(text) })

async function managing<T>(
  url: string,
  work: (manager: Awaited<ReturnType<typeof jetstreamManager>>) => Promise<T>,
) {
  const connection = await connect({ servers: url })
  try {
    return await work(await jetstreamManager(connection))
  } finally {
    await connection.close()
  }
}

/** A ledger that is delivered from, and a clock that moves only when a test says so. */
function delivering(url: string, keys: Partial<NatsConfig> = {}) {
  const db = freshChain()
  registerSink(db, 'bus', 'now')
  return deliveringTo(db, 'bus', sinkTo(url, keys))
}

const problem = (db: Db) => readSink(db, 'bus')?.problem
const sequences = async (url: string) => (await storedIn(url, stream)).map((each) => each.event.sequence)

describe('the subject of an event', () => {
  it('has its chain and its type, and a dash where there is no chain', () => {
    expect(subjectOf(event(1))).toBe('chainscreen.-.list.stale')
    const caip2 = 'bip122:000000000019d6689c085ae165831e93'
    expect(subjectOf({ ...event(1, { caip2 }), type: 'alert.created' })).toBe(
      `chainscreen.${caip2}.alert.created`,
    )
    for (const odd of [null, 7, 'a b:1', 'eip155:>', 'eip155.1', '', '*'])
      expect(subjectOf(event(1, { caip2: odd }))).toBe('chainscreen.-.list.stale')
  })
})

/** The sockets that this process opens from now on. */
function opened(): Socket[] {
  const sockets: Socket[] = []
  const note = (message: unknown) => void sockets.push((message as { socket: Socket }).socket)
  subscribe('net.client.socket', note)
  onTestFinished(() => void unsubscribe('net.client.socket', note))
  return sockets
}

describe('a daemon without NATS', () => {
  it('prints as it did', async () => {
    const print = console.log
    vi.resetModules()
    await import('../../src/delivery/nats-connection.ts')
    expect(console.log).toBe(print)
  })
})

const child = `
  import { createNatsSink } from ${JSON.stringify(new URL('../../dist/delivery/nats-sink.js', import.meta.url))}
  const sink = createNatsSink({ servers: [process.argv[1]], stream: 'S', duplicateWindowMs: 1_000, replicas: 1 })
  const event = { id: 'a', type: 'list.stale', timestamp: '', sequence: 1, epoch: 'e', data: {} }
  const outcomes = await sink.deliver([event], new AbortController().signal)
  await sink.close()
  console.log(JSON.stringify(outcomes))`

/** Answers as NATS does until something is asked of JetStream; then it says something else, and hangs up. */
async function speaksOtherwise(text: string): Promise<string> {
  const info = { server_id: 'x', version: '2.9.0', proto: 1, headers: true, max_payload: 1_000_000 }
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.write(`INFO ${JSON.stringify(info)}\r\n`)
    socket.on('data', (chunk) => {
      if (chunk.includes('PUB')) socket.end(text)
      else if (chunk.includes('PING')) socket.write('PONG\r\n')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `nats://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('something that is no NATS', () => {
  it('is printed nowhere: events may be lines of standard output', async () => {
    const url = await speaksOtherwise('\u001b[31mlook here\r\n')
    const words = ['--input-type=module', '-e', child, url]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, words)
    expect(JSON.parse(stdout)).toEqual([later('S ')])
    expect(stdout + stderr).not.toContain('look here')
  })
})

describe.skipIf(!hasNats)('a stream of NATS', () => {
  it('is created, and has each event once, under its id and subject, in the order of its alert', async () => {
    const { url } = await testNats()
    const { db, deliver } = delivering(url)
    alerts(db, '0xa', '0xb')
    stale(db)
    const ids = all<{ id: string }>(db, 'select id from alerts').map(({ id }) => id)
    decide(db, { ids, decision: 'acknowledged' }, { actor: 'ann', note: null, at })
    expect(await deliver()).toBeNull()
    const stored = await storedIn(url, stream)
    expect(stored.map((each) => each.event.sequence).sort()).toEqual([1, 2, 3, 4, 5])
    const ofAlert = (id: string) => stored.filter((each) => each.event.data.alertId === id)
    for (const id of ids)
      expect(ofAlert(id).map((each) => each.event.type)).toEqual(['alert.created', 'alert.decided'])
    for (const { id, subject, event: each } of stored) {
      expect([id, subject]).toEqual([each.id, subjectOf(each)])
      expect(each.id).toMatch(/^[0-9a-f]{32}$/)
    }
    const found = await managing(url, (manager) => manager.streams.info(stream))
    expect(found.config).toMatchObject({
      ...{ subjects: ['chainscreen.>'], storage: 'file', discard: 'new', duplicate_window: 120e9 },
    })
    expect(readSink(db, 'bus')).toMatchObject({ cursor: 5, problem: null })
  })

  it('stores an event once whose acknowledgement was lost', async () => {
    const { url, port } = await testNats()
    const cable = await cableTo(port)
    const { db, deliver, pass } = delivering(`nats://127.0.0.1:${cable.port}`)
    stale(db)
    await deliver()
    cable.mute()
    alerts(db, '0xa')
    const lost = deliver()
    await expect.poll(() => sequences(url)).toEqual([1, 2])
    cable.cut()
    const wait = await lost
    expect(problem(db)).toContain(stream)
    expect(readSink(db, 'bus')?.cursor).toBe(1)
    cable.mend()
    pass(wait)
    expect(await deliver()).toBeNull()
    expect(readSink(db, 'bus')).toMatchObject({ cursor: 2, problem: null })
    expect(await sequences(url)).toEqual([1, 2])
  })

  it('that answers nothing is left at once where the daemon ends', async () => {
    const silent = createServer(() => {})
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void silent.close())
    const { port } = silent.address() as AddressInfo
    const stopping = new AbortController()
    const came = new Promise<void>((resolve) =>
      silent.once('connection', (socket) => {
        socket.on('error', () => {})
        socket.once('close', () => resolve())
        stopping.abort()
      }),
    )
    const sink = sinkTo(`nats://127.0.0.1:${port}`)
    expect(await sink.deliver([event(1)], stopping.signal)).toEqual([
      later(`nats://127.0.0.1:${port} closed the connection`),
    ])
    // The connection is closed too: it would keep the process alive.
    await came
  })

  it.each(['localhost', '127.0.0.1'])(
    'on %s has no connection where the daemon ends before there is one',
    async (host) => {
      const { url, port } = await testNats()
      const stopping = new AbortController()
      const sockets = opened()
      const outcomes = sinkTo(`nats://${host}:${port}`).deliver([event(1)], stopping.signal)
      stopping.abort()
      expect(await outcomes).toEqual([later('was stopped while it connected')])
      expect(sockets.length).toBeGreaterThan(0)
      expect(sockets.filter(({ destroyed }) => !destroyed)).toEqual([])
      await expect(storedIn(url, stream)).rejects.toThrow('stream not found')
    },
  )

  it('has no connection where the sink is closed before there is one, nor afterwards', async () => {
    const { port } = await testNats()
    const sockets = opened()
    const sink = sinkTo(`nats://localhost:${port}`)
    const outcomes = sink.deliver([event(1)], signal)
    await sink.close()
    expect(await outcomes).toEqual([later('is closed')])
    const count = sockets.length
    expect(count).toBeGreaterThan(0)
    expect(await sink.deliver([event(2)], signal)).toEqual([later('is closed')])
    expect(sockets).toHaveLength(count)
    expect(sockets.filter(({ destroyed }) => !destroyed)).toEqual([])
  })

  it('is made again where somebody deleted it, and gets what happens from then on', async () => {
    const { url } = await testNats()
    const { db, deliver, pass } = delivering(url)
    stale(db)
    await deliver()
    await managing(url, (manager) => manager.streams.delete(stream))
    stale(db)
    const wait = await deliver()
    expect(problem(db)).toContain('there is no such stream, or no JetStream')
    pass(wait)
    expect(await deliver()).toBeNull()
    expect(await sequences(url)).toEqual([2])
  })

  it('that is full takes nothing, and all of it later: nothing is given up', async () => {
    const { url } = await testNats()
    const { db, deliver, pass } = delivering(url)
    stale(db)
    await deliver()
    await managing(url, (manager) => manager.streams.update(stream, { max_msgs: 2 }))
    for (let count = 0; count < 5; count++) stale(db)
    for (let attempt = 0; attempt < 20; attempt++) pass(await deliver())
    expect(problem(db)).toContain('maximum messages exceeded')
    expect([readSink(db, 'bus')?.cursor, readParked(db, 'bus')]).toEqual([2, []])
    await managing(url, (manager) => manager.streams.update(stream, { max_msgs: -1 }))
    expect(await deliver()).toBeNull()
    expect(await sequences(url)).toEqual([1, 2, 3, 4, 5, 6])
  })

  it('refuses an event that is larger than it takes, and gets the others', async () => {
    const { url } = await testNats()
    const { db, deliver } = delivering(url)
    stale(db)
    await deliver()
    await managing(url, (manager) => manager.streams.update(stream, { max_msg_size: 2_000 }))
    stale(db, { list: 'x'.repeat(3_000) })
    stale(db, { list: 'x'.repeat(2_000_000) })
    stale(db)
    await deliver()
    expect(await sequences(url)).toEqual([1, 4])
    expect(readParked(db, 'bus')).toMatchObject([
      {
        sequence: 2,
        state: 'retry',
        problem: expect.stringContaining('message size exceeds maximum allowed'),
      },
      { sequence: 3, state: 'retry', problem: expect.stringContaining('max_payload') },
    ])
  })

  it.each([
    ['memory', { subjects: ['chainscreen.>'], storage: StorageType.Memory }, 'is kept in memory'],
    ['other subjects', { subjects: ['chainscreen.-.>'] }, 'does not take chainscreen.>'],
    ['no acknowledgements', { subjects: ['chainscreen.>'], no_ack: true }, 'acknowledges nothing'],
    [
      'a short window',
      { subjects: ['chainscreen.>'], duplicate_window: 1e9 },
      'knows ids for 1 s, and duplicateWindow asks for 120 s',
    ],
    ['a queue', { retention: RetentionPolicy.Workqueue }, 'retention is workqueue, not limits'],
    ['interest', { retention: RetentionPolicy.Interest }, 'retention is interest, not limits'],
    ['max_msgs', { max_msgs: 9 }, 'loses its oldest events (max_msgs with discard old)'],
    ['max_bytes', { max_bytes: 9_000 }, 'loses its oldest events (max_bytes with discard old)'],
    ['max_msgs_per_subject', { max_msgs_per_subject: 9 }, 'loses its oldest events (max_msgs_per_subject'],
    [
      'a limit of each subject that drops the oldest',
      { max_msgs_per_subject: 9, discard: DiscardPolicy.New },
      'loses its oldest events (max_msgs_per_subject',
    ],
  ])('with %s gets nothing', async (_what, settings, why) => {
    const { url } = await testNats()
    await managing(url, (manager) =>
      manager.streams.add({ name: stream, subjects: ['chainscreen.>'], ...settings }),
    )
    expect(await sinkTo(url).deliver([event(1)], signal)).toEqual([later(why)])
    expect(await sequences(url)).toEqual([])
  })

  it.each([
    {},
    { discard: DiscardPolicy.New, max_msgs: 9, max_bytes: 9_000 },
    { discard: DiscardPolicy.New, max_msgs_per_subject: 9, discard_new_per_subject: true },
  ])('that somebody made gets events where its settings lose none: %j', async (limits) => {
    const { url } = await testNats()
    const settings = { name: stream, subjects: ['other', 'chainscreen.>'], ...limits }
    await managing(url, (manager) => manager.streams.add(settings))
    expect(await sinkTo(url).deliver([event(1)], signal)).toEqual([sent])
  })

  it('with the window of NATS itself gets events only where the config names that window', async () => {
    const { url } = await testNats()
    await managing(url, (manager) => manager.streams.add({ name: stream, subjects: ['chainscreen.>'] }))
    expect(await sinkTo(url, { duplicateWindowMs: 3_600_000 }).deliver([event(1)], signal)).toEqual([
      later('knows ids for 120 s, and duplicateWindow asks for 3600 s'),
    ])
    expect(await sinkTo(url, { duplicateWindowMs: 120_000 }).deliver([event(1)], signal)).toEqual([sent])
  })

  it('counts as told only by its own acknowledgement', async () => {
    const { url } = await testNats()
    const sink = sinkTo(url)
    await sink.deliver([event(1)], signal)
    await managing(url, (manager) => manager.streams.delete(stream))
    const other = await connect({ servers: url })
    onTestFinished(() => other.close())
    other.subscribe('chainscreen.>', {
      callback: (_error, message) => void message.respond('{"stream":"OTHER","seq":1}'),
    })
    await other.flush()
    expect(await sink.deliver([event(2)], signal)).toEqual([later('somebody else than the stream')])
  })

  it('is sent nothing where there is no JetStream', async () => {
    const { url } = await testNats('accounts { A { users = [{ user: a, password: b }] } }\nno_auth_user: a')
    expect(await sinkTo(url).deliver([event(1)], signal)).toEqual([
      later('JetStream not enabled for account'),
    ])
  })
})

describe.skipIf(!hasNats)('a NATS server that goes down and comes up again', () => {
  it('loses no event, and doubles none', () => restartWhileDelivering(2), 60_000)
})

describe.skipIf(!hasNats)('credentials of NATS', () => {
  const users = `accounts { A { jetstream: enabled, users = [
    { user: daemon, password: "pass-7f3a9c" }
    { user: reader, password: "read-7f3a9c", permissions: { publish: "$JS.API.>", subscribe: "_INBOX.>" } }
  ] } }`

  it('that are right are taken, and wrong ones are in no error', async () => {
    const { url } = await testNats(users)
    const login = { user: 'daemon', password: 'pass-7f3a9c' }
    expect(await sinkTo(url, login).deliver([event(1)], signal)).toEqual([sent])
    const wrong = { user: 'daemon', password: 'wrong-51b8e2' }
    for (const keys of [wrong, { token: 'wrong-51b8e2' }, {}]) {
      const outcomes = await sinkTo(url, keys).deliver([event(2)], signal)
      expect(outcomes).toEqual([{ kind: 'later', why: `${url} refuses the credentials` }])
      expect(JSON.stringify(outcomes)).not.toContain('51b8e2')
    }
  })

  it('need no more than the rights that are documented', async () => {
    const page = readFileSync(new URL('../../docs/delivery.md', import.meta.url), 'utf8')
    const [, publish, subscribe] = /^publish: (.*)\nsubscribe: (.*)$/m.exec(page) ?? []
    const permissions = `permissions: { publish: ${publish}, subscribe: ${subscribe} }`
    const { url } = await testNats(
      `accounts { A { jetstream: enabled, users = [{ user: daemon, password: "a-7f3a9c", ${permissions} }] } }`,
    )
    const login = { user: 'daemon', password: 'a-7f3a9c' }
    expect(await sinkTo(url, login).deliver([event(1)], signal)).toEqual([sent])
    expect(await sinkTo(url, login).deliver([event(2)], signal)).toEqual([sent])
  })

  it('that may not publish lose nothing: the sink fails, with what it may not', async () => {
    const { url } = await testNats(users)
    const reader = { user: 'reader', password: 'read-7f3a9c' }
    const [outcome] = await sinkTo(url, reader).deliver([event(1)], signal)
    expect(outcome).toEqual(later('chainscreen.-.list.stale'))
  })

  it('of a creds file that has none are an error without its text', async () => {
    const { url } = await testNats(users)
    const creds = `-----BEGIN NATS USER JWT-----\neyJ0eXAiOiJKV1QiLCJhbGciOiJlZDI1NTE5In0\n------END NATS USER JWT------\n\n-----BEGIN USER NKEY SEED-----\nSUABCDEFGHIJKLMNOPQRSTUVWXYZ234567\n------END USER NKEY SEED------`
    const [outcome] = await sinkTo(url, { creds }).deliver([event(1)], signal)
    expect(outcome).toEqual(later(url))
    expect(JSON.stringify(outcome)).not.toMatch(/SUABC|eyJ0/)
  })

  it('are tried with each server in turn', async () => {
    const { url, stop } = await testNats(users)
    const other = await testNats(users)
    await stop()
    const login = { user: 'daemon', password: 'pass-7f3a9c', servers: [url, other.url] }
    expect(await sinkTo(url, login).deliver([event(1)], signal)).toEqual([sent])
    await other.stop()
    const outcomes = await sinkTo(url, login).deliver([event(1)], signal)
    expect(outcomes).toEqual([later(`${url} refuses connections; ${other.url} refuses connections`)])
  })
})

const openssl = '/usr/bin/openssl'

describe.skipIf(!hasNats || !existsSync(openssl))('TLS to NATS', () => {
  /** A certificate authority, and what it signed for a name: paths of PEM files. */
  function certificates(names: string) {
    const dir = tempDir()
    const path = (name: string) => join(dir, name)
    const run = (...words: string[]) => execFileSync(openssl, words, { cwd: dir, stdio: 'pipe' })
    run(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
      '-subj',
      '/CN=ca',
      '-days',
      '2',
    )
    run(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      'key.pem',
      '-out',
      'request.pem',
      '-subj',
      '/CN=any',
    )
    writeFileSync(path('names'), `subjectAltName=${names}\n`)
    run(
      'x509',
      '-req',
      '-in',
      'request.pem',
      '-CA',
      'ca.pem',
      '-CAkey',
      'ca.key',
      '-CAcreateserial',
      '-out',
      'cert.pem',
      '-days',
      '2',
      '-extfile',
      'names',
    )
    return { caFile: path('ca.pem'), certFile: path('cert.pem'), keyFile: path('key.pem') }
  }
  const settings = ({ caFile, certFile, keyFile }: ReturnType<typeof certificates>, verify = false) =>
    `tls { cert_file: "${certFile}", key_file: "${keyFile}", ca_file: "${caFile}", verify: ${verify} }`

  it('is demanded by tls://, and holds the certificate against the name or address of the server', async () => {
    const files = certificates('DNS:localhost,IP:127.0.0.1')
    const { port } = await testNats(settings(files, true))
    for (const host of ['localhost', '127.0.0.1'])
      expect(await sinkTo(`tls://${host}:${port}`, { tls: files }).deliver([event(1)], signal)).toEqual([
        sent,
      ])
    // It asks for the certificate of a client.
    const { caFile } = files
    const [outcome] = await sinkTo(`tls://localhost:${port}`, { tls: { caFile } }).deliver([event(1)], signal)
    expect(outcome?.kind).toBe('later')
    expect(await sinkTo(`tls://localhost:${port}`).deliver([event(1)], signal)).toEqual([
      later('could not be asked'),
    ])
  })

  it.each(['127.0.0.1', 'localhost'])('refuses a certificate of another name than %s', async (host) => {
    const files = certificates(host === 'localhost' ? 'IP:127.0.0.1' : 'DNS:localhost')
    const { port } = await testNats(settings(files))
    const tls = { caFile: files.caFile }
    const outcomes = await sinkTo(`tls://${host}:${port}`, { tls }).deliver([event(1)], signal)
    expect(outcomes).toEqual([later('ERR_TLS_CERT_ALTNAME_INVALID')])
  })

  it('that lacks a file says which by its key, without a path of the machine', async () => {
    const files = certificates('DNS:localhost')
    const { port } = await testNats(settings(files))
    const gone = (key: keyof typeof files) => ({ ...files, [key]: `${files[key]}.gone` })
    for (const key of ['caFile', 'certFile', 'keyFile'] as const) {
      const outcomes = await sinkTo(`tls://localhost:${port}`, { tls: gone(key) }).deliver([event(1)], signal)
      expect(outcomes).toEqual([later(`${key} doesn't exist`)])
      expect(JSON.stringify(outcomes)).not.toMatch(/\.pem|\.gone|\/tmp/)
    }
  })

  it('is never left out where it is demanded', async () => {
    const { port, url } = await testNats()
    for (const [server, keys] of [
      [`tls://127.0.0.1:${port}`, {}],
      [url, { tls: {} }],
    ] as const)
      expect(await sinkTo(server, keys).deliver([event(1)], signal)).toEqual([
        later(`does not support 'tls'`),
      ])
  })
})
