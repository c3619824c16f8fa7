#!/usr/bin/env node
import { runCli } from './run-cli.ts'

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

const code = await runCli(process.argv.slice(2))
process.exitCode = code
// 75: restart me. What hangs must not keep the process.
if (code === 75) setTimeout(() => process.exit(code), 1_000).unref()
