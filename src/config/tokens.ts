import { isAddress } from 'viem/utils'
import { z } from 'zod'
import { group } from './group.ts'
import { flag, text, unique, wholeNumber } from './values.ts'

const addressExpected =
  'the 0x address of the token contract, in lower case or with a correct EIP-55 checksum'

const tokenSchema = group({
  address: z
    .string(addressExpected)
    .regex(/^0x[0-9a-fA-F]{40}$/, addressExpected)
    .refine((address) => isAddress(address), addressExpected)
    .transform((address) => address.toLowerCase() as `0x${string}`)
    .describe('Address of the token contract.'),
  symbol: text('the symbol of the token, such as USDT').describe('Name shown in alerts.'),
  decimals: wholeNumber('a whole number from 0 to 255', 0, 255)
    .optional()
    .describe('Decimals, for display only: amounts are kept in base units.'),
  wrapped: flag()
    .default(false)
    .describe('True for a wrapped native coin such as WETH, whose deposits and withdrawals are read too.'),
})

/** `tokens` of an EVM chain: the ones that are known. Others are screened too, tagged `unknown-asset`. */
export const tokensSchema = z
  .array(tokenSchema, 'a list of tokens')
  .superRefine(unique('address', (token) => token.address, 'an address that no other token of the chain has'))
  .default([])

/** `address` in lower case. */
export type TokenConfig = Readonly<z.output<typeof tokenSchema>>
