import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { watchFileState } from '../../../src/own/sources/file-state.ts'
import { tempDir } from '../../temp.ts'

it('a file that is written to all the time has neither settled nor stayed as it was; once it rests, it has', () => {
  const path = join(tempDir(), 'own.csv')
  writeFileSync(path, 'a')
  const state = watchFileState(path)
  const look = () => [state.hasSettled(), state.isUnchanged()]
  expect(look()).toEqual([false, true])
  for (let write = 0; write < 3; write++) {
    appendFileSync(path, 'b')
    expect(look()).toEqual([false, false])
  }
  expect(look()).toEqual([true, true])
  expect(look()).toEqual([false, true])
})
