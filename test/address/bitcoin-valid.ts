import type { BitcoinNetwork } from '../../src/address/text.ts'

/**
 * Addresses and their scriptPubKeys. Sources: `src/test/data/key_io_valid.json` of Bitcoin Core, and the test vectors
 * of BIP173 and BIP350.
 */
export const validBitcoin: readonly (readonly [network: BitcoinNetwork, address: string, script: string])[] =
  [
    ['mainnet', '1FsSia9rv4NeEwvJ2GvXrX7LyxYspbN2mo', '76a914a31c06bd463e3923bc1aadbde48b16976c08071788ac'],
    ['mainnet', '1FjL87pn8ky6Vbavd1ZHeChRXtoxwRGCRd', '76a914a19331b7b2627e663e25a7b001e4c0dcc5e21bc788ac'],
    ['mainnet', '1G9A9j6W8TLuh6dEeVwWeyibK1Uc5MfVFV', '76a914a614da54daacdb8861f451a0b7e3c27cdf8a099e88ac'],
    ['mainnet', '36j4NfKv6Akva9amjWrLG6MuSQym1GuEmm', 'a914373b819a068f32b7a6b38b6b38729647cfde01c287'],
    ['mainnet', '3BZECeAH8gSKkjrTx8PwMrNQBLG18yHpvf', 'a9146c382dcdf5b284760c8e3fead91f7422cd76aa8787'],
    ['mainnet', '33GA3ZXbw5o5HeUrBEaqkWXFYYZmdxGRRP', 'a914113ca1afeb49ff3abf176ffa19c2a2b4df19712a87'],
    ['mainnet', 'bc1qvyq0cc6rahyvsazfdje0twl7ez82ndmuac2lhv', '00146100fc6343edc8c874496cb2f5bbfec88ea9b77c'],
    ['mainnet', 'bc1qhxt04s5xnpy0kxw4x99n5hpdf5pmtzpqs52es2', '0014b996fac2869848fb19d5314b3a5c2d4d03b58820'],
    [
      'mainnet',
      'bc1qyucykdlhp62tezs0hagqury402qwhk589q80tqs5myh3rxq34nwqhkdhv7',
      '002027304b37f70e94bc8a0fbf500e0c957a80ebda87280ef58214d92f119811acdc',
    ],
    [
      'mainnet',
      'bc1qgc9ljrvdf2e0zg9rmmq86xklqwfys7r6wptjlacdgrcdc7sa6ggqu4rrxf',
      '0020460bf90d8d4ab2f120a3dec07d1adf039248787a70572ff70d40f0dc7a1dd210',
    ],
    [
      'mainnet',
      'bc1p83n3au0rjylefxq2nc2xh2y4jzz4pm6zxj4mw5pagdjjr2a9f36s6jjnnu',
      '51203c671ef1e3913f94980a9e146ba895908550ef4234abb7503d436521aba54c75',
    ],
    [
      'mainnet',
      'bc1pve739yap4uxjvfk0jrey69078u0gasm2nwvv483ec6zkzulgw9xqu4w9fd',
      '5120667d1293a1af0d2626cf90f24d15fe3f1e8ec36a9b98ca9e39c6856173e8714c',
    ],
    ['mainnet', 'bc1z2rksukkjr8', '520250ed'],
    ['mainnet', 'bc1zmjtqxkzs89', '5202dc96'],
    ['mainnet', 'bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4', '0014751e76e8199196d454941c45d1b3a323f1433bd6'],
    [
      'mainnet',
      'bc1pw508d6qejxtdg4y5r3zarvary0c5xw7kw508d6qejxtdg4y5r3zarvary0c5xw7kt5nd6y',
      '5128751e76e8199196d454941c45d1b3a323f1433bd6751e76e8199196d454941c45d1b3a323f1433bd6',
    ],
    ['mainnet', 'bc1sw50qgdz25j', '6002751e'],
    ['mainnet', 'bc1zw508d6qejxtdg4y5r3zarvaryvaxxpcs', '5210751e76e8199196d454941c45d1b3a323'],
    [
      'mainnet',
      'bc1p0xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqzk5jj0',
      '512079be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798',
    ],
    ['testnet4', 'mzK2FFDEhxqHcmrJw1ysqFkVyhUULo45hZ', '76a914ce28b26c57472737f5c3561a1761185bd8589a4388ac'],
    ['testnet4', 'n4YNbYuFdPwFrxSP8sjHFbAhUbLMUiY9jE', '76a914fc8f9851f3c1e4719cd0b8e4816dd4e88c72e52888ac'],
    ['testnet4', '2NC2hEhe28ULKAJkW5MjZ3jtTMJdvXmByvK', 'a914ce0bba75891ff9ec60148d4bd4a09ee2dc5c933187'],
    ['testnet4', '2NAeQVZayzVFAtgeC3iYJsjpjWDmsDph71A', 'a914bedc797342c03fd7a346c4c7857ca03d467013b687'],
    [
      'testnet4',
      'tb1qcrh3yqn4nlleplcez2yndq2ry8h9ncg3qh7n54',
      '0014c0ef1202759fff90ff19128936814321ee59e111',
    ],
    [
      'testnet4',
      'tb1ql4k5ayv7p7w0t0ge7tpntgpkgw53g2payxkszr',
      '0014fd6d4e919e0f9cf5bd19f2c335a03643a914283d',
    ],
    [
      'testnet4',
      'tb1quyl9ujpgwr2chdzdnnalen48sup245vdfnh2jxhsuq3yx80rrwlq5hqfe4',
      '0020e13e5e482870d58bb44d9cfbfccea78702aad18d4ceea91af0e022431de31bbe',
    ],
    [
      'testnet4',
      'tb1qrp33g0q5c5txsp9arysrx4k6zdkfs4nce4xj0gdcccefvpysxf3q0sl5k7',
      '00201863143c14c5166804bd19203356da136c985678cd4d27a1b8c6329604903262',
    ],
    [
      'testnet4',
      'tb1p35n52jy6xkm4wd905tdy8qtagrn73kqdz73xe4zxpvq9t3fp50aqk3s6gz',
      '51208d2745489a35b75734afa2da43817d40e7e8d80d17a26cd4460b0055c521a3fa',
    ],
    [
      'testnet4',
      'tb1pqqqqp399et2xygdj5xreqhjjvcmzhxw4aywxecjdzew6hylgvsesf3hn0c',
      '5120000000c4a5cad46221b2a187905e5266362b99d5e91c6ce24d165dab93e86433',
    ],
    ['testnet4', 'tb1rgv5m6uvdk3kc7qsuz0c79v88ycr5w4wa', '53104329bd718db46d8f021c13f1e2b0e726'],
    ['signet', 'mww4LvqtTMKvmeQvizPz2EQv26xTneWrbg', '76a914b4110ba93ac54afc14da3bdd19614774a2d55d2988ac'],
    ['signet', 'mnCBpkNMJEJLehgdEkzSo2eioniyJMxLpZ', '76a914493c455551e48a1423263b62b127b436106a685488ac'],
    ['signet', '2N1r7aC69VHeE7yQJPDLi9T1PYq4wnwvjuT', 'a9145e5a35ab44b3efaea5129ba22b88ba3e2976614587'],
    ['signet', '2N5sNHomeNJDZv67AcFx9ES7FBZY4jx9KDA', 'a9148a776a0f34d56b63e7c595f2b205dbe1c393617a87'],
    ['signet', 'tb1q3vya2h5435jkugq2few7dmktlrwq4ejmfaw7kr', '00148b09d55e958d256e200a4e5de6eecbf8dc0ae65b'],
    [
      'signet',
      'tb1qxkhrl2s6ttrclckldruea0e8anhrehffl8xv7t0pdyrzm08v2hyqy408nf',
      '002035ae3faa1a5ac78fe2df68f99ebf27ecee3cdd29f9cccf2de169062dbcec55c8',
    ],
    [
      'signet',
      'tb1pae5um27ahn8n73pgexe3kcwlp8dhswpn684h2k2w6t9a7w3eq65qephd5y',
      '5120ee69cdabddbccf3f4428c9b31b61df09db783833d1eb75594ed2cbdf3a3906a8',
    ],
    [
      'signet',
      'tb1rx9n9g37az8mu236e5jpxdt0m67y4fuq8rhs0ss3djnm0kscfrwvq0ntlyg',
      '532031665447dd11f7c54759a48266adfbd78954f0071de0f8422d94f6fb43091b98',
    ],
    ['regtest', 'n4fajahJrAuKbN7uNsKjLjQkz9Qn5ewJXQ', '76a914fdeca3b08e38af53d7c4c60e3ad208ce5066441088ac'],
    ['regtest', 'mfhE6jAUwjUDNZhaX1PAsDTKfneQF2Nshc', '76a91401f15a4cc063dae4f4d56b89bfbc8bcc9ae5387c88ac'],
    ['regtest', '2MxFajLApXpYk4VodBSZSt7rw8y4ryABkfA', 'a91436e9f191e0b75036a77f65e2eaa4752443233fbe87'],
    ['regtest', '2MxNm1VHyVU4RuP3u1c1v5aQLk2dQjwy1Qk', 'a91438456f7c076356abadcc67b92ad777eb20fb9f8887'],
    [
      'regtest',
      'bcrt1qdavt4j2sd7dlhqsavtnfxvzppw6k7qy97tmnu9',
      '00146f58bac9506f9bfb821d62e69330410bb56f0085',
    ],
    [
      'regtest',
      'bcrt1q65nhlm4hf2ptg3t264al57p7wjxj2c3s6kyt83',
      '0014d5277feeb74a82b4456ad57bfa783e748d256230',
    ],
    [
      'regtest',
      'bcrt1qan8gntac7z7me2ejt4hpru42ad2f759fmy0m3ejvs98656znv7eqga4uhv',
      '0020ecce89afb8f0bdbcab325d6e11f2aaeb549f50a9d91fb8e64c814faa685367b2',
    ],
    [
      'regtest',
      'bcrt1pfwxjqvtt4tcxrtdluukfmy2dv7xd2qzdfy6kajv5nwn4yam3wxkq3553uh',
      '51204b8d20316baaf061adbfe72c9d914d678cd5004d49356ec9949ba752777171ac',
    ],
    [
      'regtest',
      'bcrt1sx6p8njlx7h9mc2agz4yg82dzne23050ncq72cneeecez2pst8mahn8xecsf8g6hzx94420',
      '6028368279cbe6f5cbbc2ba8154883a9a29e5517d1f3c03cac4f39ce3225060b3efb799cd9c412746ae2',
    ],
  ]
