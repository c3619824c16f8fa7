import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { chainDefinitions } from '../../src/chains/evm/definitions.ts'
import { play } from '../../src/demo/play.ts'
import { openLedgerForReading } from '../../src/ledger/open.ts'
import { formatTables } from '../../src/lists/formats/index.ts'
import { tagRules } from '../../src/screening/level.ts'
import { tempDir } from '../temp.ts'

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8')

function codeBlocks(path: string, language: string): string[] {
  return [...read(path).matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))].map(
    (match) => match[1] ?? '',
  )
}

async function demoDatabase() {
  const database = join(tempDir(), 'demo.db')
  const chain = 'data/chains/demo'
  const evm = JSON.parse(read(`${chain}-evm.json`)) as { tokens: [] }
  const silent = () => {}
  await play({
    database,
    chains: [
      { id: 'evm', recording: `${chain}-evm.recording.jsonl.gz`, tokens: evm.tokens, depth: 6 },
      { id: 'bitcoin', recording: `${chain}-bitcoin.recording.jsonl.gz` },
    ],
    lists: [
      { id: 'ofac', file: 'bundled' },
      { id: 'demo', format: 'csv', file: `${chain}-bitcoin.list.csv` },
    ],
    own: [{ file: `${chain}-evm.own.csv` }, { file: `${chain}-bitcoin.own.csv` }],
    log: { debug: silent, info: silent, warn: silent, error: silent },
  })
  return openLedgerForReading(database)
}

describe('docs/alerts.md', () => {
  const queries = codeBlocks('docs/alerts.md', 'sql')

  it('has at least ten queries, and each answers with rows on the demo', async () => {
    expect(queries.length).toBeGreaterThanOrEqual(10)
    const db = await demoDatabase()
    for (const query of queries) expect(db.prepare(query).all(), query).not.toEqual([])
    db.close()
  })

  it('names every table and view, and every column of the tables that other systems read', async () => {
    const page = read('docs/alerts.md')
    const db = await demoDatabase()
    const objects = db
      .prepare(`select name from sqlite_schema where type in ('table', 'view') and name not like 'sqlite_%'`)
      .pluck()
      .all() as string[]
    // Bookkeeping that nobody should build on.
    const internal = new Set(['meta', 'blocks', 'snapshot_entries'])
    for (const name of objects.filter((object) => !internal.has(object))) {
      expect(page, name).toContain(`\`${name}\``)
      const columns = db.prepare(`select name from pragma_table_info('${name}')`).pluck().all() as string[]
      for (const column of columns) expect(page, `${name}.${column}`).toMatch(new RegExp(`\\b${column}\\b`))
    }
    db.close()
  })
})

/** The cells of each row of a table, by the words of its head. */
function tableOf(path: string, head: string): string[][] {
  const [, after = ''] = read(path).split(`\n${head}\n`)
  const [table = ''] = after.split('\n\n')
  return table
    .split('\n')
    .slice(1)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
}

describe('docs/decisions.md', () => {
  it('has every tag, with its meaning and what it lowers', () => {
    expect(tableOf('docs/decisions.md', '| tag | means | lowers |')).toEqual(
      Object.entries(tagRules).map(([tag, { meaning, lowers }]) => [`\`${tag}\``, meaning, lowers]),
    )
  })

  it('and docs/alerts.md name every tag', () => {
    for (const tag of Object.keys(tagRules)) expect(read('docs/alerts.md')).toContain(`\`${tag}\``)
  })
})

describe('docs/lists.md', () => {
  it('has the tables that the formats make (else run scripts/make-list-tables.mjs)', () => {
    for (const table of Object.values(formatTables())) expect(read('docs/lists.md')).toContain(`\n${table}\n`)
  })
})

describe('docs/evm.md', () => {
  it('has every chain that is defined, with its id, coin and finality', () => {
    const rows = tableOf('docs/evm.md', '| chain | id | coin | final: tag, depth | its own ways |')
    const shown = rows.flatMap(([name = '', ids = '', coin = '', final = '']) =>
      ids
        .split(', ')
        .filter((id) => id !== '')
        .map((id) => ({ name, id: Number(id), coin, final: final.replace(/ \(.*\)$/, '') })),
    )
    const defined = chainDefinitions.map(({ name, chainId, symbol, finality, refused }) => ({
      // Test networks of a chain that is refused stand in its row.
      name: refused === null ? name : name.split(' ')[0],
      id: chainId,
      coin: symbol,
      final:
        refused === null
          ? `${finality.tag === null ? 'none' : `\`${finality.tag}\``}, ${finality.depth}`
          : '',
    }))
    expect(shown).toEqual(defined)
  })
})

describe('docs/bitcoin.md', () => {
  it('names the files that find what is wrong with a block', () => {
    const head = "| found | by | why it is the node's fault, or what becomes of it |"
    const files = tableOf('docs/bitcoin.md', head).flatMap(([, by = '']) => by.match(/[a-z][\w/-]+/g) ?? [])
    expect(files.length).toBeGreaterThan(20)
    const found = (file: string) =>
      ['src/chains/bitcoin', 'src'].some((room) =>
        existsSync(new URL(`../../${room}/${file}.ts`, import.meta.url)),
      )
    expect(files.filter((file) => !found(file))).toEqual([])
  })
})

describe('docs/replay.md', () => {
  it('shows the example that runs as a test beside this one', () => {
    const [example] = codeBlocks('docs/replay.md', 'ts')
    expect(example).toBe(read('test/docs/replay-example.test.ts'))
    expect(
      example
        ?.trim()
        .split('\n')
        .filter((line) => line !== '').length,
    ).toBeLessThanOrEqual(10)
  })
})

/** The anchors that GitHub makes of a page's headings: lower case, punctuation dropped, spaces as hyphens. */
function anchorsOf(page: string): Set<string> {
  const headings = withoutCode(read(page)).matchAll(/^#{1,6} (.+)$/gm)
  return new Set(
    [...headings].map(([, heading = '']) =>
      heading
        .trim()
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-'),
    ),
  )
}

const withoutCode = (text: string) => text.replaceAll(/^```[\s\S]*?^```$/gm, '')

describe('links between pages', () => {
  const folder = readdirSync(new URL('../../docs', import.meta.url)).map((name) => `docs/${name}`)
  const pages = [
    ...folder.filter((name) => name.endsWith('.md')),
    ...['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'],
  ]

  it.each(pages)('of %s lead to files and headings that exist', (page) => {
    const links = [...withoutCode(read(page)).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1] ?? '')
    const dead = links.filter((link) => {
      if (/^[a-z]+:/.test(link)) return false
      const [path = '', anchor] = link.split('#')
      const target = path === '' ? page : posix.join(posix.dirname(page), path)
      if (!existsSync(new URL(`../../${target}`, import.meta.url))) return true
      return anchor !== undefined && !anchorsOf(target).has(anchor)
    })
    expect(dead).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  it('names files that exist', () => {
    const files = readdirSync(new URL('../../src', import.meta.url), { recursive: true, encoding: 'utf8' })
    const named = [...read('ARCHITECTURE.md').matchAll(/`(?:src\/)?([a-z0-9/-]+\.ts)`/g)].map(
      (match) => match[1] ?? '',
    )
    expect(named.length).toBeGreaterThan(80)
    expect(named.filter((name) => !files.some((file) => `/${file}`.endsWith(`/${name}`)))).toEqual([])
  })
})
