#!/usr/bin/env node
import { watchOutput } from './output.ts'
import { runCli } from './run-cli.ts'

const isWritten = watchOutput()
// Where errors can't be written there is no place left to say so; the exit code tells of the command all the same.
process.stderr.on('error', () => {})

const code = await runCli(process.argv.slice(2))
process.exitCode = (await isWritten()) ? code : 1
// 75: restart me. What hangs must not keep the process.
if (code === 75) setTimeout(() => process.exit(code), 1_000).unref()
