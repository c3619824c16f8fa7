import { ChainscreenError, type ErrorCode } from '../../../diagnostics/errors.ts'

/** The node answered with a JSON-RPC error. Its kind decides what can be done; its text is only for people. */
export class RpcRefusal extends ChainscreenError {
  readonly rpcCode: number | null
  readonly kind: RefusalKind

  constructor(kind: RefusalKind, message: string, rpcCode: number | null) {
    super(codes[kind], message)
    this.kind = kind
    this.rpcCode = rpcCode
  }
}

const codes: Readonly<Record<RefusalKind, ErrorCode>> = {
  gone: 'node-missing-data',
  'not-yet': 'node-missing-data',
  unsupported: 'node-bad-answer',
  busy: 'node-unreachable',
  timeout: 'node-unreachable',
  other: 'node-bad-answer',
}

/** HTTP says that the node, or what stands before it, has no time now: 429, 503. */
export class NodeBusy extends ChainscreenError {
  constructor(message: string, retryAfterMs: number | undefined) {
    super('node-unreachable', message, { retryAfterMs })
  }
}

/** True where the node says that it does not have the method at all. */
export function isMethodMissing(error: unknown): boolean {
  return error instanceof RpcRefusal && error.kind === 'unsupported'
}

/**
 * What a node means when it refuses.
 *
 * - `gone`: it had this once, and does not keep it: asking it again gives the same.
 * - `not-yet`: it does not know the block, its state or its receipts so far.
 * - `unsupported`: it does not serve this method, or not with these options.
 * - `busy`: it is busy.
 * - `timeout`: it began, and gave up.
 * - `other`: none of these, or no words that are known.
 */
export type RefusalKind = 'gone' | 'not-yet' | 'unsupported' | 'busy' | 'timeout' | 'other'

/** One line of the table: a code of JSON-RPC, words of the message, or both, and which nodes write it. */
interface Wording {
  kind: RefusalKind
  code?: number
  text?: RegExp
  /** Repository and file where it stands. */
  source: string
}

/**
 * The codes and words of geth, Bor, BSC, reth, Erigon, Nethermind, Besu and anvil. The first line that fits decides: words
 * before codes, since most of these nodes write -32000 or -32603 for everything. Bor and BSC are forks of geth with its words
 * (maticnetwork/bor and bnb-chain/bsc: eth/state_accessor.go).
 */
