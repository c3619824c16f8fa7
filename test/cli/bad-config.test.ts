import { rmSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { contentsOf } from '../e2e/database.ts'
import { busyUser, expectRefused, refused } from './refusal.ts'

const chain = { id: 'eth', type: 'evm', chainId: 1, rpc: ['http://127.0.0.1:1'], start: 0 }

describe('a config that is not right', () => {
  it('has a key that nobody knows: says its line, and what may have been meant', async () => {
    const user = await busyUser({ chains: [{ ...chain, finallity: { depth: 3 } }] })
    await refused(user, ['run', '--once'], {
      code: 2,
      says: /^\S+\/chainscreen\.yaml:\d+ chains\[0\]\.finallity: found an unknown key \(did you mean finality\?\), expected one of .*finality.*\.$/,
    })
  })

  it('has a value of another kind', async () => {
    const user = await busyUser({ chains: [{ ...chain, start: 'yesterday' }] })
    await refused(user, ['run', '--once'], {
      code: 2,
      says: /^\S+chainscreen\.yaml:\d+ chains\[0\]\.start: found "yesterday", expected a block height, or latest\.$/,
    })
  })

  it('asks for a sink of an unknown type: refused, never ignored', async () => {
    const user = await busyUser({ delivery: [{ id: 'queue', type: 'kafka' }] })
    await refused(user, ['run', '--once'], {
      code: 2,
      says: /^\S+chainscreen\.yaml:\d+ delivery\[0\]\.type: found "kafka", expected a type: jsonl, stdout, webhook, nats or postgres\.$/,
    })
  })

  it('has several mistakes: counts them, and shows each', async () => {
    const user = await busyUser({ chains: [{ ...chain, start: -1, colour: 'red' }] })
    await refused(user, ['run', '--once'], {
      code: 2,
      says: /^\S+chainscreen\.yaml has 2 things to change, the first: \S+chainscreen\.yaml:\d+ chains\[0\]\.start: .*\.$/,
      more: [
        /^ {2}\S+chainscreen\.yaml:\d+ chains\[0\]\.start: /,
        /^ {2}\S+:\d+ chains\[0\]\.colour: found an unknown key/,
      ],
    })
  })

  it('is not there, is empty, or is no YAML', async () => {
    const user = await busyUser()
    const before = contentsOf(user.database)
    rmSync(user.config)
    expectRefused(await user.run('run', '--once'), {
      code: 2,
      says: `There is no config file ${user.config}: write one with \`chainscreen init\`, or name yours with --config.`,
    })
    user.file('chainscreen.yaml', '')
    expectRefused(await user.run('run', '--once'), {
      code: 2,
      says: `The config ${user.config} is empty: write one with \`chainscreen init\`.`,
    })
    user.file('chainscreen.yaml', 'database: "./x.db\nlists: []\n')
    const { code, stderr } = await user.run('run', '--once')
    expect(code).toBe(2)
    expect(stderr).toContain(`The config ${user.config} can't be read as YAML: `)
    expect(contentsOf(user.database)).toEqual(before)
  })
})

const help = '(--help shows what is expected)'

describe('words that no command knows', () => {
  it.each([
    {
      args: ['frobnicate'],
      says: "error: unknown command 'frobnicate'",
      more: [help],
    },
    {
      args: ['run', '--frob'],
      says: "error: unknown option '--frob'",
      more: [help],
    },
    {
      args: ['screen'],
      says: 'Nothing was screened: expected addresses, - or --file.',
    },
    {
      args: ['replay', 'eth', '--from', '1'],
      says: "error: required option '--to <height>' not specified",
      more: [help],
    },
    {
      args: ['replay', 'etc', '--from', '1', '--to', '2'],
      says: 'No chain of the config is named "etc"; it has: eth.',
    },
    {
      args: ['replay', 'eth', '--from', 'one', '--to', '2'],
      says: '"one" is no block height; expected a whole number.',
    },
    {
      args: ['alerts', '--status', 'opened'],
      says: '--status opened is unknown; expected pending-mempool, pending, final, orphaned, withdrawn, attempted.',
    },
    { args: ['alerts', '--level', 'top'], says: '--level top is unknown; expected high, medium, low.' },
    {
      args: ['alerts', '--since', 'monday'],
      says: '--since monday is no time; expected one such as 24h, 2026-01-31 or 2026-01-31T12:00:00Z.',
    },
    {
      args: ['alerts', '--since', '01/31/2026'],
      says: '--since 01/31/2026 is no time; expected one such as 24h, 2026-01-31 or 2026-01-31T12:00:00Z.',
    },
    {
      args: ['alerts', 'resolve', 'abc', '--as', 'released', '--actor', '  '],
      says: '--actor is empty; expected the name of who decided.',
    },
    {
      args: ['alerts', '--chain', 'etc'],
      says: 'No chain of the config or the database is named "etc"; they have: eth.',
    },
    {
      args: ['coverage', 'etc'],
      says: 'No chain of the config or the database is named "etc"; they have: eth.',
    },
    {
      args: ['alerts', '--address', 'zzz'],
      says: "--address zzz can't be read: no address format known to chainscreen.",
    },
    {
      args: ['alerts', '--tx', 'zz'],
      says: '--tx zz is no transaction hash; expected 64 hex digits, with or without 0x.',
    },
    {
      args: ['alerts', 'show', ''],
      says: 'The id of the alert is empty; expected one, or its first digits, as `chainscreen alerts` shows them.',
    },
    { args: ['rescreen', '--since', '99'], says: '--since 99 is above 1, the newest list revision.' },
    { args: ['serve', 'x.gz', '--port', '99999'], says: '"99999" is no port; expected 0 to 65535.' },
    { args: ['serve', 'x.gz', '--port', 'http'], says: '"http" is no port; expected 0 to 65535.' },
    { args: ['alerts', 'show', 'abc'], says: 'There is no alert with id abc.' },
    { args: ['alerts', '--level', 'high', 'show', 'abc'], says: '`alerts show` has no option --level.' },
    { args: ['lists', 'show', 'ofac'], says: 'The database has no list "ofac"; it has: house.' },
    {
      args: ['lists', 'diff', 'house'],
      says: 'List house has one version only: there is nothing to compare it with.',
    },
    {
      args: ['own', 'add', 'abc'],
      says: 'Nothing was added: address "abc" can\'t be read: no address format known to chainscreen.',
    },
    {
      args: ['own', 'retire', 'abc'],
      says: "Nothing was retired: abc can't be read: no address format known to chainscreen.",
    },
  ])('$args', async ({ args, says, more = [] }) => {
    const user = await busyUser({ chains: [chain] })
    await refused(user, args, { code: 2, says, more })
  })
})
