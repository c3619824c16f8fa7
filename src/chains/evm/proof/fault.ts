/** Why something served can't be encoded. */
export class EncodingFault extends Error {
  override readonly name = 'EncodingFault'
  /** True where a field is not there at all, or is of a kind that this version doesn't know: no lie, but no proof either. */
  readonly unknown: boolean

  constructor(message: string, unknown: boolean) {
    super(message)
    this.unknown = unknown
  }
}

/** The fault of a field that is no hex of the right length, or is not there. */
export function fieldFault(field: string, value: unknown): EncodingFault {
  return value === undefined || value === null
    ? new EncodingFault(`${field} is not served`, true)
    : new EncodingFault(`${field} is not the hex it has to be`, false)
}
