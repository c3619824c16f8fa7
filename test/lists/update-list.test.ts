import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { all, type Db } from '../../src/ledger/database.ts'
import { activeSnapshot } from '../../src/ledger/lists/list-snapshots.ts'
import { findList } from '../../src/ledger/lists/lists.ts'
import { loadOrKeep } from '../../src/lists/load-lists.ts'
import { logFailure } from '../../src/lists/log-outcome.ts'
import { reportLists } from '../../src/lists/report.ts'
import { ofacXml } from './formats/ofac-xml.ts'
import {
  answer,
  csvList,
  cutShort,
  listServer,
  type Reply,
  redirectTo,
  rest,
  updating,
  urlList,
} from './list-server.ts'
import { makeZip } from './make-zip.ts'
import { refusal } from './refusal.ts'
import { rememberingLog } from './remembering-log.ts'

const good = csvList(30)
const better = csvList(31)
const sha = (content: string | Buffer) => createHash('sha256').update(content).digest('hex')
const later = '2026-01-02T00:00:00.000Z'

/** The story as `lists show` tells it, newest first. */
function story(db: Db) {
  const [report] = reportLists(db, 'l', later)
  return (report?.checks ?? []).map(({ at, outcome, status, detail }) => ({ at, outcome, status, detail }))
}

const hang: Reply = () => {}
const close: Reply = (response) => response.socket?.destroy()
const status = (code: number, headers = {}) => answer(`<h1>${code}</h1>`, headers, code)
const html = '<!DOCTYPE html><html><body>Maintenance</body></html>'
const bomb = Buffer.alloc(3_000_000, 'a')

