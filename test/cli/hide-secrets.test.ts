import { describe, expect, it } from 'vitest'
import { hiderOf } from '../../src/cli/run-cli.ts'

const words = 'legal winner thank year wave sausage worth useful legal winner thank yellow'

describe('what messages about a command line leave out', () => {
  it.each([
    ['run', '--config', `/srv/${words.replaceAll(' ', '-')}/chainscreen.yaml`],
    ['run', `--config=./${words.replaceAll(' ', '_')}.yaml`],
    ['own', 'import', `./${words.replaceAll(' ', '-')}/own.csv`],
  ])('is not the name of a file, however many words it has: %s %s %s', (...args) => {
    const path = args.at(-1) ?? ''
    expect(hiderOf(args)(`${path}:3 has no header`)).toBe(`${path}:3 has no header`)
  })

  it('is a seed phrase, in one argument or in many', () => {
    const one = hiderOf(['screen', words])(`"${words}" is no address`)
    const many = hiderOf(['screen', ...words.split(' ')])(`"sausage" is no address`)
    for (const said of [one, many]) expect(said).not.toMatch(/sausage|legal/)
  })
})
