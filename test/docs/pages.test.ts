import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })

describe('docs/dependencies.md', () => {
  const page = read('docs/dependencies.md')
  const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    object
  >

  it('has a row for every dependency, and for nothing else', () => {
    const [, table = ''] = page.split('|---|---|---|\n')
    const rows = (table.split('\n\n')[0] ?? '')
      .split('\n')
      .flatMap((row) => row.split('|')[1]?.split(',') ?? [])
    expect(rows.map((name) => name.trim()).sort()).toEqual(Object.keys(dependencies).sort())
  })

  it('names what is for development', () => {
    const [, paragraph = ''] = page.split('\nFor development: ')
    const named = new Set(paragraph.split(/[\s,;()]+/))
    expect(Object.keys(devDependencies).filter((name) => !named.has(name))).toEqual([])
  })
})

describe('ARCHITECTURE.md', () => {
  const page = read('ARCHITECTURE.md')

  it('counts the files on the way of a block, each of which is there', () => {
    const [, section = ''] = page.split('### Every file on that way')
    const [, shared, bitcoin, evm] =
      /(\d+) files that both families share, (\d+) more for Bitcoin, (\d+) more for EVM/.exec(section) ?? []
    const files = (section.split('|---|---|\n')[1]?.split('\n\n')[0] ?? '').split('\n').flatMap((row) => {
      const [, step = '', cell = ''] = row.split('|').map((text) => text.trim())
      return [...cell.matchAll(/`([^`]+)`/g)].map(([, file = '']) => ({ family: step.split(':')[0], file }))
    })
    const of = (family: string) => files.filter((each) => each.family === family).length
    expect([of('Bitcoin'), of('EVM')]).toEqual([Number(bitcoin), Number(evm)])
    expect(files.length - of('Bitcoin') - of('EVM')).toBe(Number(shared))
    expect(files.filter(({ file }) => !isThere(file))).toEqual([])
  })

  it('has every room', () => {
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    )
    expect(rooms.map(({ name }) => name).filter((name) => !page.includes(`\`${name}/`))).toEqual([])
  })

  it('names no module that is gone', () => {
    const named = [...page.matchAll(/`(?:src\/)?([\w./-]+\.ts)`/g)].map(([, file = '']) => file)
    expect(named.length).toBeGreaterThan(100)
    expect(named.filter((file) => !isThere(file))).toEqual([])
  })
})

const isThere = (file: string) => sources.some((source) => source === file || source.endsWith(`/${file}`))

describe('docs/running.md', () => {
  it('has every metric, but those of sinks, which docs/delivery.md has', () => {
    const names = [...read('src/server/metrics.ts').matchAll(/\bput\(\s*'(\w+)'/g)].map(
      ([, name = '']) => name,
    )
    expect(names.length).toBeGreaterThan(30)
    const [running, delivery] = [read('docs/running.md'), read('docs/delivery.md')]
    const isNamed = (name: string) =>
      running.includes(`\`chainscreen_${name}\``) ||
      delivery.includes(`\`chainscreen_${name}\``) ||
      (name.startsWith('delivery_') && delivery.includes(`\`…${name.slice('delivery'.length)}\``))
    expect(names.filter((name) => !isNamed(name))).toEqual([])
  })
})

describe('CHANGELOG.md', () => {
  it('says nothing twice of what is unreleased, in sections that stand in order', () => {
    const [unreleased = ''] = (read('CHANGELOG.md').split('## Unreleased\n')[1] ?? '').split('\n## ')
    const lines = unreleased.split('\n').filter((line) => line !== '')
    expect(lines.filter((line, index) => lines.indexOf(line) !== index)).toEqual([])
    const order = ['Before you upgrade', 'Added', 'Changed', 'Deprecated', 'Removed', 'Fixed', 'Security']
    const found = [...unreleased.matchAll(/^### (.*)$/gm)].map(([, name]) => name)
    expect(found).toEqual(order.filter((name) => found.includes(name)))
  })
})
