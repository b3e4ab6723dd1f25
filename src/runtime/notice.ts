/** What an operator should know of a query that works: its results may surprise. */

/** `keys`: records lie where this server does not look for their keys. `removed`: records were removed before they were read. */
export type NoticeSubject = 'keys' | 'removed'

/** A sentence or more about one subject. */
export interface Notice {
  readonly about: NoticeSubject
  readonly message: string
}
