/** What JSON.parse made of an answer: fields of which nothing is believed. */
export type Served = Readonly<Record<string, unknown>>

/** All fields that were served of something, also those that its type does not name because nothing else reads them. */
export function servedFields(of: object): Served {
  return of as Served
}
