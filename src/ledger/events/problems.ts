import { all, type Db, one, run } from '../database.ts'

/** Something that went wrong and was reported. */
export interface ReportedProblem {
  /** Such as `list:ofac-sdn` or `chain:ethereum`. */
  subject: string
  /** ISO-8601. */
  since: string
  reason: string
}

export function readProblems(db: Db): ReportedProblem[] {
  return all<ReportedProblem>(db, 'select subject, since, reason from reported_problems order by subject')
}

/** Notes that a problem is reported, inside the transaction that reports it. @returns whether it was not before. */
export function noteProblem(db: Db, { subject, since, reason }: ReportedProblem): boolean {
  const sql = 'insert into reported_problems (subject, since, reason) values (?, ?, ?) on conflict do nothing'
  return run(db, sql, subject, since, reason).changes > 0
}

/** Notes that a problem is over. @returns what was reported of it, if anything was. */
export function endProblem(db: Db, subject: string): ReportedProblem | undefined {
  const sql = 'delete from reported_problems where subject = ? returning subject, since, reason'
  return one<ReportedProblem>(db, sql, subject)
}
