import { describe, expect, it, onTestFinished } from 'vitest'
import { createWatchdog, type Watchdog } from '../../src/chains/watchdog.ts'
import { pause } from '../../src/lifecycle/loop.ts'

function watch(staleMs: number | null) {
  const clock = { ms: 0, nowMs: () => clock.ms }
  const said: string[] = []
  const dog = createWatchdog(
    [{ id: 'evm', stallMs: 1_000, staleMs }],
    {
      onStall: (chain) => said.push(`${chain} stalls`),
      onStale: (chain) => said.push(`${chain} is stale`),
      onFresh: (chain) => said.push(`${chain} is fresh`),
    },
    clock,
  )
  onTestFinished(() => dog.stop())
  const at = (ms: number) => {
    clock.ms = ms
    dog.check()
    return said.splice(0)
  }
  return { dog, at }
}

describe('the watchdog', () => {
  it('checks by itself, and no more once it is stopped', async () => {
    const clock = { ms: 0, nowMs: () => clock.ms }
    let stalls = 0
    let dog: Watchdog | undefined
    const chain = await new Promise((resolve) => {
      const onStall = (id: string) => {
        stalls++
        resolve(id)
      }
      const events = { onStall, onStale: () => {}, onFresh: () => {} }
      dog = createWatchdog([{ id: 'evm', stallMs: 10, staleMs: null }], events, clock, 1)
      clock.ms = 11
    })
    expect(chain).toBe('evm')
    await dog?.stop()
    const before = stalls
    await pause(10)
    expect(stalls).toBe(before)
  })

  it('bites when nothing gets done for the set time, and not a moment before', () => {
    const { at } = watch(null)
    expect(at(1_000)).toEqual([])
    expect(at(1_001)).toEqual(['evm stalls'])
  })

  it('counts a completed look as work done, even when it found no block', () => {
    const { dog, at } = watch(null)
    at(900)
    dog.headRead('evm')
    expect(at(1_900)).toEqual([])
    expect(at(1_901)).toEqual(['evm stalls'])
  })

  it('says once that a head does not move, and once that it moves again', () => {
    const { dog, at } = watch(500)
    const look = (ms: number) => {
      const heard = at(ms)
      dog.headRead('evm')
      return heard
    }
    expect(look(500)).toEqual([])
    expect(look(501)).toEqual(['evm is stale'])
    expect(look(900)).toEqual([])
    dog.moved('evm')
    expect(at(1_000)).toEqual(['evm is fresh'])
  })

  it('does not mind a resting chain that may rest', () => {
    const { dog, at } = watch(null)
    for (let ms = 500; ms < 100_000; ms += 500) {
      expect(at(ms)).toEqual([])
      dog.headRead('evm')
    }
  })
})
