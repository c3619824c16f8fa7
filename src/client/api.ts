// Written by scripts/make-client-types.mjs from the API's description. Not to be edited.

export type Alert = {
  id: string
  chain: string | null
  direction: string | null
  status: string
  /** As it was raised; `currentLevel` is as it is graded now. */
  level: string
  tags: string[]
  blockHeight: number | null
  blockHash: string | null
  blockTime: string | null
  txHash: string | null
  transfer: string | null
  asset: string | null
  symbol: string | null
  decimals: number | null
  amount: string | null
  ownAddress: string
  counterparty: string | null
  role: string
  match: string
  listId: string
  category: string
  entryAddress: string
  subject: string | null
  subjectIds: string[]
  programs: string[]
  listedOn: string | null
  listedAtTransfer: string | null
  listRevision: number
  createdAt: string
  currentLevel: string
  currentTags: string[]
  currentSymbol: string | null
  currentDecimals: number | null
  disposition: string
  dispositionBy: string | null
  dispositionAt: string | null
  dispositionNote: string | null
  proposed: string | null
  proposedBy: string | null
  proposedAt: string | null
  proposedNote: string | null
  assignee: string | null
  version: number
  dueOn: string | null
  entryInForce: boolean
  entryRemovedOn: string | null
  transferCount: number
  ownKind: string | null
  ownReference: string | null
  filedOn: string | null
  filedBy: string | null
  filedReference: string | null
}

export type AlertDetail = {
  alert: Alert
  events: AlertEvent[]
  /** 1,000 at most, with 5,000 parties of their own at most: the counts say how many there are. */
  transfers: Transfer[]
  /** Those of the transfers, each once, with 5,000 parties in all at most. */
  transactions: Transaction[]
  entry: {
    list: string
    category: string
    address: string
    subject: string | null
    subjectIds: string[]
    programs: string[]
    listedOn: string | null
    /** When it was in force. */
    intervals: ({
      from: string | null
      to: string | null
    })[]
  } | null
  /** The readings that screened its block. */
  coverage: CoverageRow[]
}

export type AlertEvent = {
  seq: number
  at: string
  kind: string
  actor: string
  note: string | null
  data: unknown
}

export type AnsweringList = {
  id: string
  revision: number | null
  issuedOn: string | null
  checkedAt: string | null
  fresh: boolean
  /** SHA-256 of the version in force. */
  snapshot: string | null
}

export type Coverage = {
  chain: string
  caip2: string | null
  startHeight: number | null
  cursorHeight: number | null
  headHeight: number | null
  finalHeight: number | null
  /** Stored history was matched against this list revision. */
  historyRevision: number
  ranges: ({
    from: number
    to: number
    level: string
    listRevision: number
    ownRevision: number
    proved: boolean
  })[]
  gaps: ({
    /** null, both: the chain as a whole. */
    from: number | null
    to: number | null
    reason: string
    /** Only so many transactions of these blocks. */
    transactions?: number
  })[]
  notes: ({
    /** null, both: the chain as a whole. */
    from: number | null
    to: number | null
    reason: string
    /** Only so many transactions of these blocks. */
    transactions?: number
  })[]
  /** Rows of `coverage`, with their digests: a page of them. */
  readings: CoverageRow[]
  /** `cursor` of the next page of readings; null at the end. */
  next: string | null
}

export type CoverageRow = {
  id: number
  kind: string
  fromHeight: number
  toHeight: number
  level: string
  listRevision: number
  ownRevision: number
  proved: boolean | null
  digest: string
  updatedAt: string
}

export type CreditStatus = {
  /** Only `released` and `clear` say that the deposit may be credited. */
  status: "alerted" | "pending" | "unscreened" | "released" | "clear"
  reasons: string[]
  /** From its block to the last that is screened, both counted. */
  confirmations: number | null
  /** Whether its block is final: no part of the status. */
  final: boolean
  /** 1,000 at most, with 5,000 parties of their own at most: the counts say how many there are. */
  transfers: Transfer[]
  /** Those of the transfers, each once, with 5,000 parties in all at most. */
  transactions: Transaction[]
  /** Ids of the alerts that it rests on. */
  alerts: string[]
}

export type Decided = {
  id: string
  decision: string
  outcome: "decided" | "proposed" | "confirmed" | "noted"
  proposedBy: string | null
  /** When a report is due. */
  dueOn: string | null
  version: number
  disposition: string
}

export type Event = {
  /** The same on a retry: heed each once. */
  id: string
  /** Such as `alert.created`: docs/events.md has all. */
  type: string
  timestamp: string
  sequence: number
  epoch: string
  data: Record<string, unknown>
}

