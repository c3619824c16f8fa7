import { z } from 'zod'
import { bitcoinFinalitySchema, mempoolSchema, nodeKeys, rpcSchema, startSchema } from './node.ts'
import { group, id, oneOf, text } from './values.ts'

/** How a Bitcoin node is logged in to. The cookie is read when the node is asked: bitcoind writes a new one at each start. */
export type BitcoinAuth =
  | { readonly cookieFile: string }
  | { readonly username: string; readonly password: string }

/** A chain of `type: bitcoin`. `passwordFile` has become `password` when this is parsed (see `secrets.ts`). */
export const bitcoinChainSchema = group({
  id: id().describe('Name of the chain in commands, tables and alerts.'),
  type: z.literal('bitcoin'),
  network: oneOf(['mainnet', 'testnet4', 'signet', 'regtest']).describe(
    'The network; a node of another is refused.',
  ),
  signetChallenge: text('hex digits')
    .regex(/^(?:[0-9a-f]{2})+$/i, 'hex digits')
    .transform((hex) => hex.toLowerCase())
    .optional()
    .describe(
      'signetchallenge of a signet that is not the public one, in hex. A node that names another one is refused.',
    ),
  rpc: rpcSchema,
  cookie: text("the path of the node's .cookie file").optional().describe("Path of the node's .cookie file."),
  username: text('text (in quotes, if it is a number)').optional().describe('rpcuser of the node.'),
  password: text('text (in quotes, if it is a number)')
    .optional()
    .describe('rpcpassword of the node; better from the environment, or in passwordFile.'),
  passwordFile: text('the path of a file').optional().describe('File that holds the password.'),
  start: startSchema,
  mempool: mempoolSchema,
  verify: oneOf(['strict', 'warn', 'off'])
    .default('strict')
    .describe(
      'Whether blocks are proved against their hash. strict: one that proves false is refused; warn: that is recorded in `unscreened`; off: only the header is proved. Default: strict.',
    ),
  finality: bitcoinFinalitySchema,
  ...nodeKeys(2_000),
})
  .superRefine((chain, context) => {
    const fail = (key: string, message: string) => context.addIssue({ code: 'custom', path: [key], message })
    const { cookie, username, password } = chain
    if (chain.signetChallenge !== undefined && chain.network !== 'signet')
      fail('signetChallenge', 'network: signet beside it')
    if (cookie !== undefined && username !== undefined) fail('cookie', 'either cookie or username, not both')
    if (username !== undefined && password === undefined)
      fail('username', 'password or passwordFile beside username')
    if (username === undefined && password !== undefined) fail('password', 'username beside the password')
  })
  .transform(({ cookie, username, password, passwordFile: _, poll, timeout, stall, stale, ...chain }) => ({
    ...chain,
    pollMs: poll,
    timeoutMs: timeout,
    stallMs: stall,
    staleMs: stale ?? null,
    auth: authOf(cookie, username, password),
  }))

function authOf(
  cookie: string | undefined,
  username: string | undefined,
  password: string | undefined,
): BitcoinAuth | undefined {
  if (cookie !== undefined) return { cookieFile: cookie }
  if (username !== undefined && password !== undefined) return { username, password }
  return undefined
}

export type BitcoinChainConfig = Readonly<z.output<typeof bitcoinChainSchema>>
