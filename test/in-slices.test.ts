import { expect, it } from 'vitest'
import { atOnce, inSlices } from '../src/in-slices.ts'

function* counting(steps: number): Generator<undefined, number> {
  for (let step = 0; step < steps; step++) {
    const begin = performance.now()
    while (performance.now() - begin < 1) {
      // As long as a step of work.
    }
    yield
  }
  return steps
}

it('long work in slices ends like work at once, and others have their turns meanwhile', async () => {
  let turns = 0
  let working = true
  const others = () => {
    turns++
    if (working) setImmediate(others)
  }
  setImmediate(others)
  expect(await inSlices(counting(50))).toBe(50)
  working = false
  expect(turns).toBeGreaterThan(2)
  expect(atOnce(counting(2))).toBe(2)
})

it('what the work throws is thrown', async () => {
  function* failing(): Generator<undefined, never> {
    yield
    throw new Error('of the work')
  }
  await expect(inSlices(failing())).rejects.toThrow('of the work')
})
