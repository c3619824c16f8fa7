import type { About } from '../collector.ts'

/** What is kept of a designation. */
export interface Designation {
  uniqueId: string
  groupId: string
  regime: string
  /** The primary name. */
  name: string | null
  designatedOn: string | null
  updatedOn: string | null
}

/**
 * What a designation says of its addresses. Its text is as of the last update, so an address in it had been published
 * by that day.
 */
export function aboutDesignation(designation: Designation): About {
  const { uniqueId, groupId, regime, name, designatedOn, updatedOn } = designation
  return {
    subjectIds: uniqueId === '' ? [] : [uniqueId],
    subject: name,
    programs: regime === '' ? [] : [regime],
    listedOn: designatedOn,
    publishedBy: updatedOn,
    removedOn: null,
    source: groupId === '' ? null : `OFSI group ${groupId}`,
  }
}

/** @param names Name1 to Name6: the last one is the family name, or an entity's only one. */
export function joinName(names: readonly string[]): string | null {
  return (
    names
      .map((name) => name.trim())
      .filter((name) => name !== '')
      .join(' ') || null
  )
}

export function isPrimary(nameType: string): boolean {
  return nameType.trim().toLowerCase() === 'primary name'
}
