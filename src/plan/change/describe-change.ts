/** A change of a running query as EXPLAIN prints it: step by step, what is read again and for how long, and what the readers of its result see. */
import { formatTimestamp } from '../../types/time-text.ts'
import type { ChangeWay, StepChange } from './plan-diff.ts'
import type { ReadStart, SourceRead } from './start.ts'

/** A topic that a new version reads, with what lies between its start and the position of the running query. */
export interface MeasuredRead extends SourceRead {
  readonly records: number
  /** Estimated by the records that the running query has read; null: it has read none. */
  readonly bytes: number | null
  /** Records that the start names and that the topic does not have any more. */
  readonly missing: number
}

export interface DescribedChange {
  readonly queryId: string
  /** Why the running query cannot continue in place; null: it can, or the statement chose otherwise. */
  readonly reason: string | null
  readonly way: ChangeWay
  readonly steps: readonly StepChange[]
  /** Empty if the query continues in place. */
  readonly reads: readonly MeasuredRead[]
  /** Records that the running query has processed in a second of work; null: it has processed too few to tell. */
  readonly recordsPerSecond: number | null
  readonly readers: readonly string[]
  readonly writesTable: boolean
}

/** The lines, without line feeds. */
export function describeChange(change: DescribedChange): string[] {
  return [
    `Change of query ${change.queryId}: ${wayText(change)}`,
    ...change.steps.flatMap(stepLines),
    ...change.reads.map(readLine),
    ...(change.reads.length > 0 ? [timeLine(change)] : []),
    ...readerLines(change),
  ]
}

function wayText({ way, reason }: DescribedChange): string {
  if (way === 'kept') return 'it continues in place, with its state and its positions.'
  const built = 'a new version is built beside it and takes its place when it has come as far.'
  return reason === null ? built : `${built} It cannot continue in place: ${reason}`
}

function stepLines({ step, label, fate, stores, details }: StepChange): string[] {
  const state = stores.length === 0 ? '' : ` (state: ${stores.join(', ')})`
  return [`  ${fate.padEnd(10)} ${label} ${step}${state}`, ...details.map((detail) => `             ${detail}`)]
}

function readLine({ topic, from, records, bytes, missing }: MeasuredRead): string {
  const amount = bytes === null ? count(records) : `${count(records)}, about ${size(bytes)}`
  const lost =
    missing === 0
      ? ''
      : ` ${count(missing)} before that are no longer in the topic, and do not count in the new version.`
  const again = from === 'handover' ? 'nothing again' : amount
  return `  Reads ${topic} ${startText(from)}: ${again}.${lost}`
}

function startText(from: ReadStart): string {
  if (typeof from === 'number') return `from ${formatTimestamp(from)}`
  return from === 'earliest' ? 'from its start' : 'from where the running version stands'
}

function timeLine({ reads, recordsPerSecond }: DescribedChange): string {
  const records = reads.reduce((sum, read) => sum + read.records, 0)
  if (records === 0) return '  The versions change places at once.'
  if (recordsPerSecond === null)
    return '  How long that takes is not known: the running query has processed too few records to tell its rate.'
  const seconds = Math.max(1, Math.ceil(records / recordsPerSecond))
  return `  That takes about ${seconds} s, at the ${Math.round(recordsPerSecond)} records a second that the running query has done.`
}

function readerLines({ way, readers, writesTable }: DescribedChange): string[] {
  if (readers.length === 0) return ['  No query reads the result.']
  const seen =
    way === 'kept'
      ? 'the results of the records from now on'
      : writesTable
        ? 'the rows that differ: changed and new ones, and the deletion of those that are gone'
        : 'the results of the new version behind those of the running one, none twice and none missing'
  return readers.map((reader) => `  ${reader} is not restarted. It sees ${seen}.`)
}

const count = (records: number): string => `${records} ${records === 1 ? 'record' : 'records'}`

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

function size(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, bytes < 1 ? 0 : Math.floor(Math.log2(bytes) / 10))
  return `${Math.round((bytes / 1024 ** unit) * 10) / 10} ${UNITS[unit]}`
}
