import { describe, expect, it } from 'vitest'
import type { MatchBasis } from '../../src/address/equivalents.ts'
import { levelOf, type Tag } from '../../src/screening/level.ts'
import type { Level, Role } from '../../src/screening/types.ts'

describe('the level of an alert', () => {
  const cases: [Level, MatchBasis, Role, Tag[], { ownSigned: boolean }][] = [
    // high = exact, on source or destination
    ['high', 'exact', 'source', [], { ownSigned: false }],
    ['high', 'exact', 'destination', [], { ownSigned: true }],
    // medium = any other match basis
    ['medium', 'same-key', 'source', [], { ownSigned: false }],
    ['medium', 'same-script', 'destination', [], { ownSigned: true }],
    ['medium', 'same-account', 'destination', [], { ownSigned: true }],
    // … or operator, initiator, intermediary, upstream, onward, co-input, asset
    ['medium', 'exact', 'operator', [], { ownSigned: false }],
    ['medium', 'exact', 'initiator', [], { ownSigned: false }],
    ['medium', 'exact', 'intermediary', [], { ownSigned: true }],
    ['medium', 'exact', 'upstream', [], { ownSigned: false }],
    ['medium', 'exact', 'onward', [], { ownSigned: true }],
    ['medium', 'exact', 'co-input', [], { ownSigned: true }],
    ['medium', 'exact', 'asset', [], { ownSigned: false }],
    ['medium', 'same-key', 'co-input', [], { ownSigned: true }],
    // low = co-recipient
    ['low', 'exact', 'co-recipient', [], { ownSigned: false }],
    ['low', 'same-key', 'co-recipient', [], { ownSigned: true }],
    // … or one of the tags
    ['low', 'exact', 'source', ['zero-value'], { ownSigned: false }],
    ['low', 'exact', 'source', ['dust'], { ownSigned: false }],
    ['low', 'exact', 'source', ['unknown-asset'], { ownSigned: false }],
    ['low', 'exact', 'operator', ['dust'], { ownSigned: false }],
    ['low', 'same-key', 'source', ['dust'], { ownSigned: false }],
    // unknown-asset does not lower what we signed
    ['high', 'exact', 'destination', ['unknown-asset'], { ownSigned: true }],
    ['medium', 'exact', 'asset', ['unknown-asset'], { ownSigned: true }],
    // … nor the listed token itself
    ['medium', 'exact', 'asset', ['unknown-asset'], { ownSigned: false }],
    ['low', 'exact', 'asset', ['unknown-asset', 'zero-value'], { ownSigned: false }],
    // a log that no decoder knows
    ['low', 'exact', 'named', ['undecoded'], { ownSigned: false }],
    ['medium', 'exact', 'named', ['undecoded'], { ownSigned: true }],
    ['low', 'exact', 'initiator', ['undecoded'], { ownSigned: false }],
    ['medium', 'exact', 'asset', ['undecoded'], { ownSigned: false }],
    // … and the other tags still do
    ['low', 'exact', 'destination', ['zero-value'], { ownSigned: true }],
    ['low', 'exact', 'destination', ['dust'], { ownSigned: true }],
    ['low', 'exact', 'source', ['doubtful'], { ownSigned: false }],
    ['low', 'exact', 'destination', ['doubtful'], { ownSigned: true }],
    ['low', 'exact', 'destination', ['unknown-asset', 'zero-value'], { ownSigned: true }],
  ]

  it.each(cases)('is %s for %s on %s, tags %j, %j', (level, match, role, tags, { ownSigned }) => {
    expect(levelOf(match, role, tags, ownSigned)).toBe(level)
  })

  it('of an undecoded log is medium where the config names its contract', () => {
    expect(levelOf('exact', 'named', ['undecoded'], false, true)).toBe('medium')
  })
})
