/** The end of a push query's topology: rows gather until the round ends. */
import type { StepSchema, SubscriberStep } from '../../operators/step.ts'
import type { Process, StreamRecord } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { PushRow } from '../query-runtime.ts'

/** A process that appends a row for each record. A record of a stream without a value yields none. */
export function pushRows(step: SubscriberStep, { kind }: StepSchema, rows: PushRow[]): Process {
  return (record) => {
    if (record.value !== null) rows.push({ row: record.value, tombstone: false })
    else if (kind === 'table') rows.push({ row: deletedRow(step, record), tombstone: true })
  }
}

const deletedRow = ({ keyColumns }: SubscriberStep, { key, window }: StreamRecord): Row =>
  keyColumns.map((part) => {
    if (part === null) return null
    if (part === 'WINDOWSTART') return window?.start ?? null
    if (part === 'WINDOWEND') return window?.end ?? null
    return key?.[part] ?? null
  })
