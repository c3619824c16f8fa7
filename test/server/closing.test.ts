import { expect, it, onTestFinished } from 'vitest'
import type { GroupCommit } from '../../src/ledger/group-commit.ts'
import { closing, startServer } from '../../src/server/server.ts'
import { bearer, servedContext, tokenOf } from './fixtures.ts'

/** A server with one request under way, which waits for its commit until that is let go. */
async function midway() {
  let commit = () => {}
  let isAsked = false
  const context = servedContext({}, { server: { listen: '127.0.0.1:0' } })
  const group: GroupCommit = {
    write: async (work) => {
      isAsked = true
      await new Promise<void>((resolve) => {
        commit = resolve
      })
      return context.group.write(work)
    },
  }
  const server = await startServer({ ...context, group })
  const answer = fetch(`${server.url}/v1/screenings`, {
    method: 'POST',
    headers: { ...bearer(tokenOf(context.db, ['screen'])), 'content-type': 'application/json' },
    body: JSON.stringify({ subjects: [{ address: `0x${'2'.repeat(40)}` }] }),
  }).then(
    (response) => response.status,
    () => 'cut off',
  )
  await expect.poll(() => isAsked).toBe(true)
  return { server, answer, commit: () => commit() }
}

it('a server that closes answers what was asked already, and takes nothing more', async () => {
  const { server, answer, commit } = await midway()
  const closed = server.close()
  await expect.poll(() => fetch(`${server.url}/livez`).catch(() => 'refused')).toBe('refused')
  commit()
  expect(await answer).toBe(200)
  await closed
})

it('a server that closes waits no longer than its bound', async () => {
  const { longestMs } = closing
  closing.longestMs = 50
  onTestFinished(() => {
    closing.longestMs = longestMs
  })
  const { server, answer, commit } = await midway()
  await server.close()
  expect(await answer).toBe('cut off')
  commit()
})
