import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { tempDir } from './temp.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const program = (name: string) => join(root, 'node_modules/.bin', name)
const execute = promisify(execFile)

interface Lockfile {
  packages: Record<string, { dev?: boolean; devOptional?: boolean }>
}

/** The file that `npm publish` would send. */
async function pack(folder: string): Promise<string> {
  await execute('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root })
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  return join(folder, `chainscreen-${version}.tgz`)
}

/** A folder with the packed chainscreen, and no package beside it but those that it depends on. */
async function install(): Promise<{ folder: string; tarball: string }> {
  const folder = tempDir()
  const modules = join(folder, 'node_modules')
  mkdirSync(modules)
  const tarball = await pack(folder)
  await execute('tar', ['-xzf', tarball, '-C', folder])
  renameSync(join(folder, 'package'), join(modules, 'chainscreen'))
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lockfile
  for (const [path, { dev, devOptional }] of Object.entries(packages)) {
    const isTop = /^node_modules\/(?:@[^/]+\/)?[^/]+$/.test(path)
    if (!isTop || dev === true || devOptional === true || !existsSync(join(root, path))) continue
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    symlinkSync(join(root, path), join(folder, path))
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
  return { folder, tarball }
}

const names = {
  chainscreen: [
    ...[
      'addressText',
      'ChainscreenError',
      'createLog',
      'exitCodeOf',
      'findAlerts',
      'keyFamily',
      'loadConfig',
    ],
    ...['openLedgerForReading', 'parseAddress', 'preCheck', 'readAlert', 'readCoverage', 'runDaemon'],
  ],
  'chainscreen/client': ['ApiError', 'createClient'],
  'chainscreen/testing': ['createReplayNode', 'playRecording', 'record'],
} as const

const source = `
${Object.entries(names)
  .map(([from, values]) => `import { ${values.join(', ')} } from '${from}'`)
  .join('\n')}
import type { AlertFilter, Config, CurrentAlertRow, DaemonOptions, ErrorCode, Family, Key, Log, MatchBasis, ParseResult, PreCheck } from 'chainscreen'
export type All = AlertFilter | Config | CurrentAlertRow | DaemonOptions | ErrorCode | Family | Key | Log | MatchBasis | ParseResult | PreCheck
export const all = [${Object.values(names).flat().join(', ')}]
export function levels(file: string): (string | null)[] {
  const db = openLedgerForReading(file)
  const count: number = db.prepare<[], number>('select count(*) from alerts').pluck().get() ?? 0
  return count === 0 ? [] : findAlerts(db).map(({ level }) => level)
}
`

describe('the package', () => {
  it('compiles where it is installed, with its types checked too, and runs', async () => {
    const { folder } = await install()
    writeFileSync(join(folder, 'use.ts'), source)
    for (const [module, resolution] of [
      ['nodenext', 'nodenext'],
      ['esnext', 'bundler'],
    ]) {
      const options = {
        ...{ module, moduleResolution: resolution, target: 'es2023', strict: true, skipLibCheck: false },
        ...{ noEmit: true, types: [], preserveSymlinks: true },
      }
      writeFileSync(
        join(folder, 'tsconfig.json'),
        JSON.stringify({ compilerOptions: options, files: ['use.ts'] }),
      )
      const { stdout } = await execute(program('tsc'), ['-p', folder]).catch(
        (error: unknown) => error as { stdout: string },
      )
      expect(stdout).toBe('')
    }
    const script = `for (const [from, values] of Object.entries(${JSON.stringify(names)})) {
      const found = await import(from)
      for (const name of values) if (found[name] === undefined) throw new Error(name)
    }`
    await execute(
      process.execPath,
      ['--preserve-symlinks', '--preserve-symlinks-main', '--input-type=module', '-e', script],
      { cwd: folder },
    )
  })

  it('has exports that publint and "are the types wrong" have nothing against', async () => {
    const tarball = await pack(tempDir())
    await execute(program('publint'), ['run', tarball, '--strict'])
    // ESM alone: what `require` gets of it is another matter.
    await execute(program('attw'), [tarball, '--profile', 'esm-only', '--no-color'])
  })
})
