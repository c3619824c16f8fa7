import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseAddress } from '../../../src/address/parse.ts'
import { extractAddresses } from '../../../src/lists/formats/free-text/extract-addresses.ts'
import { randomRuns } from '../../long.ts'

const eth = '0x098B716B8Aaf21512996dC57EB0615e2383E2f96'
const lower = '0x7f367cc41522ce07553e823bf3be79a889debe1b'
const tron = 'TUCsTq7TofTCJRRoHk6RvhMoS2mJLm5Yzq'
const p2sh = '3LU8wRu4ZnXP4UM8Yo6kkTiGHM9BubgyiG'
const segwit = 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4'
const cash = 'qpm2qsznhks23z7629mms6s0cwef74vcwvy22gdx6a'
const legacyCash = 'qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq'
const solana = '9WzDXwBbmkg8ZTbNMqUxvQRAyrZzDsGYdLVL9zYtAWWM'
const stellar = 'GA7QYNF7SOWQ3GLR2BGMZEHXAVIRZA4KVWLTJJFC7MGXUA74P7UJVSGZ'
const cardano =
  'addr1qx2fxv2umyhttkxyxp8x0dlpdt3k6cwng5pxj3jhsydzer3jcu5d8ps7zex2k2xt3uqxgjqnnj83ws8lhrn648jjxtwq2ytjqp'
const monero =
  '48edfHu7V9Z84YzzMa6fUueoELZ9ZRXq9VetWzYGzKt52XU5xvqgzYnDK9URnRoJMk1j8nLwEVsaSWJ4fhdUyZijBGUicoD'
const inGroups = (address: string, size: number) =>
  (address.match(new RegExp(`.{1,${size}}`, 'g')) ?? []).join(' ')
/** Parts of a prefixed text, of which only the first is longer. */
const withPrefix = (group: typeof inGroups, size: number, address = eth) =>
  `0x${group(address.slice(2), size)}`
const bare = eth.slice(2)
const unequal = (address: string) => address.replace(/^(.{6})(.{9})(.{4})(.{7})(.{4})/, '$1 $2 $3 $4 $5 ')
const kaspa = 'qr8vz8l35zyqlyjc7nyy9mu5gfa9mp5s8p6v9f4l0zv2vv2x7y0ju3c0hfd8n'
const ton = 'EQ-2_D9zS3Xw-k1LmNoPqRsTuVwXyZ0123456789abcdefGH'
const txHash = '0x348a042dfedaf64400bf6660fe0ed523b373f172b7914985600d882ac09e0631'

const found = (text: string) => extractAddresses(text).found.map(({ asset, address }) => [asset, address])
const unparsed = (text: string) => extractAddresses(text).unparsed

