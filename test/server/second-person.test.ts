import { expect, it } from 'vitest'
import { all } from '../../src/ledger/database.ts'
import { requireSecondPerson } from '../../src/operations/decide.ts'
import { at, commit, listedDeposit, ref, screened } from '../ledger/fixtures.ts'
import { appOf, bearer, servedContext, tokenOf } from './fixtures.ts'

const secret = 'known-to-the-proxy-alone'
const sso = {
  ...{ userHeader: 'X-User', groupsHeader: 'X-Groups', trustedProxies: ['10.0.0.1'], secret },
  groups: { compliance: ['read', 'decide'] },
}

/** An alert whose release takes two people, and ways to ask for it: by single sign-on, and by token. */
async function scene() {
  const context = servedContext({}, { server: { sso, hosts: ['cs.example'] } })
  commit(context.db, [screened(ref(7), [listedDeposit('0x1')])])
  requireSecondPerson(context.db, ['released'], { actor: 'chainscreen', note: null, at })
  const app = await appOf(context)
  const ids = all<{ id: string }>(context.db, 'select id from alerts').map(({ id }) => id)
  const post = async (headers: Record<string, string>) => {
    const payload = { decision: 'released', note: 'n', ids }
    const answer = await app.inject({
      ...{ method: 'POST', url: '/v1/decisions', payload, remoteAddress: '10.0.0.1' },
      headers: { host: 'cs.example', origin: 'http://cs.example', ...headers },
    })
    const body = answer.json()
    return answer.statusCode === 200 ? body.data[0].outcome : body.type.split(':').at(-1)
  }
  return {
    db: context.db,
    // As a proxy sends it, in UTF-8, and as Node reads it.
    bySso: (user: string) =>
      post({
        'x-user': Buffer.from(user).toString('latin1'),
        'x-groups': 'compliance',
        'x-chainscreen-proxy-secret': secret,
      }),
    byToken: (person: string) => post(bearer(tokenOf(context.db, ['decide'], { person }))),
  }
}

it.each([
  ['Alice', 'alice'],
  ['alice', 'ALICE'],
  ['Élodie', 'élodie'],
])('%s by single sign-on and %s by token are one person', async (person, other) => {
  const first = await scene()
  expect(await first.bySso(person)).toBe('proposed')
  expect(await first.byToken(other)).toBe('needs-other-person')
  expect(all(first.db, `select actor from alert_events where kind = 'proposed'`)).toEqual([{ actor: person }])
  expect(await first.byToken('bob')).toBe('confirmed')
  const second = await scene()
  expect(await second.byToken(other)).toBe('proposed')
  expect(await second.bySso(person)).toBe('needs-other-person')
  expect(await second.bySso('bob')).toBe('confirmed')
})
