// Runs contestants in turn (A B C A B C …), so that a machine that grows faster or slower does so for all of them.

import { addResult } from './results.mjs'

/**
 * @param contestants `{ name, run }` each; `run` does the work once and returns what it found, for a check. Who is slow may do a `part` of the
 *   work, from 0 to 1: its times are taken for the whole.
 * @returns by name the milliseconds of each counted round: by the clock, of processor time in all threads of this process, and how long its main
 *   thread was not idle. Two rounds before them warm the code up.
 */
export async function inTurn(contestants, rounds, warmUp = 2) {
  const times = Object.fromEntries(contestants.map(({ name }) => [name, { wall: [], cpu: [], main: [] }]))
  for (let round = -warmUp; round < rounds; round++) {
    for (const { name, prepare, run, part = 1 } of contestants) {
      const prepared = await prepare?.()
      const cpu = process.cpuUsage()
      const loop = performance.eventLoopUtilization()
      const start = performance.now()
      await run(prepared)
      const ms = performance.now() - start
      const { user, system } = process.cpuUsage(cpu)
      const { active } = performance.eventLoopUtilization(loop)
      if (round < 0) continue
      times[name].wall.push(ms / part)
      times[name].cpu.push((user + system) / 1000 / part)
      times[name].main.push(active / part)
    }
  }
  return times
}

/**
 * A line a contestant, and one for each ratio of ours to another, pair by pair. Where `BENCH_RESULTS` names a file, they are added to it: see
 * `results.mjs`.
 *
 * @param options.ours the names of those that are ours.
 */
export function report(title, times, { ours, unit, count }) {
  console.log(`\n${title}`)
  for (const [name, { wall, cpu, main }] of Object.entries(times)) {
    const perSecond = summary(wall.map((each) => (count / each) * 1000))
    const cpuEach = summary(cpu.map((each) => each / count))
    const mainEach = summary(main.map((each) => each / count))
    console.log(
      `  ${name.padEnd(32)} ${figures(perSecond, 0)} ${unit}/s; processor ${figures(cpuEach, 2)} ms each, main thread ${figures(mainEach, 2)} ms`,
    )
    addResult({ title, name, what: `${unit} a second`, ...perSecond })
    addResult({ title, name, what: 'processor, ms each', ...cpuEach })
    addResult({ title, name, what: 'main thread, ms each', ...mainEach })
  }
  for (const one of ours)
    for (const [name, { wall }] of Object.entries(times)) {
      if (ours.includes(name)) continue
      const ratio = summary(wall.map((each, i) => each / times[one].wall[i]))
      console.log(`  ${`${one} / ${name}`.padEnd(32)} ${figures(ratio, 2)}`)
      addResult({ title, name: `${one} / ${name}`, what: 'ratio', ...ratio })
    }
}

function summary(values) {
  const sorted = values.toSorted((a, b) => a - b)
  const median = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
  return { median, low: sorted[0], high: sorted.at(-1) }
}

function figures({ median, low, high }, digits) {
  const text = (value) => value.toFixed(digits)
  return `${text(median).padStart(6)}  (${text(low)}–${text(high)})`
}
