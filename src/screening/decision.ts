/** What a person can decide on an alert. */
export const decisions = [
  'acknowledged',
  'blocked',
  'rejected',
  'released',
  'false-positive',
  'reopened',
] as const

export type Decision = (typeof decisions)[number]

/** What each means, where one chooses. */
export const decisionMeanings: Readonly<Record<Decision, string>> = {
  acknowledged: 'somebody looks into it',
  blocked:
    'the property is held, in a blocked account or wallet. A deposit that was mined can be blocked, not rejected',
  rejected: 'the transaction was refused and nothing is held, such as a withdrawal that was not sent',
  released: 'it may go on: it was checked, and is not prohibited or is licensed',
  'false-positive': 'the party is not the listed one',
  reopened: 'open again',
}

/** Decisions after which a report is due (31 CFR 501.603 and 501.604: https://www.ecfr.gov/current/title-31/part-501). */
export function isReported(decision: string): decision is 'blocked' | 'rejected' {
  return decision === 'blocked' || decision === 'rejected'
}
