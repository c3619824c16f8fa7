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

/** Work that crashes where its next transaction but so many would begin. @returns whether it came to its end before. */
export async function untilCrash(
  db: Db,
  transactions: number,
  work: () => Promise<unknown>,
): Promise<boolean> {
  const { transaction } = db
  let left = transactions
  db.transaction = ((inside: () => unknown) => {
    if (left-- === 0) throw new Error('a crash')
    return transaction.call(db, inside)
  }) as Db['transaction']
  try {
    await work()
    return true
  } catch (error) {
    if ((error as Error).message !== 'a crash') throw error
    return false
  } finally {
    db.transaction = transaction
  }
}
