import { isAddress } from 'viem/utils'
import { z } from 'zod'
import { id, wholeNumber } from '../../config/values.ts'
import type { ListFormat } from '../types.ts'

export const contractsExpected =
  'a list of 0x addresses of token contracts, in lower case or with a correct EIP-55 checksum'
const fromExpected = 'a block height'

/** The keys of a list of the format `token-blacklist`: it is read from a chain, and has neither url nor file. */
export const freezeListKeys = {
  chain: id().optional().describe('For token-blacklist: the evm chain that the list is read from.'),
  contracts: z
    .array(
      z
        .string(contractsExpected)
        .refine((address) => isAddress(address), contractsExpected)
        .transform((address) => address.toLowerCase()),
      contractsExpected,
    )
    .min(1, contractsExpected)
    .optional()
    .describe(
      'For token-blacklist: the token contracts whose freezes count. Default: USDT and USDC on Ethereum; none on other chains.',
    ),
  from: wholeNumber(fromExpected, 0)
    .optional()
    .describe(
      'For token-blacklist: the first block whose freezes count. Default: that of the deployment of a known contract, else 0.',
    ),
} as const

/** What the issuers of tokens froze: a list without a file, which comes with the blocks of a chain. */
export const tokenBlacklist = {
  id: 'token-blacklist',
  category: 'issuer-freeze',
  ages: { check: '24h', issue: null },
  dated: false,
  page: {
    what: 'accounts that the issuers of tokens froze, from the events of a chain that is followed: see [Issuer freezes](#issuer-freezes)',
    taken: 'freezes and unfreezes by Tether and Circle, or by contracts you name',
    dates: 'exact to the block',
    begins: 'the time of the block with the freeze, included',
    ends: 'the time of the block with the unfreeze, included',
    source: 'the event in the block',
  },
} as const satisfies Pick<ListFormat, 'id' | 'category' | 'ages' | 'dated' | 'page'>
