import { examine } from '../doctor.ts'
import { type CommandFactory, type CommonOptions, command, configOf, now, stopSignal } from './common.ts'
import { printable, printJson, printLine } from './output.ts'

/** `doctor`: is everything there, and what would have to change. */
export const doctorCommand: CommandFactory = (done) =>
  command('doctor', 'check config, database, lists, and what each node can do').action(
    async (options: CommonOptions) => {
      const checkups = await examine(configOf(options), now(), stopSignal())
      if (options.json) printJson(checkups)
      else {
        for (const { what, state, found, advice } of checkups) {
          printLine(`${state.padEnd(4)}  ${what}: ${printable(found)}`)
          if (advice !== null) printLine(`      → ${printable(advice)}`)
        }
      }
      if (checkups.some(({ state }) => state === 'fail')) done(1)
    },
  )
