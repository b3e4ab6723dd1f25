/**
 * Files that hold one run of offsets of one partition, and say so in their names: `logs+0+000000000120-000000000349.json`, records 120 to
 * 349 of partition 0 of `logs`. A file appears whole or not at all, so its name is the position of the sink: after a crash it continues behind
 * the last file that is there. Nothing is missing and nothing is twice, without a word to the target.
 */
import type { SinkRecord } from '../connector.ts'

const DIGITS = 16

export interface FileRun {
  readonly topic: string
  readonly partition: number
  readonly first: number
  /** The last offset that the file is up to, included. */
  readonly last: number
}

/** So many digits that names sort as offsets do. */
export const paddedOffset = (offset: number): string => String(offset).padStart(DIGITS, '0')

/** What the names of all files of a partition begin with. */
export const runPrefix = (topic: string, partition: number): string => `${topic}+${partition}+`

export const runName = ({ topic, partition, first, last }: FileRun, extension: string): string =>
  `${runPrefix(topic, partition)}${paddedOffset(first)}-${paddedOffset(last)}${extension}`

/** The offset behind the run of a name; null: it is none of this partition's. */
export function runEnd(name: string, topic: string, partition: number): number | null {
  const prefix = runPrefix(topic, partition)
  if (!name.startsWith(prefix)) return null
  const match = /^(\d{16})-(\d{16})\.[a-z.]+$/.exec(name.slice(prefix.length))
  return match === null ? null : Number(match[2]) + 1
}

export interface RollLimits {
  readonly records: number
  readonly bytes: number
  readonly ageMs: number
}

/** Whether a file is full. */
export const isFull = (
  run: { readonly records: number; readonly bytes: number; readonly ageMs: number },
  limits: RollLimits,
): boolean => run.records >= limits.records || run.bytes >= limits.bytes || run.ageMs >= limits.ageMs

/** Offset behind the last of the records. */
export const offsetBehind = (records: readonly SinkRecord[]): number => records.at(-1)!.offset + 1
