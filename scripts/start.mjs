// `npm start` shows the demo; `npm start -- lists show` is `chainscreen lists show`.
import { runCli } from '../dist/cli/run-cli.js'

const args = process.argv.slice(2)
process.exitCode = await runCli(args.length > 0 ? args : ['demo'])
