import { type Finding, type Level, roles } from './types.ts'

const levels: readonly Level[] = ['high', 'medium', 'low']

/** Findings that are looked at between two interruptions. */
const mergedAtOnce = 100

/**
 * Anyone can emit thousands of transfers of a token of their own making. Of unknown assets one finding stands for
 * all of the same own address, party and entry in a transaction: the one in the most direct role, then of the highest
 * level (a zero in front must not hide what we signed), then the first.
 */
export function* mergingUnknownAssets(findings: readonly Finding[]): Generator<undefined, Finding[]> {
  const kept = new Map<string, Finding>()
  for (const [index, finding] of findings.entries()) {
    const { own, party, entry } = finding
    const group = finding.tags.includes('unknown-asset')
      ? `${own} ${party} ${entry.listId} ${entry.key}`
      : `known ${index}`
    const known = kept.get(group)
    const transferCount = (known?.transferCount ?? 0) + 1
    const stays = known !== undefined && rank(known) <= rank(finding)
    kept.set(group, { ...(stays ? known : finding), transferCount })
    if (index % mergedAtOnce === mergedAtOnce - 1) yield
  }
  return [...kept.values()]
}

function rank({ role, level }: Finding): number {
  return roles.indexOf(role) * levels.length + levels.indexOf(level)
}
