import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { servedProject, startServing } from '../e2e/served-project.ts'

const page = readFileSync(new URL('../../docs/api.md', import.meta.url), 'utf8')
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))
const place = 'http://127.0.0.1:8790'

/** Runs commands as a person does who pastes them. @returns what they print; throws where one fails. */
async function pasted(text: string, path: string): Promise<string> {
  const shell = spawn('bash', ['-euo', 'pipefail', '-c', text], {
    env: { ...process.env, PATH: `${path}:${process.env.PATH}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, errors]: string[][] = [[], []]
  shell.stdout.on('data', (piece: Buffer) => out?.push(piece.toString()))
  shell.stderr.on('data', (piece: Buffer) => errors?.push(piece.toString()))
  const [code] = await once(shell, 'close')
  if (code !== 0) throw new Error(`${text} ends with ${code}: ${errors?.join('')}`)
  return out?.join('') ?? ''
}

it.skipIf(spawnSync('curl', ['--version']).error !== undefined)(
  'the commands of docs/api.md do what the page says',
  async () => {
    const user = await servedProject()
    const chains = [{ id: 'ethereum', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:9'], start: 0 }]
    const lists = [{ id: 'ofac', file: 'bundled', maxIssueAge: 'off' }]
    user.configure({ lists, chains, server: { listen: '127.0.0.1:0' }, log: { level: 'info' } })
    await user.run('lists', 'update')
    const bin = join(user.dir, 'bin')
    mkdirSync(bin)
    writeFileSync(
      join(bin, 'chainscreen'),
      `#!/bin/sh\nexec ${process.execPath} ${main} "$@" --config ${user.config}\n`,
    )
    chmodSync(join(bin, 'chainscreen'), 0o755)
    const running = await startServing(user)
    const blocks = [...page.matchAll(/```bash\n([\s\S]*?)```/g)].map(([, text = '']) => text)
    expect(blocks.length).toBeGreaterThan(1)
    // One shell after the other: later ones go on with what the first has set.
    const text = blocks
      .map((block) => `${block}\necho; echo ---\n`)
      .join('')
      .replaceAll(place, running.url)
    const answers = (await pasted(text, bin)).split('---\n').map((answer) => answer.trim())
    const [screened = '', others = ''] = answers
    expect(JSON.parse(screened)).toMatchObject({
      results: [
        { verdict: 'listed', reference: 'w-1', matches: [{ subject: expect.stringMatching(/LAZARUS/i) }] },
      ],
    })
    const [own, credit, alerts, compatible] = others.split('\n').map((line) => JSON.parse(line))
    expect(own).toMatchObject({ added: 1, known: 0, revision: 1 })
    expect(credit).toMatchObject({ status: 'pending' })
    expect(alerts).toMatchObject({ data: [{ status: 'attempted', ownReference: 'w-1' }], next: null })
    expect(compatible).toMatchObject({ identifications: [{ category: 'sanctions' }] })
    running.child.kill('SIGTERM')
    await running.done
  },
)
