import { fileURLToPath } from 'node:url'

/** When OFAC issued the list that ships with chainscreen. It ages: use a live list. */
export const bundledListIssuedOn = '2025-11-19'

/** The path of that list, in the format `bundled`. The same from `src/` and from `dist/`. */
export function bundledListPath(): string {
  return fileURLToPath(new URL(`../../data/lists/ofac-${bundledListIssuedOn}.csv`, import.meta.url))
}
