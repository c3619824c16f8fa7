/** The commented `chainscreen.yaml` that `init` writes. Everything in it is built; a test parses it. */
export const configTemplate = `# What chainscreen reads and watches. Relative paths start at this file's folder.
# Values may come from the environment: "\${NAME}" or "\${NAME:-default}" (in quotes).
# \`chainscreen doctor\` checks this file, the database, the lists and each node.

# The SQLite file. Alerts are in its table \`alerts\`.
database: ./chainscreen.db

# The lists of addresses to screen against. Nothing is loaded that is not named here.
lists:
  # The OFAC addresses that ship with chainscreen. They age: once issued more than 45 days ago, \`screen\` answers unknown, not
  # clear, and alerts are raised all the same. For daily use, let chainscreen fetch OFAC's list as below.
  - id: ofac-sdn
    file: bundled
    # maxIssueAge: off               # for trying things out: answer from it however old it is

  # OFAC's own file, fetched. Or fetch it yourself and name it with \`file\` in place of \`url\` and the keys up to
  # \`redirectHosts\`: it is loaded at start, and whenever it changes.
  # - id: ofac-sdn
  #   format: ofac-sdn-advanced      # SDN_ADVANCED.XML, also as .zip or .gz; other formats: docs/lists.md
  #   url: https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/SDN_ADVANCED.ZIP
  #   every: 1h                      # downloads only a new version; a proxy comes from HTTPS_PROXY in the environment
  #   redirectHosts: [wc2h-sls-prod-public-published.s3.us-gov-west-1.amazonaws.com]    # where OFAC keeps its files
  #   maxAge: 72h                    # without a successful check for longer, \`screen\` answers unknown, not clear
  #   maxIssueAge: 45d               # issued longer ago, it is unhealthy; with \`file\`, \`screen\` answers unknown
  #   guard: { maxRemoved: 5% }      # a version that loses more is held until you approve it

  # A list of your own: address[,subject,program,listed_on,removed_on,source]
  # - id: house
  #   format: csv
  #   file: ./house.csv

  # Accounts that the issuers of tokens froze, read from a chain that is followed. Not a sanctions list.
  # - id: issuer-freezes
  #   format: token-blacklist
  #   chain: ethereum                # Tether's and Circle's; on other chains name the tokens with \`contracts\`
  #   maxAge: 24h                    # if the chain stalls for longer, \`screen\` answers unknown, not clear

# The chains to follow, each through your own node. Remove what you don't run; \`chains: []\` follows none.
chains:
  # geth, reth, or any other node that serves eth_getBlockReceipts
  - id: ethereum
    type: evm
    chainId: 1                       # a node of another chain is refused
    rpc: ["\${ETHEREUM_RPC:-http://127.0.0.1:8545}"]
    start: latest                    # first block to screen: a height, or latest
    finality: { tag: finalized, depth: 64 }    # when an alert counts as final
    # traces: auto                   # auto, required (refuse a node without call traces) or off
    # verify: strict                 # strict, warn or off: whether blocks are proved against their hash
    # mempool: true                  # also screen unconfirmed transactions, if the node serves txpool_content
    # symbol: ETH                    # the native coin
    # poll: 1s                       # how often the node is asked for its head
    # prefetch: 8                    # blocks fetched at the same time, 1 to 64
    # timeout: 30s                   # how long the node may take for one answer
    # maxResponse: 64MB              # largest answer; a node that sends more is not used for a while
    tokens:                          # others are screened too, and tagged unknown-asset
      - { address: "0xdac17f958d2ee523a2206206994597c13d831ec7", symbol: USDT, decimals: 6 }
      - { address: "0xa0b86991c6218b36c1d19d4a2e9eb0ce3606eb48", symbol: USDC, decimals: 6 }
      - { address: "0xc02aaa39b223fe8d0a0e5c4f27ead9083c756cc2", symbol: WETH, decimals: 18, wrapped: true }

  # bitcoind; with rest=1 (30.0 or later) blocks are read many times faster
  - id: bitcoin
    type: bitcoin
    network: mainnet                 # mainnet, testnet4, signet or regtest; a node of another is refused
    rpc: ["\${BITCOIN_RPC:-http://127.0.0.1:8332}"]
    cookie: "\${BITCOIN_COOKIE:-/var/lib/bitcoind/.cookie}"
    # username: chainscreen          # or a user of bitcoind's rpcauth, in place of the cookie
    # passwordFile: ./bitcoin-password
    start: latest
    finality: { depth: 6 }
    # verify: strict                 # strict, warn or off: whether blocks are proved against their hash
    # mempool: true                  # also screen unconfirmed transactions (alerts of status pending-mempool)

  # anvil, for trying things out
  # - id: anvil
  #   type: evm
  #   chainId: 31337
  #   rpc: [http://127.0.0.1:8545]
  #   start: 0
  #   finality: { tag: none, depth: 2 }

  # bitcoind -regtest
  # - id: regtest
  #   type: bitcoin
  #   network: regtest
  #   rpc: [http://127.0.0.1:18443]
  #   cookie: ~/.bitcoin/regtest/.cookie
  #   start: 0

# Own addresses from your own systems, beside \`chainscreen own\`: CSV files that are watched, and queries of your database.
# own:
#   - { id: wallets, type: file, file: ./own-addresses.csv }
#   - id: exchange
#     type: postgres
#     url: "\${PG_URL:-postgres://chainscreen@127.0.0.1/exchange}"    # with a password, from the environment
#     query: select address, kind, reference, seq from deposit_addresses where seq > $1

# Proves on a schedule that a match still becomes an alert; \`alerts\` hides these, \`doctor\` shows when the last one passed.
# canary: { every: 1h }

# Decisions that one person proposes and another one confirms.
# decisions: { secondPerson: [released, false-positive] }

# /health (JSON) and /metrics (Prometheus) of the running daemon.
# server: { listen: 127.0.0.1:8790 }    # others can reach it only with a token: tokenFile

threads: { readers: auto }           # threads that read and prove blocks; 0: everything in one thread
log: { level: info }                 # trace, debug, info, warn, error, fatal or silent; logs go to stderr
`
