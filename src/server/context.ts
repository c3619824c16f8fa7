import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyBaseLogger, FastifyInstance, RawServerDefault } from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import type { BitcoinNetwork } from '../address/network.ts'
import type { ChainCondition } from '../chains/watchdog.ts'
import type { Config } from '../config/schema.ts'
import { defaultServer, type ServerConfig } from '../config/server.ts'
import type { Log } from '../diagnostics/log.ts'
import type { Db } from '../ledger/database.ts'
import type { GroupCommit } from '../ledger/group-commit.ts'
import { tokenHash } from '../ledger/tokens.ts'

/** The server's fastify, whose routes are typed by their schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>

/**
 * What the server knows of the config. Nothing in it is a credential: no node's address, no list's URL, and of tokens and secrets
 * their SHA-256 alone.
 */
export interface ServerSettings extends Omit<ServerConfig, 'token' | 'sso'> {
  /** SHA-256 of `server.token`; `null` where there is none. */
  tokenHash: string | null
  sso: (Omit<NonNullable<ServerConfig['sso']>, 'secret'> & { secretHash: string }) | null
  lists: readonly {
    id: string
    format?: string
    maxAgeMs?: number | null
    maxIssueAgeMs?: number | null
    file?: string
    url?: string
  }[]
  chains: readonly (ServedChain & { start: number | 'latest' })[]
  canary: Config['canary']
  /** Sources of own addresses: their names alone. */
  own: readonly { id: string }[]
  /** Of the chains and tokens. */
  symbols: readonly string[]
  /** Bitcoin networks in use. */
  networks: readonly BitcoinNetwork[]
  /** The ids of the sinks. */
  sinks: readonly string[]
}

/** A chain, as far as the server needs to know it. */
export type ServedChain =
  | { id: string; type: 'evm'; chainId: number }
  | { id: string; type: 'bitcoin'; network: 'mainnet' | 'testnet4' | 'signet' | 'regtest' }

/** What the routes work with. */
export interface ServerContext {
  /** A connection of the server's own. */
  db: Db
  /** Its writes: requests that come together share a commit. */
  group: GroupCommit
  settings: ServerSettings
  /** How it goes with the chains. */
  conditions: () => readonly ChainCondition[]
  /** Whether the lists are loaded: before, nothing is clear. */
  isStarted: () => boolean
  log: Log
  /** Now, ISO-8601. */
  now: () => string
}

/** @param config `server` of it, or the default where it has none. */
export function serverSettings({
  server = defaultServer,
  ...config
}: Pick<Config, 'server' | 'lists' | 'chains' | 'canary' | 'delivery' | 'own'>): ServerSettings {
  const { token, sso, ...rest } = server
  return {
    ...rest,
    tokenHash: token === null ? null : tokenHash(token),
    sso: sso === null ? null : withoutSecret(sso),
    lists: config.lists.map((list) => ({
      ...{ id: list.id, format: list.format },
      ...('maxAgeMs' in list && { maxAgeMs: list.maxAgeMs }),
      ...('maxIssueAgeMs' in list && { maxIssueAgeMs: list.maxIssueAgeMs }),
      // Only whether it has one.
      ...('file' in list && list.file !== undefined && { file: '' }),
      ...('url' in list && list.url !== undefined && { url: '' }),
    })),
    chains: config.chains.map((chain) => ({ ...servedChain(chain), start: chain.start })),
    symbols: symbolsOf(config.chains),
    networks: networksOf(config.chains),
    canary: config.canary,
    own: config.own.map(({ id }) => ({ id })),
    sinks: config.delivery.map(({ id }) => id),
  }
}

function withoutSecret({ secret, ...sso }: NonNullable<ServerConfig['sso']>) {
  return { ...sso, secretHash: tokenHash(secret) }
}

function servedChain(chain: Config['chains'][number]): ServedChain {
  const { id } = chain
  return chain.type === 'evm'
    ? { id, type: 'evm', chainId: chain.chainId }
    : { id, type: 'bitcoin', network: chain.network }
}

/** The tickers of chains and tokens that a config names. */
export function symbolsOf(chains: Config['chains']): string[] {
  return chains.flatMap((chain) =>
    chain.type === 'evm' ? [chain.symbol, ...chain.tokens.map(({ symbol }) => symbol)] : [],
  )
}

/** The Bitcoin networks that a config names. */
export function networksOf(chains: Config['chains']): BitcoinNetwork[] {
  return [...new Set(chains.flatMap((chain) => (chain.type === 'bitcoin' ? [chain.network] : [])))]
}
