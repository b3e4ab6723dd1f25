/** What a run of the example has measured; plain data. */
import type { Route } from './data.ts'

export interface Volume {
  readonly logs: number
  readonly bytes: number
}

export interface Measurement {
  /** Lines that were sent. */
  readonly sent: Volume
  /** What SQL has counted by route. */
  readonly routed: Readonly<Record<Route, Volume>>
  /** User logs by the state of their host. */
  readonly byState: ReadonlyMap<string, number>
  /** Records that the targets have taken, by connector. */
  readonly delivered: Readonly<Record<'user' | 'machine', number>>
  /** From the first line sent to the last one stored. */
  readonly sendingMs: number
  /** From the first line sent to the last record in its target. */
  readonly totalMs: number
  /** Lines that were sent and not counted yet, at most, by a look each second. */
  readonly mostBehind: number
  /** Where the routes end, for people. */
  readonly targets: Readonly<Record<'user' | 'machine', string>>
}

const KEPT: readonly Route[] = ['user', 'machine']

/** Bytes that are still stored, once each. */
export const keptBytes = ({ routed }: Measurement): number => KEPT.reduce((sum, route) => sum + routed[route].bytes, 0)

/** Before, each of two systems stored everything. */
export const bytesBefore = ({ sent }: Measurement): number => 2 * sent.bytes

/** Share of the storage that is saved, 0 to 1. */
export const reduction = (measured: Measurement): number => 1 - keptBytes(measured) / bytesBefore(measured)
