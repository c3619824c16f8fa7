import { hasPersonalData } from '../../privacy/forbidden-columns.ts'
import type { ListFormat, ParsedList, RowStore } from '../types.ts'
import { Collector } from './collector.ts'
import { countUnreadable, DateReader, isoDay } from './dates.ts'
import { isActorId } from './tagpack/actor-ids.ts'
import { readTagPack, type TagPackHeader } from './tagpack/read-tagpack.ts'
import { Tags } from './tagpack/tags.ts'

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
  version: 10,
  category: 'own-list',
  listedOnIsPublished: false,
  ages: { check: null, issue: null },
  dated: true,
  page: {
    what: 'a GraphSense TagPack, YAML',
    taken:
      'address, currency, label, actor, source; `category` and `abuse` as programs; the header and YAML merges (`<<`) give the defaults of each tag',
    dates: 'published by `lastmod` (`2023-08-16`, `2023-08-16 12:18:52.6`)',
    begins: 'not said; published by `lastmod` (`2023-08-16`, `2023-08-16 12:18:52.6`)',
    ends: 'with the first file that lacks the tag',
    source:
      '[the TagPack format](https://github.com/graphsense/graphsense-tagpack-tool/blob/master/README_tagpacks.md)',
  },
  async parse(input, _today, recognised = () => {}, store) {
    const tags = new Tags()
    try {
      return await collect(await readTagPack(input, recognised, tags), tags, store)
    } finally {
      await tags.remove()
    }
  },
}

async function collect(
  { title, creator, header }: TagPackHeader,
  tags: Tags,
  store: RowStore | undefined,
): Promise<ParsedList> {
  const collector = new Collector(store)
  const dates = new DateReader()
  const lastmod = dates.read(header.lastmod, isoDay)
  let labelsLeftOut = 0
  for await (const tag of tags.all()) {
    const values = { ...header, ...tag.values }
    const label = values.label !== undefined && hasPersonalData(values.label) ? undefined : values.label
    if (label !== values.label) labelsLeftOut++
    const programs = [values.category, values.abuse].filter((value) => value !== undefined && value !== '')
    const about = {
      subjectIds: collector.ids(values.actor ? [values.actor] : [], isActorId),
      subject: label ?? null,
      programs: [...new Set(programs)] as string[],
      listedOn: null,
      publishedBy: tag.values.lastmod === undefined ? lastmod : dates.read(tag.values.lastmod, isoDay),
      removedOn: null,
      source: values.source ?? `${title} (${creator})`,
    }
    collector.field(tag.address, values.currency ?? null, about, `line ${tag.line}`)
  }
  return collector.list(lastmod, {
    ...{ tags: tags.count, addresses: collector.count(), ...countUnreadable(dates.unreadable) },
    ...(labelsLeftOut > 0 && { labelsLeftOut }),
  })
}