/** What a server may answer in place of a list, and how that is told. */
const failures: [string, Reply, { outcome: string; status: number | null; detail: RegExp }][] = [
  [
    'nothing: the connection is closed',
    close,
    { outcome: 'failed', status: null, detail: /closed the connection/ },
  ],
  ['nothing: it hangs', hang, { outcome: 'failed', status: null, detail: /did not answer in time/ }],
  [
    '200, cut short',
    cutShort(better, 500),
    { outcome: 'failed', status: 200, detail: /500 bytes of \d+ had arrived/ },
  ],
  [
    '200, and then silence',
    (response) => {
      response.writeHead(200, { 'content-length': '5000' }).write(better.slice(0, 99))
    },
    { outcome: 'failed', status: 200, detail: /stopped in the middle of its answer.* 99 bytes of 5000/ },
  ],
  [
    '200, chunked and cut short',
    (response) => {
      response.writeHead(200)
      response.write(better.slice(0, 700), () => response.socket?.end())
    },
    { outcome: 'failed', status: 200, detail: /closed the connection .* 700 bytes had arrived/ },
  ],
  [
    '200 without a length, so that a cut would not show',
    (response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n${better.slice(0, 700)}`)
    },
    { outcome: 'failed', status: 200, detail: /could not be recognised/ },
  ],
  [
    'less than it said',
    (response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n${better}`)
    },
    { outcome: 'failed', status: 200, detail: /bytes of 9999 had arrived/ },
  ],
  [
    '206, without having been asked',
    answer(better.slice(0, 700), { 'content-range': `bytes 0-699/${better.length}` }, 206),
    { outcome: 'failed', status: 206, detail: /answered 206 Partial Content; no range was requested/ },
  ],
  [
    '301 to another host',
    redirectTo('http://elsewhere.example/list?key=SECRET', 301),
    {
      outcome: 'failed',
      status: null,
      detail:
        /redirects to http:\/\/elsewhere\.example, which .* add "elsewhere\.example" to `redirectHosts`/,
    },
  ],
  [
    'a redirect to itself for ever',
    redirectTo('/list'),
    { outcome: 'failed', status: null, detail: /redirects more than 5 times/ },
  ],
  [
    'a redirect to a file',
    redirectTo('file:///etc/passwd'),
    { outcome: 'failed', status: null, detail: /redirects to file: addresses/ },
  ],
  [
    '304, without having been asked',
    status(304),
    { outcome: 'failed', status: 304, detail: /the request was not conditional/ },
  ],
  ['403', status(403), { outcome: 'failed', status: 403, detail: /answered 403 Forbidden; .*check `url`/ }],
  ['404', status(404), { outcome: 'failed', status: 404, detail: /404 Not Found; the list is not there/ }],
  [
    '429 for longer than anybody waits',
    status(429, { 'retry-after': '3600' }),
    { outcome: 'failed', status: 429, detail: /429 Too Many Requests, and asks to wait 3600 seconds/ },
  ],
  [
    '500, however often it is asked',
    status(500),
    { outcome: 'failed', status: 500, detail: /500 Internal Server Error\. That was the last of 3 attempts/ },
  ],
  [
    'a web page with 200',
    answer(html, { 'content-type': 'text/html' }),
    { outcome: 'rejected', status: 200, detail: /is a web page \(HTML\) and no list/ },
  ],
  [
    'a web page behind a comment with 200',
    answer('\n\n<!-- waf - 1 -->\n<HTML><body>Denied</body></HTML>'),
    { outcome: 'rejected', status: 200, detail: /is a web page \(HTML\) and no list/ },
  ],
  [
    'garbage',
    answer('\u0001\u0002 no list'),
    { outcome: 'rejected', status: 200, detail: /must be the header/ },
  ],
  ['an empty file', answer(''), { outcome: 'rejected', status: 200, detail: /The file is empty/ }],
  [
    'a damaged zip',
    answer(makeZip([{ name: 'l.csv', content: better }]).subarray(0, -30)),
    { outcome: 'rejected', status: 200, detail: /is a zip that is cut short or damaged/ },
  ],
  [
    'a zip bomb',
    answer(makeZip([{ name: 'l.csv', content: bomb }])),
    { outcome: 'rejected', status: 200, detail: /holds more than 1,000,000 bytes decompressed/ },
  ],
  [
    'a gzip bomb as Content-Encoding',
    answer(gzipSync(bomb), { 'content-encoding': 'gzip' }),
    { outcome: 'failed', status: 200, detail: /sends more than 1,000,000 bytes, decompressed/ },
  ],
  [
    'a damaged Content-Encoding',
    answer(gzipSync(better).subarray(0, 90), { 'content-encoding': 'gzip' }),
    { outcome: 'failed', status: 200, detail: /sent a gzip answer that is damaged/ },
  ],
  [
    'an encoding that was not asked for',
    answer(better, { 'content-encoding': 'br' }),
    { outcome: 'failed', status: 200, detail: /sent the encoding "br"/ },
  ],
  [
    'more bytes than a list may have',
    (response) => {
      response.writeHead(200)
      response.end(bomb)
    },
    { outcome: 'failed', status: 200, detail: /sends more than 1,000,000 bytes \(`maxBytes`/ },
  ],
]

describe('a list server that answers with', () => {
  it.each(failures)('%s: the active list stays, and `lists show` tells it', async (_, reply, told) => {
    const server = await listServer(answer(good))
    const { db, folder, update } = updating(server)
    await update()
    const entries = () => all(db, 'select * from list_entries order by key')
    const before = { list: findList(db, 'l'), entries: entries() }
    server.reply(reply)
    const error = await refusal(update())
    expect(error.message).toMatch(told.detail)
    expect({ list: findList(db, 'l'), entries: entries() }).toEqual(before)
    expect(story(db)).toEqual([
      { ...told, at: '2026-01-01T02:00:00.000Z', detail: expect.stringMatching(told.detail) },
      expect.objectContaining({ outcome: 'activated', status: 200 }),
    ])
    expect(JSON.stringify(story(db))).not.toMatch(/SECRET|\/list|ledger\.db/)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
    // And it recovers.
    server.reply(answer(better))
    expect(await update()).toMatchObject({ state: 'activated', added: 1 })
  })
})

