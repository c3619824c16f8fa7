import { describe, it } from 'vitest'
import { address, longCsv, rule, userWith } from './bad-file.ts'
import { refused } from './refusal.ts'

describe('a file of own addresses that is not right', () => {
  it('has a column on nationality', async () => {
    const { user, file } = await userWith(
      'own.csv',
      `address,kind,reference,nationality\n${address(1)},hot,1,XX\n`,
    )
    await refused(user, ['own', 'import', file], {
      code: 1,
      says: `${file} has a column (number 4 in line 1) that must not be there: ${rule}`,
    })
  })

  it('has a bad checksum in line 7 of 10,000: nothing is half loaded', async () => {
    const { user, file } = await userWith('own.csv', longCsv('address,kind,reference', ',deposit,x'))
    await refused(user, ['own', 'import', file], {
      code: 1,
      says: `${file} has 1 bad row of 9999, so nothing was loaded: ${file}:7 address can't be read: EIP-55 checksum does not match.`,
    })
  })

  it('has a header only, or is not there', async () => {
    const { user, file } = await userWith('own.csv', 'address,kind,reference\n')
    await refused(user, ['own', 'import', file], {
      code: 1,
      says: `${file} has no rows, expected a header and a row per own address.`,
    })
    await refused(user, ['own', 'import', '/nowhere.csv'], {
      code: 1,
      says: /^\/nowhere\.csv can't be read: .*no such file.*\.$/,
    })
  })

  it('is of another Bitcoin network than the config', async () => {
    const { user, file } = await userWith(
      'own.csv',
      'address,kind,reference\n1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa,hot,1\n',
    )
    user.configure({
      chains: [{ id: 'btc', type: 'bitcoin', network: 'regtest', rpc: ['http://127.0.0.1:1'], start: 0 }],
    })
    await refused(user, ['own', 'import', file], {
      code: 1,
      says: `${file}:2: address is no address of regtest, the Bitcoin network of the config; nothing was loaded.`,
    })
    await refused(user, ['own', 'add', '1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa'], {
      code: 2,
      says: 'Nothing was added: 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa is no address of regtest, the Bitcoin network of the config.',
    })
  })
})
