import { examine } from '../doctor/doctor.ts'
import { type CommandFactory, type CommonOptions, command, configOf, now, stopSignal } from './common.ts'
import { printable, printJson, printLine } from './output.ts'

/** `doctor`: is everything there, and what would have to change. */
export const doctorCommand: CommandFactory = (done) =>
  command('doctor', 'check config, database, lists, and what each node can do')
    .option('--deep', 'compare every index of the database with its table: takes hours for a large one')
    .action(async (options: CommonOptions & { deep?: boolean }) => {
      const deep = options.deep === true
      const checkups = await examine(configOf(options), now(), { signal: stopSignal(), deep })
      if (options.json) printJson(checkups)
      else {
        for (const { what, state, found, advice } of checkups) {
          printLine(`${state.padEnd(4)}  ${what}: ${printable(found)}`)
          if (advice !== null) printLine(`      → ${printable(advice)}`)
        }
      }
      if (checkups.some(({ state }) => state === 'fail')) done(1)
    })
