import { mkdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { runHere } from '../e2e/cli.ts'
import { busyUser, expectRefused, refused } from './refusal.ts'

describe('a folder where a file should be', () => {
  it.each([['lists', 'import', 'house'], ['lists', 'preview', 'house'], ['own', 'import'], ['serve']])(
    'is named as what it is: %s %s',
    async (...words) => {
      const user = await busyUser()
      const folder = `${user.dir}/folder`
      mkdirSync(folder)
      await refused(user, [...words, folder], {
        code: 1,
        says: `${folder} can't be read: it is a folder.`,
      })
    },
  )

  it('is no config', async () => {
    const { dir } = await busyUser()
    expectRefused(await runHere(['lists', 'show', '--config', dir]), {
      code: 2,
      says: `The config file ${dir} can't be read: it is a folder.`,
    })
  })

  it.each([['init'], ['own', 'list'], ['alerts'], ['rescreen']])('is no database: %s', async (...words) => {
    const user = await busyUser()
    expectRefused(await user.run(...words, '--db', user.dir), {
      code: 2,
      says: `${user.dir} is a folder: name the database's file.`,
    })
  })

  it('and no recording is a file that is not there', async () => {
    const user = await busyUser()
    const { code, stderr } = await user.run('serve', `${user.dir}/none.jsonl.gz`)
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: `${user.dir}/none.jsonl.gz can't be read: there is no such file.\n`,
    })
  })
})
