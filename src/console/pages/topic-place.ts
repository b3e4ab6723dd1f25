/** A place in a topic, and the paths by which it is read and linked. */
import type { RecordPlace } from '../../types/record-headers.ts'
import { linkTo } from '../parts/route.ts'

/** `partition`: null for all. */
export type TopicPlace = { readonly partition: number | null } & (
  | { readonly kind: 'newest' }
  | { readonly kind: 'offset'; readonly offset: number }
  /** Epoch ms. */
  | { readonly kind: 'timestamp'; readonly timestamp: number }
)

/** Path of the records from the place on. */
export function topicPath(topic: string, place: TopicPlace): string {
  const query = new URLSearchParams()
  if (place.partition !== null) query.set('partition', String(place.partition))
  if (place.kind === 'offset') query.set('offset', String(place.offset))
  if (place.kind === 'timestamp') query.set('timestamp', String(place.timestamp))
  const text = query.toString()
  return `/console/api/topics/${encodeURIComponent(topic)}${text === '' ? '' : `?${text}`}`
}

/** Path of the page that shows one record. */
export const recordLink = ({ topic, partition, offset }: RecordPlace): string =>
  `${linkTo('topics', topic)}?partition=${partition}&offset=${offset}`

/** The place that a link names; the newest records where it names none. */
export function readPlace(query: URLSearchParams): TopicPlace {
  const number = (name: string) => (/^\d+$/.test(query.get(name) ?? '') ? Number(query.get(name)) : null)
  const partition = number('partition')
  const offset = number('offset')
  return offset === null ? { kind: 'newest', partition } : { kind: 'offset', partition, offset }
}
