/**
 * The calls this program makes, for viem's typed `client.request`. Answers are `unknown`: what a node says is
 * believed only after its shape was checked.
 *
 * @see https://ethereum.github.io/execution-apis/
 */
export type ChainscreenRpcSchema = [
  { Method: 'eth_chainId'; Parameters: []; ReturnType: unknown },
  { Method: 'eth_syncing'; Parameters: []; ReturnType: unknown },
  { Method: 'web3_clientVersion'; Parameters: []; ReturnType: unknown },
  /** By height or tag; `true`: with whole transactions. */
  { Method: 'eth_getBlockByNumber'; Parameters: [block: string, full: boolean]; ReturnType: unknown },
  { Method: 'eth_getBlockByHash'; Parameters: [hash: string, full: boolean]; ReturnType: unknown },
  /** Takes a height, a tag or a hash; only ever asked by hash. */
  { Method: 'eth_getBlockReceipts'; Parameters: [hash: string]; ReturnType: unknown },
  { Method: 'eth_getTransactionReceipt'; Parameters: [hash: string]; ReturnType: unknown },
  {
    Method: 'debug_traceBlockByHash'
    Parameters: [hash: string, options: CallTracerOptions]
    ReturnType: unknown
  },
  {
    Method: 'debug_traceTransaction'
    Parameters: [hash: string, options: CallTracerOptions]
    ReturnType: unknown
  },
  /** Everything that waits: https://geth.ethereum.org/docs/interacting-with-geth/rpc/ns-txpool#txpool-content */
  { Method: 'txpool_content'; Parameters: []; ReturnType: unknown },
  {
    Method: 'eth_getLogs'
    Parameters: [
      filter: {
        address: readonly string[]
        topics: readonly (readonly string[])[]
        fromBlock: string
        toBlock: string
      },
    ]
    ReturnType: unknown
  },
  /** At a tag, or by a block's hash (EIP-1898). */
  {
    Method: 'eth_call'
    Parameters: [call: { to: string; data: string }, block: string | { blockHash: string }]
    ReturnType: unknown
  },
  { Method: 'eth_getCode'; Parameters: [address: string, block: string]; ReturnType: unknown },
  /** By height: the answer must be held against the block. */
  { Method: 'trace_block'; Parameters: [height: string]; ReturnType: unknown },
  { Method: 'trace_transaction'; Parameters: [hash: string]; ReturnType: unknown },
]

/** https://geth.ethereum.org/docs/developers/evm-tracing/built-in-tracers#call-tracer */
export interface CallTracerOptions {
  tracer: 'callTracer'
  /** A Go duration, for each transaction. */
  timeout: string
  tracerConfig: { withLog: boolean }
}

export type RpcMethod = ChainscreenRpcSchema[number]['Method']

type CallOf<M> = M extends { Method: infer Method; Parameters: infer Params }
  ? { method: Method; params: Params }
  : never

/** A method with its parameters. */
export type RpcCall = CallOf<ChainscreenRpcSchema[number]>