describe('addresses in free text', () => {
  it.each<[string, [string | null, string][]]>([
    [`ETH: ${eth}`, [['ETH', eth]]],
    [
      `(1) ETH: ${eth} (2) BNB: ${eth} (3) USDT:  ${tron}`,
      [
        ['ETH', eth],
        ['BNB', eth],
        ['USDT', tron],
      ],
    ],
    [
      `Digital Currency Address - XBT ${p2sh}; alt. Digital Currency Address - NEWCOIN ${eth};`,
      [
        ['XBT', p2sh],
        ['NEWCOIN', eth],
      ],
    ],
    [`USDT (TRC20): ${tron}`, [['USDT', tron]]],
    [`USDT-TRC20 - ${tron}.`, [['USDT', tron]]],
    [`his Bitcoin wallet address is ${segwit}, among others`, [['Bitcoin', segwit]]],
    [
      `BTC: ${p2sh}\n${segwit}\nTRX: ${tron}`,
      [
        ['BTC', p2sh],
        ['BTC', segwit],
        ['TRX', tron],
      ],
    ],
    [`Bitcoin Cash: ${legacyCash}`, [['Bitcoin Cash', legacyCash]]],
    [
      `ID: ${eth}; WALLET: ${tron}`,
      [
        [null, eth],
        [null, tron],
      ],
    ],
    [`Tron wallet of his - ${tron}`, [[null, tron]]],
    [`ABCD: ${eth}`, [['ABCD', eth]]],
    [
      `He used ${tron} and, later on, ${eth}`,
      [
        [null, tron],
        [null, eth],
      ],
    ],
    [`ארנק${tron}`, [[null, tron]]],
    [`地址：${lower}。`, [[null, lower]]],
    [`SOL: ${solana}`, [['SOL', solana]]],
    [
      `BCH bitcoincash:${'qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq'}`,
      [['BCH', 'bitcoincash:qpf2cphc5dkuclkqur7lhj2yuqq9pk3hmukle77vhq']],
    ],
    [`ethereum:${eth}`, [['ethereum', eth]]],
    [`${eth} ${eth}`, [[null, eth]]],
  ])('are found with their label: %s', (text, expected) => {
    expect(found(text)).toEqual(expected)
    expect(unparsed(text)).toEqual([])
  })

  it.each<[string, string, string, RegExp]>([
    ['look-alike letters', tron.replace('T', 'Т'), tron.replace('T', 'Т'), /outside ASCII \(U\+0422\)/],
    [
      'a zero-width space inside',
      `${tron.slice(0, 9)}\u200b${tron.slice(9)}`,
      `${tron.slice(0, 9)}\u200b${tron.slice(9)}`,
      /U\+200B/,
    ],
    ['a zero-width space before', `wallet \u200b${eth}`, `\u200b${eth}`, /U\+200B/],
    ['a byte order mark behind', `${eth}\ufeff`, `${eth}\ufeff`, /U\+FEFF/],
    [
      'a NUL inside',
      `${p2sh.slice(0, 5)}\0${p2sh.slice(5)}`,
      `${p2sh.slice(0, 5)}\0${p2sh.slice(5)}`,
      /control character/,
    ],
    [
      'full-width letters',
      `ＢＴＣ ${segwit.replace('bc1', 'ｂｃ１')}`,
      segwit.replace('bc1', 'ｂｃ１'),
      /outside ASCII/,
    ],
    [
      'a space inside',
      `TNZxGWCwvsHr6JxQxzoeDXV5 97Yf7Zb7nV`,
      `TNZxGWCwvsHr6JxQxzoeDXV5 97Yf7Zb7nV`,
      /split by white space/,
    ],
    [
      'a line break inside',
      `see ${eth.slice(0, 20)}\n${eth.slice(20)}.`,
      `${eth.slice(0, 20)}\n${eth.slice(20)}`,
      /split by white space/,
    ],
    [
      'a hyphen inside',
      `${segwit.slice(0, 12)}-${segwit.slice(12)}`,
      `${segwit.slice(0, 12)}-${segwit.slice(12)}`,
      /split by "-"/,
    ],
    [
      'three parts',
      `${p2sh.slice(0, 9)} ${p2sh.slice(9, 20)} ${p2sh.slice(20)}`,
      `${p2sh.slice(0, 9)} ${p2sh.slice(9, 20)} ${p2sh.slice(20)}`,
      /split by/,
    ],
    ['two glued together', `${eth}${tron}`, `${eth}${tron}`, /no hex digit/],
    ['two of one kind glued', `${p2sh}${tron}`, `${p2sh}${tron}`, /no address format known/],
    ['a word glued to it', `wallet${tron}`, `wallet${tron}`, /no address format known/],
    [
      'a failed base58 checksum',
      tron.replace('q', 'p').replace('C', 'D'),
      tron.replace('q', 'p').replace('C', 'D'),
      /checksum/,
    ],
    ['a failed EIP-55 checksum', `BTC ${eth.replace('098B', '098b')}`, eth.replace('098B', '098b'), /EIP-55/],
    ['a failed bech32 checksum', segwit.replace(/4$/, '5'), segwit.replace(/4$/, '5'), /bech32 checksum/],
    ['39 digits', eth.slice(0, -1), eth.slice(0, -1), /39 hex digits/],
    [
      'a letter that base58 does not have',
      tron.replace('7', '0'),
      tron.replace('7', '0'),
      /does not use "0"/,
    ],
    ['a cut after a label', `USDT: ${tron.slice(0, 12)}`, tron.slice(0, 12), /./],
    [
      'hex that a label calls an address',
      `XMR: 5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320`,
      '5be5543ff73456ab9f2d207887e2af87322c651ea1a873c5b25b7ffae456c320',
      /64 hex digits/,
    ],
    ['a link', `https://etherscan.io/token/${eth}?a=1`, eth, /inside a link/],
    ['a link without scheme', `tronscan.org/#/address/${tron}`, tron, /inside a link/],
    ['an account of Stellar', `(1) XLM: ${stellar} (2) cash`, stellar, /no address format known/],
    ['an account of Cardano', `ADA: ${cardano}`, cardano, /no address format known/],
    ['an account of Cardano without a colon', `Cardano ${cardano}`, cardano, /no address format known/],
    ['an account of Sui', `SUI: ${txHash}`, txHash, /0x with 64 hex digits, expected 40/],
    [
      'an account of Cosmos',
      'ATOM: cosmos1hsk6jryyqjfhp5dhc55tc9jtckygx0eph6dd02',
      'cosmos1hsk6jryyqjfhp5dhc55tc9jtckygx0eph6dd02',
      /"cosmos" is of no chain known/,
    ],
    ['an account of XDC', `XDC: xdc${lower.slice(2)}`, `xdc${lower.slice(2)}`, /./],
    [
      'an account of Avalanche',
      'AVAX: X-avax1x459sj0ssujguq723cljfty4jlae28evjzt7xz',
      'avax1x459sj0ssujguq723cljfty4jlae28evjzt7xz',
      /./,
    ],
    [
      'groups of four',
      `BTC wallet: ${inGroups(segwit, 4)}, his`,
      inGroups(segwit, 4),
      /split by white space/,
    ],
    ['groups of four without a label', `${inGroups(segwit, 4)}, his`, inGroups(segwit, 4), /split by white/],
    ['groups of ten', `see ${inGroups(monero, 10)}`, inGroups(monero, 10), /split by white space/],
    [
      'groups of eight with a letter wrong',
      `BTC address: ${inGroups(segwit.replace(/4$/, '5'), 8)}`,
      inGroups(segwit.replace(/4$/, '5'), 8),
      /no address when they are put together/,
    ],
    [
      'a failed checksum without a digit, behind a label',
      'USDT (TRC20) wallet address: TAptVYvrooASMadnNDdgxnNQUokqkgpFtP',
      'TAptVYvrooASMadnNDdgxnNQUokqkgpFtP',
      /base58 checksum/,
    ],
    ['a Solana address inside a link', `https://solscan.io/account/${solana}`, solana, /inside a link/],
    [
      'a damaged address inside a link that says so',
      `https://tronscan.org/#/address/${tron.replace('C', 'D')}`,
      tron.replace('C', 'D'),
      /inside a link/,
    ],
    [
      'a damaged address inside a link that its prefix tells',
      `https://example.org/x?y=${eth.replace('098B', '098b')}`,
      eth.replace('098B', '098b'),
      /inside a link/,
    ],
    ['no checksum and no label', `key ${solana}`, solana, /Solana/],
    [
      'groups that 0x begins',
      `see ${withPrefix(inGroups, 4)}`,
      withPrefix(inGroups, 4),
      /split by white space/,
    ],
    ['groups behind 0x', `see 0x ${inGroups(bare, 5)}`, `0x ${inGroups(bare, 5)}`, /split by white space/],
    [
      'groups of which the first is longer',
      `see 0x${inGroups(bare, 8)}`,
      `0x${inGroups(bare, 8)}`,
      /split by/,
    ],
    [
      'groups that 0x begins, with a letter wrong',
      `see 0x${inGroups(bare.replace('8B', '8b'), 8)} of his`,
      `0x${inGroups(bare.replace('8B', '8b'), 8)}`,
      /parts: no address when they are put together/,
    ],
    [
      'a prefix and groups',
      `see bc1 ${inGroups(segwit.slice(3), 4)}`,
      `bc1 ${inGroups(segwit.slice(3), 4)}`,
      /split/,
    ],
    [
      'a prefix and groups with a letter wrong',
      `see bc1 ${inGroups(segwit.slice(3, -1), 4)}5 and`,
      `bc1 ${inGroups(segwit.slice(3, -1), 4)}5 and`,
      /parts: no address when they are put together/,
    ],
    ['parts of any length', `see ${unequal(tron)}, his`, unequal(tron), /split by white space/],
    [
      'parts of any length with a letter wrong, behind a label',
      `TRX wallet: ${unequal(tron.replace('Y', 'y'))}, his`,
      unequal(tron.replace('Y', 'y')),
      /parts: no address when they are put together/,
    ],
    [
      'an indented line break inside',
      `BTC: ${segwit.slice(0, 1)}\n\t\t              ${segwit.slice(1)}`,
      `${segwit.slice(0, 1)}\n\t\t              ${segwit.slice(1)}`,
      /split by white space/,
    ],
    ['an account of Kaspa', `KAS: kaspa:${kaspa}`, kaspa, /cashaddr checksum/],
    ['an account of Kaspa without a label', `see kaspa:${kaspa}.`, kaspa, /cashaddr checksum/],
    ['an account of TON', `TON: ${ton}`, ton, /no address format known/],
    ['an account of TON without a label', `see ${ton}, his`, ton, /no address format known/],
    ['a raw account of TON', `TON: 0:${txHash.slice(2)}`, txHash.slice(2), /64 hex digits/],
    ['dots in the middle', 'USDT: TGJVc3...aVNU', 'TGJVc3...aVNU', /cut short/],
    ['dots in brackets', 'USDT: TUCs[...]Yzq, his', 'TUCs[...]Yzq', /cut short/],
    ['an ellipsis in the middle', 'ETH: 0x175d\u2026b92c', '0x175d\u2026b92c', /cut short/],
    ['an ellipsis without a label', 'see 0x175d\u2026b92c', '0x175d\u2026b92c', /cut short/],
    ['dots after bc1', 'wallet address bc1q...5zml of his', 'bc1q...5zml', /cut short/],
    ['an ellipsis at the end', 'Bitcoin address 1A1zP1\u2026', '1A1zP1', /cut short/],
    ['an ellipsis at the front', 'USDT wallet \u20265Yzq', '5Yzq', /cut short/],
    ['dots after two letters', 'USDT: bc...f3t4', 'bc...f3t4', /cut short/],
    ['dots before a word', 'USDT: TGJVc3... and', 'TGJVc3', /cut short/],
    ['dots and the label of another', 'ETH: 0x175d\u2026 SOL: none', '0x175d', /cut short/],
    ['a quoted one', 'his wallet "TUCs\u2026aVN4"', 'TUCs\u2026aVN4', /cut short/],
    ['a line to fill in', 'ETH: 0x098B____2f96', '0x098B____2f96', /cut short/],
    ['x in its middle', 'see 0x098Bxxxx2f96', '0x098Bxxxx2f96', /cut short/],
    ['what was left out in words', 'ETH: 0x098B [redacted] 2f96', '0x098B', /cut short/],
    [
      'parts of an account of Cosmos',
      'ATOM: cosmos1hsk6jry yqjfhp5dhc55tc9jtckygx0eph6dd02',
      'cosmos1hsk6jry yqjfhp5dhc55tc9jtckygx0eph6dd02',
      /parts: no address/,
    ],
    [
      'groups with few digits',
      `BTC: ${inGroups(cash.replace('m', 'n'), 4)}`,
      inGroups(cash.replace('m', 'n'), 4),
      /parts: no address/,
    ],
    [
      'parts of an account of Stellar',
      'XLM: GA7QYNF7SOWQ3GLR2BGM ZEHXAVIRZA4KVWLTJJFC7 MGXUA74P7UJVSGZ',
      'GA7QYNF7SOWQ3GLR2BGM ZEHXAVIRZA4KVWLTJJFC7 MGXUA74P7UJVSGZ',
      /parts: no address/,
    ],
    [
      'tags written out inside',
      `USDT: ${tron.slice(0, 9)}<br/>${tron.slice(9, 20)}</p>&#8203;<p>${tron.slice(20)}`,
      `${tron.slice(0, 9)}<br/>${tron.slice(9, 20)}</p>&#8203;<p>${tron.slice(20)}`,
      /split by/,
    ],
    ['a sign for x', `see 0\u00d7${bare}`, `0\u00d7${bare}`, /outside ASCII \(U\+00D7\)/],
    ['an ellipsis between spaces', 'see 0x ... 2f', '0x ... 2f', /cut short/],
    ['stars', 'BTC: 3LU8***yiG', '3LU8***yiG', /cut short/],
    [
      'a cashaddr that does not agree',
      `BCH: bitcoincash:${cash}`,
      `bitcoincash:${cash}`,
      /cashaddr checksum/,
    ],
  ])('are not repaired: %s', (_, text, raw, reason) => {
    const extraction = extractAddresses(text)
    expect(extraction.found).toEqual([])
    expect(extraction.unparsed).toEqual([
      {
        raw,
        reason: expect.stringMatching(reason),
        asset: expect.toSatisfy((asset) => asset === null || text.includes(asset)),
      },
    ])
  })

  it.each([
    [
      'prose',
      'The Organization of Al-Jihad, also responsible for Antidisestablishmentarianism in 2003, acted on behalf of others.',
    ],
    [
      'prose in other scripts',
      'Место регистрации: Москва. 国連安全保障理事会決議第1822号 ביטול ההכרזה על הארגון מיום 20.10.2009',
    ],
    ['phone numbers', '+7 911 035 49 82, (0) 44 20 7946 0958; 79110354982; 1 345 678 9012 345 678 9012'],
    [
      'account numbers',
      'Account 40702810412345678901, IBAN RU0204452560040702810412345678901, Swift ABCDRUMM, LEI 5299007NTWCC3U23WM81',
    ],
    [
      'transaction hashes',
      `transaction ${txHash}, and ${txHash.slice(2)}, block hash 000000000000000000025c4b5e5e9d5b8d6a6a0a6d4b6f0e3b1d2c3a4f5e6d7c`,
    ],
    [
      'links',
      'https://eur-lex.europa.eu/legal-content/EN/TXT/PDF/?uri=OJ:L_202500389&from=EN www.interpol.int/en/View-UN-Notices t.me/joinchat/AAAAAFbq1Zx9YkQwErTyUi',
    ],
    ['mail', 'mycryptodeals2018XyZabcDEF@yandex.ru; 1BoatSLRHtKNngkdXEeobR76b53L@example.org'],
    [
      'names with digits',
      'GazaNow2023Official, DPRK3, ELECTION-EO13848, Passport 719032284, Windows11EnterpriseEdition',
    ],
    [
      'numbers behind the words of forms',
      `TX: ${txHash}; SHA256: ${txHash.slice(2)}; IBAN: RU0204452560040702810412345678901; LEI: 5299007NTWCC3U23WM81, REF: 2023/AB12CD34EF56GH78IJ90KL12MN34; INN: 7707083893; OGRN: 1027700132195; ACC: 40702810412345678901234567; UN: 123456789012345678901234567890`,
    ],
    [
      'long words behind an address of another kind',
      'Address: Nizhnekamskneftekhimovskaya 12; email address: nizhnekamskneftekhimovskaya',
    ],
    [
      'numbers in groups',
      'IBAN RU02 0445 2560 0407 0281 0412 3456 7890 1; wallet of cards 1234 5678 9012 3456 7890 1234 5678; tel. 0044 2079 4609 5800 4420 7946 0958',
    ],
    [
      'short words in a row',
      'his wallet was then lost, and four more were sold last year when they left town',
    ],
    [
      'links to pages and places',
      'https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit https://www.google.com/maps/place/data=!3m1!4b1!4m5!3m4!1s0x47a84e373f035901:0x42120465b5e3b70 https://youtu.be/dQw4w9WgXcQ https://example.org/a/Zk3dT9qLm2XvB7sWn4Yc8RfH6 https://etherscan.io/tx/0x348a042dfedaf64400bf6660fe0ed523b373f172b7914985600d882ac09e0631',
    ],
    ['amounts behind a currency', 'paid 5000 USDT and BTC 12.5, ETH 2023 and BTC 100000'],
    [
      'a transaction hash in groups',
      `transaction ${withPrefix(inGroups, 8, txHash)}, ${inGroups(txHash.slice(2), 4)}`,
    ],
    [
      'dots behind words and amounts',
      'BTC ... and ETH, the wallet address was known... paid 5000 USDT... in BTC: 12...15, his wallet... Address: Moscow... BTC: 10k...20k, BTC\u202610k, Wallet: MetaMask... Address: 12B\u2026 13C\u2026 USDT: 2019...2022H1 wallets are used...2nd, digital wallet...B2B',
    ],
    ['tables of numbers', '+7 901 100 10 10; 12 34 56 78 9 10 11 12; INN 7707083893 '.repeat(900)],
    ['nothing', ''],
  ])('are not seen in %s', (_, text) => {
    expect(extractAddresses(text)).toEqual({ found: [], unparsed: [] })
  })

  it('are found whole and alone only, whatever stands around them', () => {
    const word = fc.string({ unit: fc.constantFrom(...'aZ09 .,:;()/-\n@НсT13\u200b😀'), maxLength: 30 })
    fc.assert(
      fc.property(
        fc.array(fc.oneof(word, fc.constantFrom(eth, tron, p2sh, segwit, solana)), { maxLength: 8 }),
        (parts) => {
          const text = parts.join('')
          for (const { key, address } of extractAddresses(text).found) {
            expect(parseAddress(address)).toMatchObject({ ok: true, key })
            const alone = text.split(address).some((before, at, pieces) => {
              const after = pieces[at + 1]
              return (
                after !== undefined &&
                !/[\p{L}\p{N}\p{Cf}]$/u.test(before) &&
                !/^[\p{L}\p{N}\p{Cf}]/u.test(after)
              )
            })
            expect(alone).toBe(true)
          }
          for (const { raw, reason } of extractAddresses(text).unparsed) {
            expect(text).toContain(raw)
            expect(reason).not.toBe('')
          }
        },
      ),
      { numRuns: randomRuns(500) },
    )
  })

  it('are never lost: each is found or shown', () => {
    const around = fc.constantFrom(
      '',
      ' ',
      ', ',
      '\n',
      '(',
      ')',
      'x',
      '9',
      'Н',
      '\u200b',
      '-',
      '"',
      '。',
      ': ',
    )
    fc.assert(
      fc.property(
        around,
        fc.constantFrom(eth, lower, tron, p2sh, segwit),
        around,
        (before, address, after) => {
          const { found, unparsed } = extractAddresses(`The wallet ${before}${address}${after} of his`)
          expect(found.length + unparsed.length).toBe(1)
        },
      ),
      { numRuns: randomRuns(500) },
    )
  })

  it('are whole, though dots or stars stand behind them', () => {
    const text = `BTC: ${segwit}... ${tron} … ${eth}…, ${lower}[...] and ${p2sh}***`
    expect(found(text).map(([, address]) => address)).toEqual([segwit, tron, eth, lower, p2sh])
    expect(unparsed(text)).toEqual([])
  })

  it.each([' ', '\n', '', ' then '])('takes no whole address for the end of a shortened one (%j)', (gap) => {
    for (const short of ['0x175d\u2026', 'USDT: TGJVc3...', 'TRX: TGJVc3 ...'])
      for (const whole of [eth, tron, p2sh, segwit]) {
        const { found, unparsed } = extractAddresses(`${short}${gap}${whole}.`)
        expect(found.map(({ address }) => address)).toEqual([whole])
        expect(unparsed).toMatchObject([{ reason: 'cut short: not a whole address' }])
      }
  })

  it('are shown in damaged groups that a split address follows', () => {
    const split = `${tron.slice(0, 4)}\n${tron.slice(4)}`
    const shown = unparsed(`XLM: ${inGroups(stellar, 8)} ${split}`)
    expect(shown.map(({ raw }) => raw)).toEqual([inGroups(stellar, 8), split])
  })

  it.each([
    ['what is left of one', 'ETH: 0x175d\u2026SOL: '],
    ['what is left of one, behind a space', 'ETH: 0x175d\u2026 SOL: '],
    ['parts that begin with bc1', `see bc1 ${inGroups(segwit.slice(3, -1), 4)}5 SOL: `],
    ['groups of which the last is like a word', `SOL: ${inGroups(cardano, 9)}\n`],
  ])('keep the label that stands before them, behind %s', (_, before) => {
    expect(found(`${before}${solana}`)).toEqual([['SOL', solana]])
  })

  it('are found whole among labels, numbers, parts and marks', () => {
    const labels = [
      'BTC:',
      'USDT (TRC20):',
      'ERC-20',
      'wallet address:',
      '(1)',
      'No 3',
      'alt.',
      'Passport',
      '1234 5678',
    ]
    const parts = [
      '0x',
      'bc1',
      'b',
      'T',
      '3',
      '1A',
      '0x1f4',
      '3LU8',
      'TGJVc3...aVNU',
      '0x175d\u2026',
      'dead beef',
      '...',
    ]
    const words = ['and', 'of', 'Moscow', '1985', 'A1', 'Ltd', 'IBAN RU0204452560040702810412345678901']
    const addresses = [eth, lower, tron, p2sh, segwit, legacyCash, monero]
    const piece = fc.constantFrom(...labels, ...parts, ...words, ...addresses)
    const gap = fc.constantFrom(' ', ', ', '; ', '\n', ' - ', '\t', ': ', '\n    ', '. ', ' | ', '... ')
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, gap), { maxLength: 10 }), (pieces) => {
        const expected = pieces.map(([text]) => text).filter((text) => addresses.includes(text))
        const all = found(pieces.flat().join('')).map(([, address]) => address)
        expect(new Set(all)).toEqual(new Set(expected))
      }),
      { numRuns: randomRuns(2000) },
    )
  })

  it('counts parts however an address is cut', () => {
    const between = fc.constantFrom(' ', '\n', '\r\n        ', '-', ' - ', ', ', '\u00a0')
    const parts = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 42, maxLength: 42 })
    const before = fc.constantFrom('', 'BTC: ', 'wallet address ', 'see ', 'USDT (TRC20): ')
    fc.assert(
      fc.property(
        fc.constantFrom(eth, lower, tron, p2sh, segwit),
        parts,
        between,
        before,
        (address, sizes, gap, label) => {
          const pieces: string[] = []
          for (let from = 0; from < address.length; ) {
            const size = Math.min(sizes[pieces.length] ?? 1, address.length - 1)
            pieces.push(address.slice(from, from + size))
            from += size
          }
          const { found, unparsed } = extractAddresses(`His ${label}${pieces.join(gap)} and more.`)
          expect(found).toEqual([])
          expect(unparsed.map(({ raw }) => raw)).toContainEqual(expect.stringContaining(pieces.at(-1) ?? ''))
        },
      ),
      { numRuns: randomRuns(1000) },
    )
  })

  it.each(['Passport: ', 'National ID No. ', 'Tax ID No. ', 'identity card '])(
    'neither finds nor shows what stands behind "%s"',
    (words) => {
      expect(unparsed(`${words}ZQ77190AbC3xYz81QkLmNo`)).toEqual([])
      expect(unparsed(`${words}1; wallet: ZQ77190AbC3xYz81QkLmNo`)).toHaveLength(1)
    },
  )

  it('says so where a text has more parts than are put together', () => {
    expect(unparsed('1 '.repeat(30_000))).toHaveLength(1)
    const hostile = unparsed('1Aa 2Bb '.repeat(8_000))
    expect(hostile.at(-1)).toEqual({
      raw: '',
      reason: expect.stringMatching(/^so many parts that may belong together/),
      asset: null,
    })
  })

  it('shows no more than 300 characters of a damaged text', () => {
    const [item] = unparsed(`wallet: ${'Ab1'.repeat(1000)}`)
    expect(item?.raw).toHaveLength(300)
  })
})
