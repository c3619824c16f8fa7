import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openListFile } from '../../src/lists/open-file.ts'
import { forbiddenValues } from '../lists/formats/forbidden-values.ts'
import { hasShared } from '../shared.ts'
import { contentsOf } from './database.ts'
import { addressTexts, facts2025, file2024, file2025, noAddress, removedBetween } from './ofac-truth.ts'
import { newProject, type Project } from './project.ts'

interface Diff {
  added: { address: string }[]
  removed: { address: string }[]
}

/** Tornado Cash's router: in the file of 2024, and no more in that of 2025. */
const router = '0xd90e2f925DA726b50C4Ed8D0Fb90Ad053324F31b'

const configured = (file: string) =>
  newProject({ lists: [{ id: 'ofac', format: 'ofac-sdn-advanced', file, maxIssueAge: 'off' }] })

/** The tables that screening reads, but for keys: those of a held version are stored too, and no entry has them. */
function inForce(user: Project) {
  const { entry_versions, meta } = contentsOf(user.database) ?? {}
  const lists = user.query('select id, active_snapshot, issued_on, activated_at, revision from lists')
  return { lists, entry_versions, meta }
}

const countInForce = (user: Project) =>
  user.query('select key from list_entries where removed_on is null').length

const addresses = (rows: readonly { address: string }[]) => rows.map(({ address }) => address).sort()

async function diffOf(user: Project): Promise<{ json: Diff; text: string }> {
  const { stdout } = await user.run('lists', 'diff', 'ofac', '--json')
  return { json: JSON.parse(stdout), text: (await user.run('lists', 'diff', 'ofac')).stdout }
}

/** Five times 100 MB of XML are read here. */
const timeout = 240_000

describe.skipIf(!hasShared)(
  'complete files of OFAC, end to end (needs the reference data)',
  { timeout },
  () => {
    it('holds a file that lost 90 addresses, and activates it when a person approves', async () => {
      const user = configured(file2024)
      const first = await user.run('lists', 'import', 'ofac', file2024, '--json')
      expect(first).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(first.stdout)).toMatchObject({
        state: 'activated',
        issuedOn: '2024-05-28',
        counts: { features: 652, pairs: 649, addresses: 636 },
        entries: 635,
        unparsed: 1,
      })
      const before = inForce(user)
      expect(countInForce(user)).toBe(635)

      // OFAC removed 93 addresses since 2022; 3 of them were gone before the older file was issued.
      expect(removedBetween('', '2025-11-19')).toHaveLength(93)
      const removed = removedBetween('2024-05-29', '2025-11-19')
      expect(removed).toHaveLength(90)
      const second = await user.run('lists', 'import', 'ofac', file2025)
      expect(second.code).toBe(1)
      expect(second.stderr).toMatch(
        /^Held: 90 of 635 addresses are gone \(14\.2 %, guard.maxRemoved allows 5 %\); 90 of 155 evm addresses are gone .*\. The active version stays\. See `chainscreen lists diff ofac`; (.*) activates? it\.\n$/,
      )
      expect(inForce(user)).toEqual(before)
      expect((await user.run('screen', router)).code).toBe(3)

      const [older, newer] = [
        await addressTexts(file2024),
        new Set(facts2025().map(({ address }) => address)),
      ]
      expect([older.size, newer.size]).toEqual([636, 745])
      const truth = {
        added: [...newer].filter((text) => !older.has(text)).sort(),
        removed: [...older].filter((text) => !newer.has(text)).sort(),
      }
      expect(truth.removed.map((text) => text.toLowerCase()).sort()).toEqual(
        removed.map((text) => text.toLowerCase()).sort(),
      )
      const held = await diffOf(user)
      expect(addresses(held.json.added)).toEqual(truth.added)
      expect(addresses(held.json.removed)).toEqual(truth.removed)
      const printed = (sign: '+' | '-') =>
        [...held.text.matchAll(/^([+-]) \S+ (\S+)/gm)]
          .flatMap(([, mark, text]) => (mark === sign ? [text] : []))
          .sort()
      expect(printed('+')).toEqual(truth.added)
      expect(printed('-')).toEqual(truth.removed)

      const approved = await user.run('lists', 'import', 'ofac', file2025, '--approve', '--json')
      expect(approved).toMatchObject({ code: 0, stderr: '' })
      expect(JSON.parse(approved.stdout)).toMatchObject({
        state: 'activated',
        issuedOn: '2025-11-19',
        counts: { features: 761, pairs: 758, addresses: 745 },
        entries: 744,
        unparsed: 1,
        added: truth.added.length,
        removed: 90,
      })
      expect(countInForce(user)).toBe(744)
      expect(user.query('select address from list_entries where removed_on > ?', '2024-05-29')).toHaveLength(
        90,
      )
      const [active] = user.query<{ active_snapshot: string }>('select active_snapshot from lists')
      expect(
        user.query('select raw, asset from list_unparsed where snapshot = ?', active?.active_snapshot),
      ).toEqual([{ raw: noAddress, asset: 'XMR' }])
      expect((await diffOf(user)).json).toEqual(held.json)
      expect(await user.run('screen', router)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining('was on ofac until 2025-'),
      })
    })

    it('has 744 entries and one unreadable row of the file of 2025-11-19, and nothing that must not be collected', async () => {
      const user = configured(file2025)
      expect(await user.run('lists', 'import', 'ofac', file2025)).toMatchObject({ code: 0 })
      expect(countInForce(user)).toBe(744)
      expect(user.query('select raw, location from list_unparsed')).toEqual([
        { raw: noAddress, location: 'feature 36454 of party 29585' },
      ])

      const values = await forbiddenValues(
        await openListFile(file2025),
        new Set(facts2025().map(({ party }) => party)),
      )
      // What is looked for stands in the file.
      for (const kind of [
        'birthdate',
        'place of birth',
        'nationality',
        'citizenship',
        'document',
        'location',
      ])
        expect(values.get(kind)?.size, kind).toBeGreaterThan(3)
      const bytes = [user.database, `${user.database}-wal`]
        .filter(existsSync)
        .map((file) => readFileSync(file))
      const text = Buffer.concat(bytes)
      expect(text.includes('Lazarus Group')).toBe(true)
      const found = [...values].flatMap(([kind, set]) =>
        [...set].filter((value) => text.includes(value)).map((value) => `${kind}: ${value}`),
      )
      // A party is called "Gaza Now", and listed by that name. Nothing else.
      expect(found).toEqual(['location: Gaza'])
      expect(text.toString().split('Gaza').length).toBe(text.toString().split('Gaza Now').length)
    })
  },
)
