// Runs contestants in turn (A B C A B C …), so that a machine that grows faster or slower does so for all of them.

/**
 * @param contestants `{ name, run }` each; `run` does the work once and returns what it found, for a check.
 * @returns by name the milliseconds of each counted round, by the clock and of processor time in this process; two rounds before them warm the code up.
 */
export async function inTurn(contestants, rounds, warmUp = 2) {
  const times = Object.fromEntries(contestants.map(({ name }) => [name, { wall: [], cpu: [] }]))
  for (let round = -warmUp; round < rounds; round++) {
    for (const { name, prepare, run } of contestants) {
      const prepared = await prepare?.()
      const cpu = process.cpuUsage()
      const start = performance.now()
      await run(prepared)
      const ms = performance.now() - start
      const { user, system } = process.cpuUsage(cpu)
      if (round < 0) continue
      times[name].wall.push(ms)
      times[name].cpu.push((user + system) / 1000)
    }
  }
  return times
}

/** A line a contestant, and one for each ratio of `ours` to another, pair by pair. */
export function report(title, times, { ours, unit, count }) {
  console.log(`\n${title}`)
  for (const [name, { wall, cpu }] of Object.entries(times)) {
    const perSecond = wall.map((each) => (count / each) * 1000)
    const cpuEach = cpu.map((each) => each / count)
    console.log(
      `  ${name.padEnd(28)} ${figures(perSecond, 0)} ${unit}/s; processor ${figures(cpuEach, 2)} ms each`,
    )
  }
  for (const [name, { wall }] of Object.entries(times)) {
    if (name === ours) continue
    const ratios = wall.map((each, i) => each / times[ours].wall[i])
    console.log(`  ${`${ours} / ${name}`.padEnd(28)} ${figures(ratios, 2)}`)
  }
}

function figures(values, digits) {
  const sorted = values.toSorted((a, b) => a - b)
  const [low, high] = [sorted[0], sorted.at(-1)]
  const middle = (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2
  const text = (value) => value.toFixed(digits)
  return `${text(middle).padStart(6)}  (${text(low)}–${text(high)})`
}