const wordings: readonly Wording[] = [
  // Not there any more.
  { kind: 'gone', code: 4444, source: 'ethereum/go-ethereum core/history/historymode.go; EIP-4444' },
  {
    kind: 'gone',
    text: /pruned history unavailable/,
    source: 'the same; paradigmxyz/reth crates/rpc/rpc-eth-types/src/error/mod.rs',
  },
  {
    kind: 'gone',
    text: /required historical state (unavailable|not available)|genesis state is missing/,
    source: 'ethereum/go-ethereum eth/state_accessor.go (hash scheme: 128 states)',
  },
  {
    kind: 'gone',
    text: /historical state not available in path scheme/,
    source: 'ethereum/go-ethereum, bnb-chain/bsc eth/state_accessor.go (path scheme)',
  },
  {
    kind: 'gone',
    text: /historical state [0-9a-f]+ is not available/,
    source: 'ethereum/go-ethereum triedb/pathdb/history_reader.go',
  },
  { kind: 'gone', text: /missing trie node/, source: 'ethereum/go-ethereum trie/errors.go' },
  {
    kind: 'gone',
    text: /state at block #\d+ is pruned|no state found for block|history has expired|insufficient changesets/,
    source: 'paradigmxyz/reth crates/storage/errors/src/provider.rs',
  },
  {
    kind: 'gone',
    text: /old data not available due to pruning/,
    source: 'erigontech/erigon execution/state/history_reader_v3.go',
  },
  {
    kind: 'gone',
    text: /no state available for block/,
    source: 'NethermindEth/nethermind src/Nethermind/Nethermind.JsonRpc/Modules/Trace/TraceRpcModule.cs',
  },
  {
    kind: 'gone',
    text: /^world state unavailable/,
    source: 'hyperledger/besu ethereum/api/…/jsonrpc/internal/response/RpcErrorType.java',
  },

  // Not there yet.
  {
    kind: 'not-yet',
    text: /has not been executed yet/,
    source: 'paradigmxyz/reth crates/storage/errors/src/provider.rs',
  },
  {
    kind: 'not-yet',
    text: /waiting for sync|haven't been fully indexed yet|transaction indexing is in progress/,
    source: 'ethereum/go-ethereum triedb/pathdb/errors.go, triedb/pathdb/history_reader.go, internal/ethapi',
  },
  {
    kind: 'not-yet',
    text: /^initial sync is still in progress/,
    source: 'hyperledger/besu RpcErrorType.java',
  },
  {
    kind: 'not-yet',
    text: /\bblock (.{1,90} )?not found|^(header (for hash )?not found|unknown block)$/,
    source:
      'ethereum/go-ethereum eth/api_backend.go, eth/tracers/api.go; hyperledger/besu RpcErrorType.java; erigontech/erigon rpc/jsonrpc/tracing.go; reth error/mod.rs',
  },

  // Not supported.
  {
    kind: 'unsupported',
    text: /tracer not found|javascript based tracing is not available/,
    source:
      'ethereum/go-ethereum eth/tracers (before 1.11); 0xPolygon/erigon issue 35; moonbeam-foundation/moonbeam issue 1501',
  },
  {
    kind: 'unsupported',
    text: /module is disabled for the url/,
    source: 'NethermindEth/nethermind src/Nethermind/Nethermind.JsonRpc/JsonRpcService.cs (-32600)',
  },

  // No time now.
  {
    kind: 'busy',
    text: /too many (concurrent )?requests|rate limit|server is busy/,
    source: 'paritytech/jsonrpsee types/src/error.rs (reth); gateways',
  },

  // Given up.
  {
    kind: 'timeout',
    text: /^(execution timeout|execution aborted \(timeout|request timed out|timeout expired)/,
    source:
      'ethereum/go-ethereum eth/tracers/api.go, rpc/errors.go; reth error/mod.rs; hyperledger/besu RpcErrorType.java',
  },
  {
    kind: 'timeout',
    code: -32016,
    source: 'NethermindEth/nethermind Nethermind.JsonRpc/ErrorCodes.cs: Timeout',
  },
  { kind: 'timeout', code: -32017, source: 'the same: ModuleTimeout' },

  // By their codes, whatever the words.
  { kind: 'unsupported', code: -32601, source: 'JSON-RPC 2.0: method not found' },
  { kind: 'unsupported', code: -32604, source: 'hyperledger/besu RpcErrorType.java: method not enabled' },
  { kind: 'unsupported', code: -32004, source: 'EIP-1474: method not supported' },
  { kind: 'not-yet', code: -32001, source: 'EIP-1474: resource not found (reth, anvil)' },
  { kind: 'not-yet', code: -39001, source: 'ethereum/execution-apis: unknown block (Besu, Nethermind)' },
  { kind: 'busy', code: -32005, source: 'EIP-1474: limit exceeded' },
  { kind: 'busy', code: -32009, source: 'paritytech/jsonrpsee types/src/error.rs: server is busy (reth)' },
  { kind: 'busy', code: 429, source: 'providers, after HTTP' },
]

/** @param code of the JSON-RPC error, where it has one. @param text its message, as the node wrote it. */
export function refusalKind(code: number | null, text: string): RefusalKind {
  const words = text.trim().toLowerCase()
  const fits = (wording: Wording) =>
    (wording.code === undefined || wording.code === code) &&
    (wording.text === undefined || wording.text.test(words))
  return wordings.find(fits)?.kind ?? 'other'
}
