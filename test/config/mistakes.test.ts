import { describe, expect, it } from 'vitest'
import { evmChain, parse, refusal } from './parse.ts'

describe('mistakes in a config', () => {
  it('name an unknown key with its line, the nearest key and the allowed ones', () => {
    expect(refusal('log: { level: info }\n\ndatabse: ./x.db\n')).toEqual({
      code: 'config',
      message:
        'c.yaml:3 databse: found an unknown key (did you mean database?), expected one of database, lists, chains, own, canary, decisions, delivery, server, threads, log.',
      lines: [
        'c.yaml:3 databse: found an unknown key (did you mean database?), expected one of database, lists, chains, own, canary, decisions, delivery, server, threads, log',
      ],
    })
  })

  it('guess nothing for a key that is near to none', () => {
    expect(refusal('nationality: x').lines).toEqual([
      'c.yaml:1 nationality: found an unknown key, expected one of database, lists, chains, own, canary, decisions, delivery, server, threads, log',
    ])
  })

  it('find an unknown key deep inside', () => {
    expect(refusal(`${evmChain}    finality:\n      dept: 3`).lines).toEqual([
      'c.yaml:9 chains[0].finality.dept: found an unknown key (did you mean depth?), expected one of tag, depth',
    ])
  })

  it('are all reported at once, in the order of the file', () => {
    const { message, lines } = refusal('log: { level: loud }\nlists: 3\nchain: []\n')
    expect(lines).toEqual([
      expect.stringContaining('c.yaml:1 log.level: found "loud", expected trace, debug,'),
      expect.stringContaining('c.yaml:2 lists: found 3, expected a list of lists, or []'),
      expect.stringContaining('c.yaml:3 chain: found an unknown key (did you mean chains?)'),
    ])
    expect(message).toMatch(/^c\.yaml has 3 things to change, the first: c\.yaml:1 log\.level: .*\.$/)
  })

  it('name the line of the group where a key is missing', () => {
    expect(refusal(evmChain.replace('    start: 21000000\n', '')).lines).toEqual([
      'c.yaml:3 chains[0].start: found nothing, expected a block height, or latest',
    ])
  })

  it('find the line through anchors', () => {
    const text = `${evmChain}    finality: &f { depth: none }\n  - { id: b, type: evm, chainId: 2, rpc: ["http://b"], start: 0, finality: *f }`
    expect(refusal(text).lines).toEqual([
      expect.stringContaining('c.yaml:8 chains[0].finality.depth'),
      expect.stringContaining('c.yaml:8 chains[1].finality.depth'),
    ])
  })

  it.each([
    ['chains: [\n', 'YAML'],
    ['a: 1\na: 2\n', 'c.yaml:2'],
    ['log: *nowhere\n', 'c.yaml:1'],
    ['log: !!tag x\n', 'c.yaml:1'],
    ['---\nlog: {}\n---\nlog: {}\n', 'YAML'],
  ])('include what is no YAML: %j', (text, part) => {
    const { code, message } = refusal(text)
    expect(code).toBe('config')
    expect(message).toContain(part)
  })

  it('include an alias bomb, which is not unfolded', () => {
    const rows = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join()}]`,
    )
    expect(refusal(`a0: &a0 [1,1,1]\n${rows.join('\n')}`).code).toBe('config')
  })

  it.each(['', '# nothing here\n', '---\n'])('include an empty file: %j', (text) => {
    expect(refusal(text).message).toMatch(/is empty: write one with `chainscreen init`/)
  })

  it.each(['[]', 'text', '5'])('include a file that is no group of keys: %s', (text) => {
    expect(refusal(text).lines).toEqual([
      expect.stringMatching(/^c\.yaml:1 config: found .*, expected a group of keys/),
    ])
  })

  it('never show a secret that the file holds', () => {
    const text = `chains:
  - id: b
    type: bitcoin
    network: mainnet
    rpc: ["ftp://user:hunter2@node.example/key-hunter2"]
    password: [hunter2]
    cookie: { hunter2: 1 }
    start: soon`
    const { message, lines } = refusal(text)
    expect(lines).toHaveLength(4)
    expect(message + lines.join()).not.toContain('hunter2')
    expect(lines[0]).toContain('found ftp://node.example, expected')
  })

  it('do not quote the lines of a file that is no YAML', () => {
    const { message, lines } = refusal('password: "hunter2\nx: [')
    expect(message + lines.join()).not.toContain('hunter2')
  })

  it('leave a right config alone', () => {
    expect(parse('log: { level: warn }')).toEqual({
      database: '/etc/cs/chainscreen.db',
      lists: [],
      chains: [],
      own: [],
      decisions: { secondPerson: [] },
      log: { level: 'warn' },
      delivery: [],
      threads: { readers: 'auto' },
    })
  })
})
