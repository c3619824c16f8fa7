import { tellsOfPerson } from '../../forbidden-columns.ts'
import type { ListFormat } from '../types.ts'
import { Collector } from './collector.ts'
import { countUnreadable, DateReader, isoDay } from './publisher-date.ts'
import { readTagPack } from './tagpack/read-tagpack.ts'

/**
 * A TagPack, GraphSense's YAML of attribution tags: header fields hold for every tag that does not say otherwise.
 * Source: https://github.com/graphsense/graphsense-tagpack-tool
 *
 * A TagPack is somebody's attribution, whatever its header claims, so its category is `own-list` and never
 * sanctions: its `category` and `abuse` (`black_list`, `sanction`) stand among the programs. `lastmod` is the date by
 * which the tag was published.
 */
export const tagpack: ListFormat = {
  id: 'tagpack',
  version: 6,
  category: 'own-list',
  listedOnIsPublished: false,
  async parse(input, _today, recognised = () => {}) {
    const { title, creator, header, tags } = await readTagPack(input, recognised)
    const collector = new Collector()
    const dates = new DateReader()
    const lastmod = dates.read(header.lastmod, isoDay)
    let labelsLeftOut = 0
    for (const tag of tags) {
      const values = { ...header, ...tag.values }
      const label = values.label !== undefined && tellsOfPerson(values.label) ? undefined : values.label
      if (label !== values.label) labelsLeftOut++
      const programs = [values.category, values.abuse].filter((value) => value !== undefined && value !== '')
      const about = {
        partyId: values.actor ?? null,
        subject: label ?? null,
        programs: [...new Set(programs)] as string[],
        listedOn: null,
        publishedBy: tag.values.lastmod === undefined ? lastmod : dates.read(tag.values.lastmod, isoDay),
        removedOn: null,
        source: values.source ?? `${title} (${creator})`,
      }
      collector.field(tag.address, values.currency ?? null, about, `line ${tag.line}`)
    }
    return {
      issuedOn: lastmod,
      addresses: collector.addresses,
      unparsed: collector.unparsed,
      counts: {
        ...{ tags: tags.length, addresses: collector.count, ...countUnreadable(dates.unreadable) },
        ...(labelsLeftOut > 0 && { labelsLeftOut }),
      },
    }
  },
}
