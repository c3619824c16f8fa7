import { setImmediate } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { withCloseStack } from '../../src/lifecycle/close-stack.ts'

function failing(message: string): () => never {
  return () => {
    throw new Error(message)
  }
}

describe('a close stack', () => {
  it('closes the last first, each after the one before has closed, and returns what the work returned', async () => {
    const done: string[] = []
    const result = await withCloseStack(async ({ defer }) => {
      defer(() => done.push('first'))
      defer(async () => {
        await setImmediate()
        done.push('second')
      })
      done.push('work')
      return 'result'
    })
    expect(result).toBe('result')
    expect(done).toEqual(['work', 'second', 'first'])
  })

  it('closes what was opened until the work failed, and throws what it failed with', async () => {
    const done: string[] = []
    const work = withCloseStack(async ({ defer }) => {
      defer(() => done.push('first'))
      defer(failing('closing failed'))
      failing('the work failed')()
      defer(() => done.push('never opened'))
    })
    await expect(work).rejects.toThrow('the work failed')
    expect(done).toEqual(['first'])
  })

  it('closes the others where one fails to close, and throws the first such error', async () => {
    const done: string[] = []
    const work = withCloseStack(async ({ defer }) => {
      defer(() => done.push('first'))
      defer(failing('the second failed'))
      defer(async () => failing('the third failed')())
    })
    await expect(work).rejects.toThrow('the third failed')
    expect(done).toEqual(['first'])
  })
})
