import fc from 'fast-check'
import { keccak256, toBytes } from 'viem'
import { describe, expect, it } from 'vitest'
import {
  addedBlackListTopic,
  blacklistedTopic,
  extractFreezes,
  freezeTopics,
  isFrozenSelectors,
  removedBlackListTopic,
  unBlacklistedTopic,
} from '../../../../src/chains/evm/freezes/extract-freezes.ts'
import type { RpcLog } from '../../../../src/chains/evm/types.ts'
import { address, blockOf, hash, log, topic } from '../build.ts'

const usdt = address(0xdac)
const account = address(7)
const word = topic(account)

const found = (...logs: RpcLog[]) => extractFreezes(blockOf([{ logs }]).receipts, new Set([usdt]))

describe('the events of issuers', () => {
  it('have the topics and selectors of their signatures', () => {
    const signatures = ['AddedBlackList', 'RemovedBlackList', 'Blacklisted', 'UnBlacklisted']
    expect(signatures.map((name) => keccak256(toBytes(`${name}(address)`)))).toEqual(freezeTopics)
    for (const [name, selector] of Object.entries(isFrozenSelectors))
      expect(keccak256(toBytes(`${name}(address)`)).slice(0, 10)).toBe(selector)
  })

  it.each([
    ['Tether freezes', addedBlackListTopic, 'frozen'],
    ['Tether lets go', removedBlackListTopic, 'unfrozen'],
    ['Circle freezes', blacklistedTopic, 'frozen'],
    ['Circle lets go', unBlacklistedTopic, 'unfrozen'],
  ] as const)('%s, whether the account is indexed or not', (_name, kind, change) => {
    const notice = { contract: usdt, account: `evm:${account.slice(2)}`, change, txHash: hash(0) }
    expect(found(log(usdt, [kind, word]), log(usdt, [kind], word))).toEqual({
      notices: [
        { ...notice, logIndex: 0 },
        { ...notice, logIndex: 1 },
      ],
      unread: [],
    })
  })

  it('count by their contract: anybody can write such an event', () => {
    expect(found(log(address(0xbad), [addedBlackListTopic], word))).toEqual({ notices: [], unread: [] })
    expect(extractFreezes(blockOf([]).receipts, new Set())).toEqual({ notices: [], unread: [] })
  })

  it('have their place among all logs of the block', () => {
    const other = log(usdt, [hash(1)])
    const { receipts } = blockOf([
      { logs: [other, other] },
      { logs: [other, log(usdt, [blacklistedTopic, word])] },
    ])
    expect(extractFreezes(receipts, new Set([usdt])).notices).toMatchObject([
      { logIndex: 3, txHash: hash(1) },
    ])
  })

  it.each([
    ['of no account', log(usdt, [addedBlackListTopic])],
    ['of half an account', log(usdt, [addedBlackListTopic], word.slice(0, 40))],
    ['of an odd digit', log(usdt, [addedBlackListTopic], `${word}0`)],
    ['of two words', log(usdt, [addedBlackListTopic], `${word}${word.slice(2)}`)],
    ['of an account indexed and not', log(usdt, [addedBlackListTopic, word], word)],
    ['of two accounts', log(usdt, [addedBlackListTopic, word, word])],
    ['of a word that is no account', log(usdt, [addedBlackListTopic, hash(1)])],
    ['of something that is no hex', log(usdt, [addedBlackListTopic], `0x${'z'.repeat(64)}`)],
  ])('that can not be read are told: %s', (_name, broken) => {
    expect(found(broken)).toEqual({
      notices: [],
      unread: [{ what: 'freeze', reason: expect.stringContaining(usdt) }],
    })
  })

  it('never throw, whatever their data is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...freezeTopics),
        fc.array(fc.uint8Array({ minLength: 32, maxLength: 32 }), { maxLength: 3 }),
        fc.string(),
        (kind, topics, data) => {
          const hex = topics.map((bytes) => `0x${Buffer.from(bytes).toString('hex')}`)
          const { notices, unread } = found(log(usdt, [kind, ...hex], `0x${data}`))
          expect(notices.length + unread.length).toBe(1)
        },
      ),
    )
  })
})
