import { mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import asc from 'assemblyscript/asc'

/** Compiles the one AssemblyScript module, unless it is compiled already. */

const source = 'src/chains/bitcoin/proof/assembly/sha256-lanes.ts'
const output = 'dist/chains/bitcoin/proof/sha256-lanes.wasm'
/** 10 MiB: room for the largest block, and the digests of the most transactions it can have. */
const pages = 160

process.chdir(fileURLToPath(new URL('..', import.meta.url)))
const changed = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0

if (changed(output) < Math.max(changed(source), changed(import.meta.filename))) {
  mkdirSync(dirname(output), { recursive: true })
  const options = ['-O3', '--runtime', 'stub', '--enable', 'simd', '--initialMemory', String(pages)]
  const { error, stderr } = await asc.main([source, '--outFile', output, ...options])
  if (error !== null) {
    process.stderr.write(`${stderr}\n${error.message}\n`)
    process.exit(1)
  }
}
