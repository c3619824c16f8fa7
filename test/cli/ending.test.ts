import { expect, it } from 'vitest'
import { runCli } from '../e2e/cli.ts'

/** Keeps a process, as a call to a disk or a socket that never answers does. */
const stuck = `--import data:text/javascript,setInterval(()=>{},1e6)`

it.each([
  [['--version'], 0],
  [['no-such-command'], 2],
])(
  'the program ends with its code, whatever hangs in it: %j',
  async (args, code) => {
    expect(await runCli(args, { env: { NODE_OPTIONS: stuck } })).toMatchObject({ code })
  },
  30_000,
)