export type List = {
  id: string
  format: string
  category: string
  state: "fresh" | "stale" | "missing"
  /** Whether an address that is not in it counts as clear. */
  fresh: boolean
  problem: string | null
  warning: string | null
  /** The list revision that it last changed. */
  revision: number
  /** SHA-256 of the version in force. */
  snapshot: string | null
  issuedOn: string | null
  checkedAt: string | null
  ageSeconds: number | null
  maxAgeSeconds: number | null
  /** Addresses in force. */
  inForce: number
  held: ({
    version: string
    issuedOn: string | null
    reason: string | null
  })[]
  /** When it was taken out of force. */
  removedAt: string | null
}

export type ListApproval = {
  list: string
  version: string
  revision: number
  issuedOn: string | null
}

export type ListDiff = {
  /** The version it is compared with; null where none is active. */
  from: string | null
  to: string
  counts: {
    added: number
    removed: number
    changed: number
  }
  added: ({
    address: string
    subject: string | null
    subjectIds: string[]
    programs: string[]
    listedOn: string | null
    removedOn: string | null
  })[]
  removed: ({
    address: string
    subject: string | null
    subjectIds: string[]
    programs: string[]
    listedOn: string | null
    removedOn: string | null
  })[]
  changed: ({
    from: {
      address: string
      subject: string | null
      subjectIds: string[]
      programs: string[]
      listedOn: string | null
      removedOn: string | null
    }
    to: {
      address: string
      subject: string | null
      subjectIds: string[]
      programs: string[]
      listedOn: string | null
      removedOn: string | null
    }
  })[]
}

export type ListVersion = {
  /** SHA-256 of the file. */
  version: string
  state: "active" | "superseded" | "held" | "rejected" | "staging"
  /** Why it is held, or was rejected. */
  reason: string | null
  issuedOn: string | null
  importedAt: string
  activatedAt: string | null
  revision: number | null
  bytes: number
}

export type Match = {
  list: string
  category: string
  /** As published. */
  entryAddress: string
  subject: string | null
  /** The publisher's own ids of the listed parties. */
  subjectIds: string[]
  programs: string[]
  /** Why the address met the entry: `exact`, `same-key`, `same-script`, `same-account`. */
  match: string
  listedOn: string | null
}

export type OwnAdded = {
  added: number
  /** Stood there already, just so. */
  known: number
  changed: number
  /** The own revision from which on blocks are screened for all of them: as in `coverage`. */
  revision: number
  /** null: nothing at or above the height was screened without them. */
  rescan: {
    chain: string
    from: number
    to: number
    state: string
  } | null
}

export type OwnAddress = {
  /** What addresses are compared by, and what DELETE takes. */
  key: string
  address: string
  kind: string
  reference: string
  /** null: every chain of its family. */
  chain: string | null
  addedAt: string
  retiredAt: string | null
}

export type Party = {
  role: string
  address: string
  key: string
  direction: string | null
  /** The variant of the address that entries are looked up by. */
  matchKey: string
  matchBasis: string
}

/** application/problem+json, RFC 9457 */
export type Problem = {
  /** Stable: what a program decides by. See docs/api.md. */
  type: string
  title: string
  status: number
  /** A sentence for a person. */
  detail: string
  /** As in the header x-request-id: the log has it where the server failed. */
  requestId: string
  /** What of the request is not valid. */
  errors?: ({
    in: string
    path: string
    detail: string
  })[]
}

export type Screening = {
  /** `request` in the record. */
  id: string
  at: string
  /** In the order of the subjects. */
  results: ScreeningResult[]
  lists: AnsweringList[]
  /** The list revision that answered. */
  revision: number
}

export type ScreeningRecord = {
  seq: number
  request: string
  at: string
  actor: string
  via: "cli" | "api"
  note: string | null
  reference: string | null
  chain: string | null
  asset: string | null
  address: string
  key: string | null
  family: string | null
  /** `unknown` is never the same as `clear`. */
  verdict: "clear" | "listed" | "unknown"
  reason: string | null
  matches: Match[]
  listRevision: number
  lists: AnsweringList[]
}

export type ScreeningResult = {
  address: string
  /** `unknown` is never the same as `clear`. */
  verdict: "clear" | "listed" | "unknown"
  /** Why it is `unknown`. */
  reason: string | null
  /** The address as compared; null where it is not readable. */
  key: string | null
  family: string | null
  reference: string | null
  matches: Match[]
  /** Cases that a `listed` answer opened, or that were open. */
  alerts: string[]
  /** What else a person should know. */
  notes: string[]
  /** How far the chain that was named is screened. */
  chain: {
    id: string
    cursorHeight: number | null
    headHeight: number | null
  } | null
}

export type ScreeningSubjectInput = {
  /** In any published form; a payment link or CAIP-10 id too. */
  address: string
  /** Decides between families that share an encoding. */
  asset?: string
  /** A chain of the config that it would be sent on. */
  chain?: string
  /** Your own id of the withdrawal: a `listed` answer then opens an alert. */
  reference?: string
}

