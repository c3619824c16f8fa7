// Servers in processes of their own.

import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadRecording } from '../../dist/chains/recording/recording.js'

const cli = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

/** `chainscreen serve FILE`. */
export async function startServe(file) {
  const serve = spawn(process.execPath, [cli, 'serve', file, '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const { url } = await new Promise((resolve, reject) => {
    serve.stdout.once('data', (text) => resolve(JSON.parse(text)))
    serve.once('exit', (code) => reject(new Error(`serve ended with ${code}`)))
  })
  return { url, stop: () => ended(serve) }
}

/** A Bitcoin Core on regtest that holds the chain of a recording. */
export async function startBitcoind(binary, recordingFile) {
  const folder = mkdtempSync(join(tmpdir(), 'chainscreen-bench-'))
  const port = await freePort()
  const bitcoind = spawn(
    binary,
    ['-regtest', '-rest=1', '-server=1', '-listen=0', '-dnsseed=0', '-printtoconsole=0'].concat([
      `-datadir=${folder}`,
      `-rpcport=${port}`,
      '-rpcbind=127.0.0.1',
      '-rpcallowip=127.0.0.1',
    ]),
    { stdio: ['ignore', 'ignore', 'inherit'] },
  )
  const url = `http://127.0.0.1:${port}`
  const cookieFile = join(folder, 'regtest', '.cookie')
  const rpc = async (method, ...params) => {
    const authorization = `Basic ${Buffer.from(readFileSync(cookieFile)).toString('base64')}`
    const body = JSON.stringify({ jsonrpc: '2.0', id: 0, method, params })
    const answer = await (await fetch(url, { method: 'POST', headers: { authorization }, body })).json()
    if (answer.error) throw new Error(`${method}: ${answer.error.message}`)
    return answer.result
  }
  const stop = async () => {
    await ended(bitcoind)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await untilUp(() => rpc('getblockcount'), bitcoind)
    const { blocks } = await loadRecording(recordingFile)
    for (const { height, block } of [...blocks.values()].sort((a, b) => a.height - b.height)) {
      if (height === 0) continue
      const refused = await rpc('submitblock', Buffer.from(block, 'base64').toString('hex'))
      if (refused !== null) throw new Error(`block ${height} was refused: ${refused}`)
    }
    const { version } = await rpc('getnetworkinfo')
    return { url, cookieFile, auth: readFileSync(cookieFile, 'utf8'), version, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function untilUp(ask, child) {
  for (let tries = 0; ; tries++) {
    try {
      return await ask()
    } catch (error) {
      if (tries === 100 || child.exitCode !== null) throw error
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
  }
}

export function ended(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve()
    child.once('exit', resolve)
    child.kill()
  })
}

export function freePort() {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
