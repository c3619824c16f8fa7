import { afterAll, describe, expect, it } from 'vitest'
import { fewSeeds, seeds } from './seeds.ts'
import { runClean, type Scenario, simulate } from './simulate.ts'

/** Runs a scenario with every seed, and prints how often each fault happened: first in one thread, then with two readers. */
export function describeSimulation(family: 'evm' | 'bitcoin', scenario: Scenario): void {
  describeRuns(family, scenario, seeds(family))
  // The same faults in other threads. The clean run beside it is read by readers too, and is compared with one that is not.
  const alike = fewSeeds(family)
  describeRuns(family, { ...scenario, readers: 2 }, alike)
  it('reads the same in one thread and with readers', async () => {
    const [one, many] = await Promise.all([undefined, 2].map((readers) => runClean({ ...scenario, readers })))
    expect(many).toEqual(one)
  })
}

function describeRuns(family: 'evm' | 'bitcoin', scenario: Scenario, seedsOf: readonly number[]): void {
  const how = scenario.readers === undefined ? 'in one thread' : `with ${scenario.readers} readers`
  describe(`a node of family ${family} that misbehaves, read ${how}`, () => {
    const total: Record<string, number> = {}
    afterAll(() => {
      const faults = Object.entries(total).sort(([a], [b]) => (a < b ? -1 : 1))
      console.log(
        `${family} ${how}, faults injected: ${faults.map(([name, count]) => `${name} ${count}`).join(', ')}`,
      )
    })

    // A run waits more than it works: several at once.
    it.concurrent.each(seedsOf)('leads to the same alerts as one that behaves (seed %i)', async (seed) => {
      const { faulty, clean, injected } = await simulate(scenario, seed)
      for (const [name, count] of Object.entries(injected)) total[name] = (total[name] ?? 0) + count
      expect(clean.alerts.length).toBeGreaterThan(10)
      expect(faulty).toEqual(clean)
    })
  })
}