describe('updating a list', () => {
  it('downloads, activates, and keeps the file by its SHA-256', async () => {
    const server = await listServer(answer(good))
    const { db, folder, update } = updating(server)
    expect(await update()).toMatchObject({ state: 'activated', entries: 30, sha256: sha(good) })
    expect(gunzipSync(readFileSync(join(folder, `${sha(good)}.gz`))).toString()).toBe(good)
    expect(findList(db, 'l')).toMatchObject({
      checked_at: '2026-01-01T01:00:00.000Z',
      max_age_seconds: 259_200,
    })
  })

  it("reads OFAC's XML in a zip behind a redirect that is allowed", async () => {
    const content = ofacXml()
    const target = await listServer(answer(makeZip([{ name: 'SDN_ADVANCED.XML', content }])))
    const server = await listServer(redirectTo(`${target.origin}/signed?Signature=1`))
    const { update } = updating(server, { format: 'ofac-sdn-advanced', redirectHosts: [target.host] })
    expect(await update()).toMatchObject({ state: 'activated', sha256: sha(content), issuedOn: '2025-01-09' })
  })

  it('asks again through the configured url, never at the address a redirect led to', async () => {
    const target = await listServer(answer(good))
    const server = await listServer(
      redirectTo(`${target.origin}/a?sig=1`),
      redirectTo(`${target.origin}/a?sig=2`),
    )
    const { update } = updating(server, { redirectHosts: [target.host] })
    await update()
    await update()
    expect(server.requests).toHaveLength(2)
    expect(target.requests.map(({ path }) => path)).toEqual(['/a?sig=1', '/a?sig=2'])
  })

  it('undoes a Content-Encoding, also around a packed file', async () => {
    const encoded = { 'content-encoding': 'gzip' }
    const server = await listServer(
      answer(gzipSync(good), encoded),
      answer(gzipSync(gzipSync(better)), encoded),
    )
    const { update } = updating(server)
    expect(await update()).toMatchObject({ state: 'activated', sha256: sha(good) })
    expect(await update()).toMatchObject({ state: 'activated', sha256: sha(better) })
  })

  it.each([
    ['user:p%40ss', 'user:p@ss'],
    [':token', ':token'],
    ['token', 'token:'],
  ])('sends %s of the url, and to nobody else', async (login, sent) => {
    const target = await listServer(answer(good))
    const server = await listServer(redirectTo(`${target.origin}/a`))
    const url = `http://${login}@${server.host}/list`
    const { update } = updating(server, { url, redirectHosts: [target.host] })
    await update()
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from(sent).toString('base64')}`)
    expect(target.requests[0]?.headers.authorization).toBeUndefined()
  })

  it('counts the same bytes again as a check, and changes nothing', async () => {
    const server = await listServer(answer(good))
    const { db, update } = updating(server)
    await update()
    expect(await update()).toMatchObject({ state: 'unchanged', revision: 1 })
    expect(findList(db, 'l')?.checked_at).toBe('2026-01-01T02:00:00.000Z')
    expect(all(db, 'select * from list_snapshots')).toHaveLength(1)
  })

  it('holds what a wrong length cut, where the form can not show it', async () => {
    const cut: Reply = (response) => {
      response.socket?.end(`HTTP/1.1 200 OK\r\ncontent-length: 700\r\n\r\n${better}`)
    }
    const server = await listServer(answer(good), cut)
    const { db, update } = updating(server)
    await update()
    expect(await update()).toMatchObject({ state: 'held' })
    expect(activeSnapshot(db, 'l')?.sha256).toBe(sha(good))
  })

  it('keeps what is rejected, by its SHA-256, with the reason', async () => {
    const damaged = `${good}no address,x\n`
    const server = await listServer(answer(good), answer(damaged))
    const { db, folder, update } = updating(server)
    await update()
    await refusal(update())
    expect(gunzipSync(readFileSync(join(folder, `${sha(damaged)}.gz`))).toString()).toBe(damaged)
    expect(all(db, `select sha256, bytes, reason from list_snapshots where state = 'rejected'`)).toEqual([
      { sha256: sha(damaged), bytes: damaged.length, reason: expect.stringMatching(/One row is wrong/) },
    ])
  })

  it('keeps nothing of what nobody knows to be of the format', async () => {
    const server = await listServer(answer(good), answer(html))
    const { db, folder, update } = updating(server)
    await update()
    await refusal(update())
    expect(readdirSync(folder)).toEqual([`${sha(good)}.gz`])
    expect(all(db, `select sha256 from list_snapshots where state = 'rejected'`)).toEqual([])
    expect(story(db)).toMatchObject([{ outcome: 'rejected', detail: expect.stringMatching(/web page/) }, {}])
  })

  it('keeps a file that cannot be decompressed as it came', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `0x${sha(String(index)).slice(0, 40)}`)
    const damaged = gzipSync(['address', ...rows].join('\n')).subarray(0, -90_000)
    const server = await listServer(answer(damaged))
    const { folder, update } = updating(server)
    await refusal(update())
    expect(gunzipSync(readFileSync(join(folder, `${sha(damaged)}.gz`)))).toEqual(damaged)
  })

  it('keeps nothing of a file with a column that chainscreen refuses to hold', async () => {
    const server = await listServer(answer('address,nationality\n0x01,x\n'))
    const { db, folder, update } = updating(server)
    expect((await refusal(update())).message).toContain('never acts on nationality')
    expect(readdirSync(folder)).toEqual([])
    expect(story(db)).toMatchObject([{ outcome: 'rejected' }])
  })

  it('says which folder can not be written into, and does not tell it of the server', async () => {
    const server = await listServer(answer(good))
    const { db, folder, update } = updating(server)
    writeFileSync(folder, 'a file')
    const error = await refusal(update())
    expect(error).toMatchObject({ code: 'disk', message: expect.stringContaining(`into ${folder} (E`) })
    expect(server.requests).toEqual([])
    expect(story(db)).toMatchObject([{ outcome: 'failed', status: null, detail: error.message }])
  })

  it('loads what was rejected once, when it has become readable', async () => {
    const server = await listServer(answer(good))
    const { db, update } = updating(server)
    await refusal(update({ format: 'ofac-sdn-advanced' }))
    expect(await update()).toMatchObject({ state: 'activated', entries: 30 })
    expect(activeSnapshot(db, 'l')).toMatchObject({ sha256: sha(good), format: 'csv', reason: null })
  })
})

describe('a key in the url of a list', () => {
  const login = 'someone:hunter2%21'
  const path = '/Ab12Cd34/list?token=SEKRET-TOKEN-OF-MANY-CHARACTERS'
  const key = /Ab12Cd34|SEKRET|hunter2|c29tZW9uZTpodW50ZXIyIQ/i

  it.each(['csv', 'uk-sanctions-list', 'eu-fsf', 'ofac-sdn', 'tagpack', 'opensanctions'] as const)(
    'reaches neither log nor database where the server sends it back as %s',
    async (format) => {
      const server = await listServer((response, request) => {
        const { url, headers } = request
        answer(`Invalid key ${url} of ${headers.authorization}\n`)(response, request)
      })
      const { db } = updating(server)
      const list = urlList(`http://${login}@${server.host}${path}`, { format })
      const { log, lines } = rememberingLog()
      const error = await refusal(loadOrKeep(db, list, log, () => later))
      logFailure(list, error, log, false)
      expect(`${error.message} ${error.details}`).not.toMatch(key)
      expect(lines.join()).not.toMatch(key)
      expect(JSON.stringify(story(db))).not.toMatch(key)
      expect(JSON.stringify(all(db, 'select * from list_snapshots'))).not.toMatch(key)
    },
  )

  it('is kept to itself, too, where it belongs to the address that it redirects to', async () => {
    const signature = '9f8e7d6c5b4a39281706'
    const server = await listServer((response, request) =>
      request.url === '/list'
        ? redirectTo(`/store/x?X-Signature=${signature}`)(response, request)
        : answer(`not signed as it should be ${request.url}\n`)(response, request),
    )
    const { db, list } = updating(server)
    const { log, lines } = rememberingLog()
    const error = await refusal(loadOrKeep(db, list, log, () => later))
    logFailure(list, error, log, false)
    expect(error.message).toContain('must be the header')
    for (const told of [error.message, lines.join(), JSON.stringify(story(db))])
      expect(told).not.toContain(signature)
    expect(JSON.stringify(all(db, 'select * from list_snapshots'))).not.toContain(signature)
  })

  it('is not in what is said of an announcement that does not fit', async () => {
    const server = await listServer((response, request) =>
      answer(request.url?.includes('index.json') ? '{"resources":[]}' : '{}')(response, request),
    )
    const { db } = updating(server)
    const { log, lines } = rememberingLog()
    const list = urlList(`${server.origin}/dl/SEKRETKEY`, { format: 'opensanctions' })
    await loadOrKeep(db, list, log, () => later).catch(() => {})
    expect(lines).toContainEqual(expect.stringContaining('index.json does not name the file at `url`'))
    expect(lines.join()).not.toMatch(/SEKRETKEY/i)
  })
})

