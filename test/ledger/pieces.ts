import { type Db, one } from '../../src/ledger/database.ts'

/** @returns how many rows each transaction from now on changed, filled as they end. */
export function changesOfEach(db: Db): number[] {
  const changes: number[] = []
  const transaction = db.transaction.bind(db)
  const total = () => one<{ n: number }>(db, 'select total_changes() as n')?.n ?? 0
  db.transaction = ((work: () => unknown) => ({
    immediate: () => {
      const before = total()
      const result = transaction(work).immediate()
      changes.push(total() - before)
      return result
    },
  })) as unknown as Db['transaction']
  return changes
}
