import { basename } from 'node:path'
import type { Key } from '../address/key.ts'
import { readPasted } from '../address/read-pasted.ts'
import type { ChainConfig } from '../config/chains.ts'
import { type Act, writeAudit } from '../ledger/audit.ts'
import type { Replay } from '../ledger/blocks/replays.ts'
import type { Db } from '../ledger/database.ts'
import { retireOwnAddresses as retireKeys } from '../ledger/own/own-addresses.ts'
import { addOwnDescriptor, type DescriptorWords } from '../own/add-descriptor.ts'
import { addOwn, addOwnRows, importOwnFile, type OwnChain, type OwnCounts } from '../own/import-own.ts'
import type { OwnFields } from '../own/own-row.ts'
import { removeOwn, retireOwn } from '../own/retire-own.ts'
import { checkedAct } from './act.ts'

/**
 * Registers own addresses. What is not said of one that is there already stays as it is.
 *
 * @throws ChainscreenError as `addOwn`; `usage` for words that must not be stored.
 */
export async function registerOwn(
  db: Db,
  addresses: readonly string[],
  as: Parameters<typeof addOwn>[2],
  chains: readonly ChainConfig[],
  by: Act,
  options: { refuseListed?: boolean } = {},
): Promise<OwnCounts> {
  const act = checkedAct(by)
  const only = addresses.length === 1 ? readPasted(addresses[0] ?? '') : null
  return addOwn(db, addresses, as, chains, act.at, {
    ...options,
    record: (counts) => {
      const target = only?.ok ? only.address : `${addresses.length} addresses`
      writeAudit(db, act, 'own.added', target, { ...counts })
    },
  })
}

/**
 * Registers the rows that a program sends, all of them or none. One that a list names is registered too, and raises its `own` alert.
 *
 * @throws ChainscreenError as `addOwnRows`; `usage` for words that must not be stored.
 */
export async function registerOwnRows(
  db: Db,
  rows: readonly OwnFields[],
  chains: readonly OwnChain[],
  by: Act,
): Promise<OwnCounts> {
  const act = checkedAct(by)
  return addOwnRows(db, rows, chains, act.at, {
    record: (counts) => writeAudit(db, act, 'own.added', `${rows.length} addresses`, { ...counts }),
  })
}

/** Marks an own address as out of use, by its key. @throws ChainscreenError `usage` for one that is not own. */
export async function retireOwnKey(db: Db, key: Key, by: Act): Promise<void> {
  const act = checkedAct(by)
  await retireKeys(db, [key], act.at, { record: (target) => writeAudit(db, act, 'own.retired', target) })
}

/**
 * Loads a file of own addresses, all of it or nothing.
 *
 * @throws ChainscreenError as `importOwnFile`; `usage` for words that must not be stored.
 */
export async function importOwn(
  db: Db,
  file: string,
  chains: readonly ChainConfig[],
  by: Act,
  options: Omit<Parameters<typeof importOwnFile>[3], 'at' | 'record'> = {},
): Promise<OwnCounts> {
  const act = checkedAct(by)
  return importOwnFile(db, file, chains, {
    ...{ ...options, at: act.at },
    record: (counts) => writeAudit(db, act, 'own.imported', basename(file), { ...counts }),
  })
}

/**
 * Registers a descriptor, and derives the addresses that it begins with.
 *
 * @returns its checksum.
 * @throws ChainscreenError as `addOwnDescriptor`; `usage` for words that must not be stored.
 */
export async function registerDescriptor(
  db: Db,
  written: string,
  words: DescriptorWords,
  chains: readonly ChainConfig[],
  by: Act,
  options: Parameters<typeof addOwnDescriptor>[4],
): Promise<string> {
  const act = checkedAct(by)
  const record = (target: string) => writeAudit(db, act, 'own.descriptor-added', target)
  return addOwnDescriptor(db, written, words, chains, { ...options, record })
}

/** Marks own addresses and descriptors as out of use. @returns how many. @throws ChainscreenError `usage` */
export async function retireOwnAddresses(db: Db, words: readonly string[], by: Act): Promise<number> {
  const act = checkedAct(by)
  return retireOwn(db, words, act.at, (target) => writeAudit(db, act, 'own.retired', target))
}

/**
 * Says of addresses that they never were own.
 *
 * @returns the ranges of blocks that are to be read again. @throws ChainscreenError `usage`
 */
export async function removeOwnAddresses(db: Db, words: readonly string[], by: Act): Promise<Replay[]> {
  return removeOwn(db, words, checkedAct(by))
}
