import { type Direction, type Finding, type Level, roles, type ScreenableTx, type Transfer } from './types.ts'

const levels: readonly Level[] = ['high', 'medium', 'low']

/**
 * Anyone can emit thousands of transfers of a token of their own making, and thousands of logs that no decoder knows. One
 * finding stands for all of the same own address, party and entry in a transaction. Of unknown assets it is the one in the most
 * direct role, then of the highest level (a zero in front must not hide what we signed), then the first. Of undecoded logs it
 * is the first, in the most direct role and of the highest level; and none where a decoded transfer tells of the same at no
 * lower level.
 */
export function mergeFindings(findings: readonly Finding[], ownSigned: boolean): Finding[] {
  const kept = new Map<string, Finding>()
  /** The highest level of what decoded transfers tell, by own address, party and entry. */
  const decoded = new Map<string, number>()
  for (const [index, finding] of findings.entries()) {
    const about = aboutOf(finding)
    if (isUndecoded(finding)) {
      const first = kept.get(`undecoded ${about}`)
      kept.set(`undecoded ${about}`, first === undefined ? finding : firstOf(first, finding))
    } else {
      decoded.set(about, Math.min(decoded.get(about) ?? levels.length, levels.indexOf(finding.level)))
      const group = finding.tags.includes('unknown-asset') ? about : `known ${index}`
      const best = kept.get(group)
      kept.set(group, best === undefined ? finding : bestOf(best, finding, ownSigned))
    }
  }
  return [...kept.values()]
    .filter((finding) => {
      const told = isUndecoded(finding) ? decoded.get(aboutOf(finding)) : undefined
      return told === undefined || told > levels.indexOf(finding.level)
    })
    .map(ofListedToken)
}

function aboutOf({ own, party, entry }: Finding): string {
  return `${own} ${party} ${entry.listId} ${entry.key}`
}

function isUndecoded({ tags }: Finding): boolean {
  return tags.includes('undecoded')
}

function firstOf(first: Finding, next: Finding): Finding {
  const transferCount = first.transferCount + next.transferCount
  const [role, level] = [
    before(first.role, next.role, roles),
    before(first.level, next.level, levels),
  ] as const
  return { ...first, role, level, transferCount }
}

function bestOf(best: Finding, next: Finding, ownSigned: boolean): Finding {
  const transferCount = best.transferCount + next.transferCount
  if (best.role !== 'asset' || next.role !== 'asset')
    return { ...(rank(best) <= rank(next) ? best : next), transferCount }
  // Of the token itself: which one it is said of, and so the id of its alert, is as it was when this role was lowered too.
  const stays = ownSigned ? rank(best) <= rank(next) : true
  const tags = best.tags.filter((tag) => next.tags.includes(tag))
  return { ...(stays ? best : next), tags, level: before(best.level, next.level, levels), transferCount }
}

/** Nobody has to know a token for it to be the listed one. */
function ofListedToken(finding: Finding): Finding {
  if (finding.role !== 'asset') return finding
  return { ...finding, tags: finding.tags.filter((tag) => tag !== 'unknown-asset') }
}

function rank({ role, level }: Finding): number {
  return roles.indexOf(role) * levels.length + levels.indexOf(level)
}

function before<T>(one: T, other: T, order: readonly T[]): T {
  return order.indexOf(one) <= order.indexOf(other) ? one : other
}

/**
 * All that a transaction moved in one direction, as one transfer named `tx`: what a bystander of the whole
 * transaction is reported with. The exchange's side is that of the largest transfer, then of the first; a tag
 * stands only where every transfer has it.
 *
 * @param direction where not given, that of the first transfer.
 */
export function wholeTransfer(tx: ScreenableTx, direction?: Direction): Transfer | undefined {
  const wanted = direction ?? tx.transfers[0]?.direction
  const transfers = tx.transfers.filter((transfer) => transfer.direction === wanted)
  const [first, ...rest] = transfers
  if (first === undefined) return undefined
  const largest = rest.reduce(
    (best, transfer) => ((transfer.amount ?? 0n) > (best.amount ?? 0n) ? transfer : best),
    first,
  )
  return {
    ...largest,
    id: 'tx',
    amount: transfers.reduce((sum, transfer) => sum + (transfer.amount ?? 0n), 0n),
    parties: [],
    tags: first.tags.filter((tag) => rest.every((transfer) => transfer.tags.includes(tag))),
  }
}
