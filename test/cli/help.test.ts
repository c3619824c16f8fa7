import { describe, expect, it } from 'vitest'
import { runHere } from '../e2e/cli.ts'

/** The words after which commands are listed, and those of the commands themselves. */
async function helpOf(words: readonly string[]): Promise<{ text: string; commands: string[] }> {
  const { stdout } = await runHere([...words, '--help'])
  const [, list = ''] = stdout.split('\nCommands:\n')
  return { text: stdout, commands: [...list.matchAll(/^ {2}([a-z]+)/gm)].map(([, name = '']) => name) }
}

/** Every command with its help, subcommands too. */
async function allHelp(words: readonly string[] = []): Promise<Map<string, string>> {
  const { text, commands } = await helpOf(words)
  const found = new Map([[words.join(' '), text]])
  for (const name of commands.filter((one) => one !== 'help')) {
    for (const [path, help] of await allHelp([...words, name])) found.set(path, help)
  }
  return found
}

describe('--help', () => {
  it('says of every argument and every option what it is', async () => {
    const help = await allHelp()
    expect([...help.keys()]).toEqual(expect.arrayContaining(['alerts resolve', 'lists diff', 'serve']))
    const unsaid = [...help].flatMap(([path, text]) => {
      const [usage = '', ...lines] = text.split('\n')
      const given = [...usage.matchAll(/[<[]([a-z]+)(?:\.\.\.)?[>\]]/g)].map(([, name = '']) => name)
      const needed = given.filter((name) => name !== 'options' && name !== 'command')
      const silent = needed.filter(
        (name) => !lines.some((line) => new RegExp(`^ {2}${name} {2,}\\S`).test(line)),
      )
      const bare = lines.filter((line) => /^ {2}-/.test(line) && !/^ {2}-.*? {2,}\S/.test(line))
      return [...silent, ...bare].map((what) => `${path}: ${what.trim()}`)
    })
    expect(unsaid).toEqual([])
  })

  it.each(['import', 'preview'])('lists the forms of file that lists %s takes', async (name) => {
    const { text } = await helpOf(['lists', name])
    expect(text.replace(/\s+/g, ' ')).toContain('.xml, .csv, .json or .yaml, also packed as .zip or .gz')
  })
})
