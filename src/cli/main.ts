#!/usr/bin/env node
import { watchOutput } from './output.ts'
import { runCli } from './run-cli.ts'

const outputEnds = watchOutput()
// Where errors can't be written there is no place left to say so; the exit code tells of the command all the same.
process.stderr.on('error', () => {})

const code = await runCli(process.argv.slice(2))
const output = await outputEnds()
process.exitCode = output === 'lost' ? 1 : code
// What nobody reads would keep the process.
if (output === 'unread') process.exit()
// What hangs must not keep the process: a call to a disk or a socket that never answers, and that was given up.
setTimeout(() => process.exit(), 1_000).unref()