export type Transaction = {
  chain: string
  txHash: string
  blockHeight: number
  blockHash: string
  blockTime: string | null
  /** How many transfers it has. */
  transferCount: number
  /** How many parties took part in all of it. */
  partyCount: number
  /** Of the whole transaction: of each transfer of it, or of those of `direction`. */
  parties: Party[]
}

export type Transfer = {
  chain: string
  txHash: string
  blockHeight: number
  blockHash: string
  blockTime: string | null
  transfer: string
  direction: string
  asset: string
  symbol: string | null
  decimals: number | null
  /** In base units. */
  amount: string | null
  ownAddress: string
  ownReference: string | null
  tags: string[]
  /** How many parties it has of its own. */
  partyCount: number
  /** Of this transfer alone: those of its transaction stand there. */
  parties: Party[]
}

export interface paths {
  "/api/v1/address/{address}": {
    /** Identifications of an address, `[]` for clear */
    get: {
      params: {
        address: string
      }
      answer: {
        identifications: ({
          category: "sanctions"
          name: string
          description: string
          url: string
        })[]
      }
    }
  }
  "/health": {
    /** What is wrong */
    get: {
      answer: {
        healthy: boolean
        problems?: string[]
      }
    }
  }
  "/livez": {
    /** Alive */
    get: {
      answer: {
        status: "alive"
      }
    }
  }
  "/public/v1/sanctions/screening": {
    /** Whether addresses are sanctioned */
    post: {
      body: ({
        address: string
      })[]
      answer: ({
        address: string
        isSanctioned: boolean
      })[]
    }
  }
  "/readyz": {
    /** Able to answer */
    get: {
      answer: {
        status: "ready"
      }
    }
  }
  "/v1/alerts": {
    /** Alerts, newest first */
    get: {
      query: {
        /** `next` of the page before. */
        cursor?: string
        limit?: number
        chain?: string
        status?: "pending-mempool" | "pending" | "final" | "orphaned" | "withdrawn" | "attempted"
        level?: "high" | "medium" | "low"
        direction?: "deposit" | "withdrawal"
        disposition?: "open" | "acknowledged" | "blocked" | "rejected" | "released" | "false-positive"
        list?: string
        /** A part of the name of the listed party. */
        subject?: string
        /** Your own id of the own address, or of the withdrawal. */
        reference?: string
        /** Own address, counterparty or listed address. */
        address?: string
        tx?: string
        /** Raised at or after. */
        since?: string
        /** Whose report is due on this day or before. */
        due?: string
        /** Whose report was sent; `false`: was not, also where it is due anew. */
        filed?: "true" | "false"
        assignee?: string
        unassigned?: "true" | "false"
        /** Without a decision, neither orphaned nor withdrawn. */
        open?: "true" | "false"
        /** With the test alerts of the canary. */
        canary?: "true" | "false"
        /** An address, transaction, reference, or part of a subject. */
        q?: string
      }
      answer: {
        data: Alert[]
        /** `cursor` of the next page; null at the end. */
        next: string | null
      }
    }
  }
  "/v1/alerts/{id}": {
    /** Everything of one alert */
    get: {
      params: {
        id: string
      }
      answer: AlertDetail
    }
  }
  "/v1/alerts/{id}/assignment": {
    /** Gives an alert to a person, or to nobody */
    post: {
      params: {
        id: string
      }
      body: {
        /** null: to nobody. */
        assignee: string | null
        note?: string
      }
      answer: {
        id: string
        assignee: string | null
      }
    }
  }
  "/v1/alerts/{id}/decisions": {
    /** Decides one alert */
    post: {
      params: {
        id: string
      }
      body: {
        /** `note` decides nothing. Where it needs two people, the first proposes it and the same of another person confirms it. */
        decision: "acknowledged" | "blocked" | "rejected" | "released" | "false-positive" | "reopened" | "note"
        /** Why, for the record. Kept permanently. */
        note: string
        /** The day on which it was blocked or rejected; by default what the alert says. */
        on?: string
        /** Of the alert as it was seen: another one by now is refused. */
        version: number
      }
      answer: Decided
    }
  }
  "/v1/coverage/{chain}": {
    /** What was screened of a chain, with every gap and its reason */
    get: {
      params: {
        chain: string
      }
      query: {
        /** `next` of the page before. */
        cursor?: string
        /** Of readings. */
        limit?: number
        from?: number
        to?: number
      }
      answer: Coverage
    }
  }
  "/v1/decisions": {
    /** Decides up to 500 alerts, all or none */
    post: {
      body: {
        /** `note` decides nothing. Where it needs two people, the first proposes it and the same of another person confirms it. */
        decision: "acknowledged" | "blocked" | "rejected" | "released" | "false-positive" | "reopened" | "note"
        /** Why, for the record. Kept permanently. */
        note: string
        /** The day on which it was blocked or rejected; by default what the alert says. */
        on?: string
        ids: string[]
        /** Of each alert as it was seen, by id: another one by now is refused. Of all of them, or of none. */
        versions?: Record<string, number>
      }
      answer: {
        data: Decided[]
      }
    }
  }
  "/v1/events": {
    /** Events after a sequence, in order */
    get: {
      query: {
        /** The sequence of the last event you have. Default: 0, from the first on. */
        after?: number
        /** The epoch of that event. */
        epoch?: string
        /** Only these: types, and groups such as `alert.*`, with commas between. */
        types?: string
        limit?: number
      }
      answer: {
        data: Event[]
        /** `cursor` of the next page; null at the end. */
        next: string | null
        /** Where to go on, also when this page is the last one for now. */
        cursor: {
          after: number
          epoch: string
        }
      }
    }
  }
  "/v1/lists": {
    /** State and age of every list */
    get: {
      answer: {
        data: List[]
        /** `cursor` of the next page; null at the end. */
        next: string | null
      }
    }
  }
  "/v1/lists/{id}/versions": {
    /** Versions of a list, newest first */
    get: {
      params: {
        id: string
      }
      answer: {
        data: ListVersion[]
        /** `cursor` of the next page; null at the end. */
        next: string | null
      }
    }
  }
  "/v1/lists/{id}/versions/{version}/approve": {
    /** Activates a held version */
    post: {
      params: {
        id: string
        version: string
      }
      body: {
        /** Why, for the record. Kept permanently. */
        note: string
      }
      answer: ListApproval
    }
  }
  "/v1/lists/{id}/versions/{version}/diff": {
    /** What a version changes against the active one */
    get: {
      params: {
        id: string
        version: string
      }
      query: {
        /** Entries of each kind. */
        limit?: number
      }
      answer: ListDiff
    }
  }
  "/v1/own-addresses": {
    /** Own addresses, by key */
    get: {
      query: {
        /** `next` of the page before. */
        cursor?: string
        limit?: number
        address?: string
        reference?: string
      }
      answer: {
        data: OwnAddress[]
        /** `cursor` of the next page; null at the end. */
        next: string | null
      }
    }
    /** Registers up to 10,000 own addresses, all or none; the same again changes nothing */
    post: {
      body: {
        addresses: ({
          address: string
          kind?: "deposit" | "hot" | "cold" | "forwarder"
          /** Your own opaque id. */
          reference?: string
          /** Own on this chain of the config alone. */
          chain?: string
        })[]
        /** Has the daemon rescan a chain from this height on for them. */
        since?: {
          chain: string
          height: number
        }
        /** Why, for the record. Kept permanently. */
        note?: string
      }
      answer: OwnAdded
    }
  }
  "/v1/own-addresses/{key}": {
    /** Marks an own address as out of use: it stays own, and what moves through it is still screened */
    delete: {
      params: {
        key: string
      }
      answer: {
        key: string
        retired: true
      }
    }
  }
  "/v1/screenings": {
    /** The record of pre-checks, newest first */
    get: {
      query: {
        /** `next` of the page before. */
        cursor?: string
        limit?: number
        address?: string
        reference?: string
        actor?: string
        request?: string
        verdict?: "clear" | "listed" | "unknown"
        /** Such as 2026-01-31, or 2026-01-31T12:00:00Z. */
        since?: string
        /** Such as 2026-01-31, or 2026-01-31T12:00:00Z. */
        until?: string
      }
      answer: {
        data: ScreeningRecord[]
        /** `cursor` of the next page; null at the end. */
        next: string | null
      }
    }
    /** Checks addresses before something is sent to them */
    post: {
      body: {
        subjects: ScreeningSubjectInput[]
      }
      answer: Screening
    }
  }
  "/v1/transactions": {
    /** May this deposit be credited? */
    get: {
      query: {
        /** A chain of the config. */
        chain: string
        tx: string
        /** The own address that is to be credited. */
        address?: string
      }
      answer: CreditStatus
    }
  }
  "/v1/transfers": {
    /** Stored deposits and withdrawals that stand in a block, the newest stored first */
    get: {
      query: {
        /** `next` of the page before. */
        cursor?: string
        limit?: number
        /** An own address. */
        address?: string
        /** Your own id of own addresses. */
        reference?: string
        direction?: "deposit" | "withdrawal"
        chain?: string
        /** Of the block. */
        since?: string
        /** Such as 2026-01-31, or 2026-01-31T12:00:00Z. */
        until?: string
      }
      answer: {
        data: Transfer[]
        /** `cursor` of the next page; null at the end. */
        next: string | null
        /** Those of the transfers, each once, with 5,000 parties in all at most. */
        transactions: Transaction[]
      }
    }
  }
}
