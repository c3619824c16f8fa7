import { afterAll, describe, expect, it } from 'vitest'
import { seeds } from './seeds.ts'
import { type Scenario, simulate } from './simulate.ts'

/** Runs a scenario with every seed, and prints how often each fault happened. */
export function describeSimulation(family: 'evm' | 'bitcoin', scenario: Scenario): void {
  describe(`a node of family ${family} that misbehaves`, () => {
    const total: Record<string, number> = {}
    afterAll(() => {
      const faults = Object.entries(total).sort(([a], [b]) => (a < b ? -1 : 1))
      console.log(
        `${family}, faults injected: ${faults.map(([name, count]) => `${name} ${count}`).join(', ')}`,
      )
    })

    // A run waits more than it works: several at once.
    it.concurrent.each(seeds(family))(
      'leads to the same alerts as one that behaves (seed %i)',
      async (seed) => {
        const { faulty, clean, injected } = await simulate(scenario, seed)
        for (const [name, count] of Object.entries(injected)) total[name] = (total[name] ?? 0) + count
        expect(clean.alerts.length).toBeGreaterThan(10)
        expect(faulty).toEqual(clean)
      },
    )
  })
}
