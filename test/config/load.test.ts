import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { tempDir } from '../temp.ts'
import { bitcoinChain } from './parse.ts'

function write(text: string): { dir: string; file: string } {
  const dir = tempDir()
  const file = join(dir, 'chainscreen.yaml')
  writeFileSync(file, text)
  return { dir, file }
}

describe('loadConfig', () => {
  it('takes paths from the folder of the file', () => {
    const { dir, file } = write('database: data/x.db')
    expect(loadConfig(file).database).toBe(join(dir, 'data/x.db'))
  })

  it('takes the database of the command line instead, from the working directory', () => {
    const { file } = write('database: data/x.db')
    expect(loadConfig(file, { db: 'other.db' }).database).toBe(resolve('other.db'))
  })

  it('says how to get a config where there is none', () => {
    const file = join(tempDir(), 'chainscreen.yaml')
    expect(() => loadConfig(file)).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringContaining('chainscreen init') }),
    )
  })

  it('says that a folder is no config', () => {
    expect(() => loadConfig(tempDir())).toThrow(
      expect.objectContaining({ code: 'config', message: expect.stringContaining('it is a folder') }),
    )
  })
})

describe('passwordFile', () => {
  const text = `${bitcoinChain}    username: u\n    passwordFile: ./secret`

  it('holds the password, with or without a line break at its end', () => {
    for (const content of ['a b$ ', 'a b$ \n', 'a b$ \r\n']) {
      const { dir, file } = write(text)
      writeFileSync(join(dir, 'secret'), content)
      expect(loadConfig(file).chains[0]).toMatchObject({ auth: { username: 'u', password: 'a b$ ' } })
      expect(loadConfig(file).chains[0]).not.toHaveProperty('passwordFile')
    }
  })

  it('must be there', () => {
    const { file } = write(text)
    expect(() => loadConfig(file)).toThrow(
      expect.objectContaining({
        code: 'config',
        details: [
          expect.stringMatching(
            /yaml:9 chains\[0\]\.passwordFile: the file \.\/secret can't be read \(ENOENT\)/,
          ),
        ],
      }),
    )
  })

  it('must not be empty', () => {
    const { dir, file } = write(text)
    writeFileSync(join(dir, 'secret'), '\n')
    expect(() => loadConfig(file)).toThrow(
      expect.objectContaining({ details: [expect.stringContaining('found an empty file')] }),
    )
  })

  it('must not stand beside password', () => {
    const { dir, file } = write(`${text}\n    password: hunter2`)
    writeFileSync(join(dir, 'secret'), 's')
    expect(() => loadConfig(file)).toThrow(
      expect.objectContaining({ details: [expect.stringMatching(/passwordFile: found password too/)] }),
    )
  })
})
