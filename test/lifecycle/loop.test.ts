import { getEventListeners } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { endsWithin, pause, startLoop, withDeadline } from '../../src/lifecycle/loop.ts'

const anHour = 3_600_000

describe('a loop', () => {
  it('runs rounds until one says that it was the last', async () => {
    let rounds = 0
    await startLoop(() => (++rounds === 3 ? null : 0)).ended
    expect(rounds).toBe(3)
  })

  it('is cut short in a pause when it is stopped', async () => {
    let rounds = 0
    const loop = startLoop(() => {
      rounds++
      return anHour
    })
    await loop.stop()
    expect(rounds).toBe(1)
  })

  it('lets the round under way end, which hears of it by its signal', async () => {
    const done: string[] = []
    const loop = startLoop(async (signal) => {
      await pause(anHour, signal)
      done.push(signal.aborted ? 'stopped' : 'slept')
      return 0
    })
    await loop.stop()
    expect(done).toEqual(['stopped'])
  })

  it('ends with the signal it was given, and runs no round if that was aborted before', async () => {
    const controller = new AbortController()
    const loop = startLoop(() => anHour, { signal: controller.signal })
    controller.abort()
    await loop.ended
    let rounds = 0
    await startLoop(() => ++rounds, { signal: controller.signal }).ended
    expect(rounds).toBe(0)
  })

  it('ends with what a round throws, and tells whoever stops it', async () => {
    const loop = startLoop(() => {
      throw new Error('the round failed')
    })
    await expect(loop.ended).rejects.toThrow('the round failed')
    await expect(loop.stop()).rejects.toThrow('the round failed')
  })
})

describe('work with a limit', () => {
  const never = new Promise<never>(() => {})

  it('is waited for until it ends, the time is over, or the signal comes, and leaves no listener behind', async () => {
    const { signal } = new AbortController()
    expect(await endsWithin(Promise.resolve(), anHour, signal)).toBe(true)
    expect(await endsWithin(never, 5, signal)).toBe(false)
    expect(await endsWithin(never, anHour, AbortSignal.abort())).toBe(false)
    await expect(endsWithin(Promise.reject(new Error('it failed')), anHour)).rejects.toThrow('it failed')
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  it('hears of a deadline, and of the signal of another, and leaves no listener behind', async () => {
    const outer = new AbortController()
    const untilAborted = async (signal: AbortSignal) => {
      await pause(anHour, signal)
      signal.throwIfAborted()
    }
    await expect(withDeadline(5, outer.signal, untilAborted)).rejects.toThrow('longer than 0.005 seconds')
    expect(await withDeadline(anHour, outer.signal, async () => 'done')).toBe('done')
    expect(getEventListeners(outer.signal, 'abort')).toEqual([])
    const cut = withDeadline(anHour, outer.signal, untilAborted)
    outer.abort()
    await expect(cut).rejects.toThrow('aborted')
  })
})

describe('a pause', () => {
  it('longer than a timer can be does not end at once', async () => {
    const controller = new AbortController()
    const long = pause(Number.POSITIVE_INFINITY, controller.signal).then(() => 'long')
    const short = pause(5, controller.signal).then(() => 'short')
    expect(await Promise.race([long, short])).toBe('short')
    controller.abort()
    expect(await long).toBe('long')
  })

  it('is how everything waits: other timers are deadlines', () => {
    const src = new URL('../../src/', import.meta.url)
    const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.ts'),
    )
    const timed = files.filter((name) =>
      /\bset(Timeout|Interval)\b/.test(readFileSync(new URL(name, src), 'utf8')),
    )
    // Of an exit that hangs, an answer that is late, a connection that is silent, and work that must end with the program.
    const deadlines = [
      ...['cli/main.ts', 'chains/node-http/http-client.ts', 'chains/evm/heads-hint.ts'],
      'threads/readers.ts',
    ]
    expect(timed.toSorted()).toEqual([...deadlines, 'lifecycle/loop.ts'].toSorted())
  })
})
