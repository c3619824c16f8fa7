import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const scripts = ['scripts', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.mjs'))
    .map((name) => join(folder, name)),
)

/** What a module imports from a file of the project: the names, and from where. */
function importsOf(text: string): { names: string[]; from: string }[] {
  const statement =
    /import\s+(?:\{([^}]*)\}\s+from\s+)?'(\.[^']+)'|\{([^{}]*)\}\s*=\s*await import\(\s*'(\.[^']+)'/g
  return [...text.replace(/^\s*\/\/.*$/gm, '').matchAll(statement)].map(
    ([, named, from, awaited, awaitedFrom]) => ({
      names: (named ?? awaited ?? '')
        .split(',')
        .map((name) => name.split(/\s+as\s+|:/)[0]?.trim() ?? '')
        .filter((name) => name !== ''),
      from: from ?? awaitedFrom ?? '',
    }),
  )
}

/** What is compiled is looked up as it was written: `dist` may hold what is gone. */
function sourceOf(script: string, from: string): string {
  return join(script, '..', from).replace(/^dist\/(.*)\.js$/, 'src/$1.ts')
}

const isExported = (text: string, name: string) =>
  new RegExp(`^export (?:async )?(?:function\\*?|const|class|let) ${name}\\b`, 'm').test(text) ||
  new RegExp(`^export \\{[^}]*\\b${name}\\b[^}]*\\}`, 'm').test(text)

/** What of the imports of a script isn't there. */
function missing(script: string, text: string): string[] {
  return importsOf(text).flatMap(({ names, from }) => {
    const file = join(root, sourceOf(script, from))
    if (!existsSync(file)) return [`${script}: ${from}`]
    const exports = readFileSync(file, 'utf8')
    return names.filter((name) => !isExported(exports, name)).map((name) => `${script}: ${name} of ${from}`)
  })
}

describe('scripts that no compiler reads', () => {
  it('import files that are there, and names that they export', () => {
    const texts = scripts.map((script) => ({ script, text: readFileSync(join(root, script), 'utf8') }))
    expect(texts.flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(150)
    expect(texts.flatMap(({ script, text }) => missing(script, text))).toEqual([])
  })

  it('are found where they import what is gone', () => {
    const text = [
      "import { follow, gone } from '../dist/chains/follower.js'",
      "import '../dist/chains/gone.js'",
      "  const { lost } = await import('../dist/ledger/open.js')",
    ].join('\n')
    expect(missing('scripts/made-up.mjs', text)).toEqual([
      'scripts/made-up.mjs: gone of ../dist/chains/follower.js',
      'scripts/made-up.mjs: ../dist/chains/gone.js',
      'scripts/made-up.mjs: lost of ../dist/ledger/open.js',
    ])
  })
})
