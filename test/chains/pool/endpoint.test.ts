import { describe, expect, it } from 'vitest'
import { createBreaker } from '../../../src/chains/pool/endpoint.ts'

describe('a circuit breaker', () => {
  it('lets two failures in a row pass, and opens at the third for longer each time', () => {
    const breaker = createBreaker()
    breaker.failed(0)
    breaker.failed(0)
    expect(breaker.ready(0)).toBe(true)
    breaker.failed(0)
    expect(breaker.waitMs(0)).toBe(1_000)
    expect(breaker.ready(1_000)).toBe(true)
    breaker.failed(1_000)
    expect(breaker.waitMs(1_000)).toBe(2_000)
    breaker.failed(3_000)
    expect(breaker.waitMs(3_000)).toBe(4_000)
  })

  it('closes with one good answer', () => {
    const breaker = createBreaker()
    for (let i = 0; i < 5; i++) breaker.failed(0)
    breaker.succeeded()
    expect(breaker.ready(0)).toBe(true)
    breaker.failed(0)
    expect(breaker.ready(0)).toBe(true)
  })

  it('opens at once for a lie, and never for more than five minutes on its own', () => {
    const breaker = createBreaker()
    breaker.failed(0, { distrust: true })
    expect(breaker.waitMs(0)).toBe(60_000)
    for (let i = 0; i < 40; i++) breaker.failed(0)
    expect(breaker.waitMs(0)).toBe(300_000)
  })

  it('honours the wish of the other side', () => {
    const breaker = createBreaker()
    breaker.failed(0, { retryAfterMs: 7_000 })
    expect(breaker.waitMs(0)).toBe(7_000)
  })
})