describe('asking for news only', () => {
  const tagged = { etag: '"v1"', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' }

  it('counts 304 as a successful check', async () => {
    const server = await listServer(answer(good, tagged), answer('', {}, 304))
    const { db, update } = updating(server)
    await update()
    expect(await update()).toEqual({ state: 'not-modified', listId: 'l', sha256: sha(good), held: null })
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"v1"'])
    expect(server.requests[1]?.headers['if-modified-since']).toBe(tagged['last-modified'])
    expect(findList(db, 'l')?.checked_at).toBe('2026-01-01T02:00:00.000Z')
    expect(story(db)[0]).toMatchObject({ outcome: 'not-modified', status: 304 })
  })

  it('asks for everything at another url, also on the same host', async () => {
    const server = await listServer(answer(good, tagged))
    const { update } = updating(server)
    await update()
    await update({ url: `${server.origin}/list?part=2` })
    await update({ url: `${server.origin}/other` })
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })

  it('asks the target of a redirect, whatever its signature, and not who redirects', async () => {
    const target = await listServer(answer(good, tagged))
    const server = await listServer(
      redirectTo(`${target.origin}/a?sig=1`),
      redirectTo(`${target.origin}/a?sig=2`),
      redirectTo(`${target.origin}/b?sig=3`),
    )
    const { update } = updating(server, { redirectHosts: [target.host] })
    for (let times = 0; times < 3; times++) await update()
    const asked = ({ headers }: { headers: NodeJS.Dict<string | string[]> }) => headers['if-none-match']
    expect(server.requests.map(asked)).toEqual([undefined, undefined, undefined])
    expect(target.requests.map(asked)).toEqual([undefined, '"v1"', undefined])
  })

  it('does not take 304 for an answer to what it did not ask', async () => {
    const target = await listServer(answer(good, tagged), answer('', {}, 304))
    const server = await listServer(redirectTo(`${target.origin}/a`), redirectTo(`${target.origin}/b`))
    const { update } = updating(server, { redirectHosts: [target.host] })
    await update()
    expect((await refusal(update())).message).toMatch(
      /answered 304 Not Modified; the request was not conditional/,
    )
  })

  it('does not take 304 for a check while the version it speaks of is held', async () => {
    const server = await listServer(answer(good), answer(csvList(10), tagged), answer('', {}, 304))
    const { db, update } = updating(server)
    await update()
    expect(await update()).toMatchObject({ state: 'held' })
    expect(await update()).toMatchObject({ state: 'not-modified', held: expect.stringContaining('20 of 30') })
    expect(server.requests[2]?.headers['if-none-match']).toBe('"v1"')
    expect(findList(db, 'l')?.checked_at).toBe('2026-01-01T01:00:00.000Z')
    expect(story(db)[0]).toMatchObject({ outcome: 'held', status: 304 })
  })

  it('asks for everything once another version than the downloaded one is active', async () => {
    const server = await listServer(answer(good, tagged), answer(better), answer(good))
    const { db, update } = updating(server)
    await update()
    await update()
    db.prepare(`update list_sources set etag = '"v1"', sha256 = ?`).run(sha(good))
    await update()
    expect(server.requests.map(({ headers }) => headers['if-none-match'])).toEqual([
      undefined,
      '"v1"',
      undefined,
    ])
  })
})

describe('a download that breaks off', () => {
  const version = { etag: '"v1"', 'accept-ranges': 'bytes' }

  it('goes on where it broke, within the attempt', async () => {
    const server = await listServer(cutShort(good, 1000, version), rest(good, version))
    const { update } = updating(server)
    expect(await update({}, { attempts: 1 })).toMatchObject({ state: 'activated', sha256: sha(good) })
    expect(server.requests[1]?.headers).toMatchObject({ range: 'bytes=1000-', 'if-range': '"v1"' })
  })

  it('goes on at the signed address of the redirect', async () => {
    const target = await listServer(cutShort(good, 1000, version), rest(good, version))
    const server = await listServer(redirectTo(`${target.origin}/a?sig=1`))
    const { update } = updating(server, { redirectHosts: [target.host] })
    expect(await update({}, { attempts: 1 })).toMatchObject({ state: 'activated' })
    expect(target.requests.map(({ path }) => path)).toEqual(['/a?sig=1', '/a?sig=1'])
    expect(server.requests).toHaveLength(1)
  })

  it('starts anew where the server sends the whole, of another version', async () => {
    const server = await listServer(cutShort(good, 1000, version), answer(better, { etag: '"v2"' }))
    const { db, update } = updating(server)
    expect(await update({}, { attempts: 1 })).toMatchObject({ state: 'activated', sha256: sha(better) })
    expect(all(db, 'select etag from list_sources')).toEqual([{ etag: '"v2"' }])
  })

  it.each<[string, Reply]>([
    ['of another version', rest(good, { etag: '"v2"' })],
    ['of another length', rest(`${good}x`, version)],
    [
      'from another place',
      (response) => answer('x', { 'content-range': 'bytes 5-5/6' }, 206)(response, response.req),
    ],
    [
      'not to the end',
      (response) =>
        answer('x', { 'content-range': `bytes 1000-1000/${good.length}` }, 206)(response, response.req),
    ],
    ['of no range', answer('x', {}, 206)],
  ])('does not take a part %s', async (_, part) => {
    const server = await listServer(cutShort(good, 1000, version), part)
    const { db, update } = updating(server)
    const error = await refusal(update({}, { attempts: 1 }))
    expect(error.message).toMatch(/The download did not resume \(206\)/)
    expect(activeSnapshot(db, 'l')).toBeUndefined()
  })

  it('is not gone on with where versions can not be told apart', async () => {
    const server = await listServer(cutShort(good, 1000, { etag: 'W/"v1"' }), answer(good))
    const { update } = updating(server)
    expect(await update()).toMatchObject({ state: 'activated', sha256: sha(good) })
    expect(server.requests.map(({ headers }) => headers.range)).toEqual([undefined, undefined])
  })
})

describe('failure that passes', () => {
  it('is waited out: 500, a closed connection, then the list', async () => {
    const server = await listServer(status(500), close, answer(good))
    const { update } = updating(server)
    expect(await update()).toMatchObject({ state: 'activated' })
    expect(server.requests).toHaveLength(3)
  })

  it('is waited out as long as the server asks', async () => {
    const server = await listServer(
      status(429, { 'retry-after': '0' }),
      status(503, { 'retry-after': '1' }),
      answer(good),
    )
    const { update } = updating(server)
    expect(await update()).toMatchObject({ state: 'activated' })
  })

  it('is left for another time where the server asks for long, and noted', async () => {
    const server = await listServer(status(503, { 'retry-after': '7200' }))
    const { db, update } = updating(server)
    expect(await refusal(update())).toMatchObject({ code: 'list-unreachable' })
    expect(server.requests).toHaveLength(1)
    expect(all(db, 'select not_before from list_sources')).toEqual([
      { not_before: '2026-01-01T03:00:00.000Z' },
    ])
    server.reply(answer(good))
    await update()
    expect(all(db, 'select not_before from list_sources')).toEqual([{ not_before: null }])
  })

  it('is not waited out where the same would be answered again', async () => {
    const server = await listServer(status(403))
    const { update } = updating(server)
    expect(await refusal(update())).toMatchObject({ code: 'list-refused' })
    expect(server.requests).toHaveLength(1)
  })

  it('ends when one attempt takes too long in all', async () => {
    const drip: Reply = (response) => {
      response.writeHead(200)
      const timer = setInterval(() => response.write('x'), 20)
      response.on('close', () => clearInterval(timer))
    }
    const server = await listServer(drip)
    const { update } = updating(server)
    const error = await refusal(update({ timeoutMs: 200 }, { attempts: 1 }))
    expect(error.message).toMatch(/took longer than 0\.2 seconds \(`timeout` of the list\)/)
  })
})
