import { type Document, isAlias, isScalar, visit } from 'yaml'

/** The texts of a YAML file's scalars, across its parts: `&d 2023-08-28` in one tag, `*d` in all others. */
export class Scalars {
  readonly #byAnchor = new Map<string, string>()

  /** Remembers the anchors of a part. Of a name given twice the later one counts, as in YAML. */
  keepAnchors(document: Document.Parsed): void {
    visit(document, {
      Scalar: (_, node) => {
        if (node.anchor) this.#byAnchor.set(node.anchor, String(node.value ?? ''))
      },
    })
  }

  /** @returns `null` where there is nothing, `undefined` for a list, a map, or an alias that names no scalar. */
  textOf(node: unknown): string | null | undefined {
    if (node === null || node === undefined) return null
    if (isAlias(node)) return this.#byAnchor.get(node.source)
    return isScalar(node) ? String(node.value ?? '') : undefined
  }
}
