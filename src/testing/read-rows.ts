/** The records of a stream or table as rows, read by a push query as a subscriber would get them. */
import { StatementError } from '../errors.ts'
import type { DataSource } from '../metastore/data-source.ts'
import type { PlanContext } from '../plan/builder.ts'
import type { PhysicalPlan } from '../plan/physical-plan.ts'
import { planPushQuery } from '../plan/queries/push-query.ts'
import type { TestDriver, TopicRecord } from '../runtime/task/test-driver.ts'
import { formatName } from '../sql/format-names.ts'
import { parseStatements } from '../sql/parse.ts'
import type { Process } from '../types/record.ts'
import { type Column, ROWTIME } from '../types/schema.ts'
import { BIGINT } from '../types/sql-type.ts'
import type { Row, Value } from '../types/value.ts'

/** A record as assertions see it. */
export interface ReadRow {
  /** Values of `RowReader.columns`; a tombstone has its key and ROWTIME, and NULL elsewhere. */
  readonly values: Row
  readonly isTombstone: boolean
}

export interface RowReader {
  /** Key columns, the bounds of the window, value columns, and ROWTIME. */
  readonly columns: readonly Column[]
  /** Names of the columns that tell rows of a table apart. */
  readonly keyColumns: readonly string[]
  /** Null: the record holds no row, such as one that cannot be read. */
  read(record: TopicRecord): ReadRow | null
}

/** Runs a plan and hands its rows to the subscriber. */
export type MakeReadingDriver = (plan: PhysicalPlan, subscriber: Process) => TestDriver

export function rowReader(source: DataSource, context: PlanContext, makeDriver: MakeReadingDriver): RowReader {
  const { schema, window, topic } = source
  const bounds: Column[] = window === null ? [] : ['WINDOWSTART', 'WINDOWEND'].map((name) => ({ name, type: BIGINT }))
  const columns = [...schema.key, ...bounds, ...schema.value, ...schema.headers]
  const keyColumns = [...schema.key, ...bounds].map(({ name }) => name)
  const plan = planRead(source, columns, context)
  let read: ReadRow | null = null
  const driver = makeDriver(plan, ({ key, value, window: bounded, timestamp }) => {
    if (value !== null) read = { values: [...value, timestamp], isTombstone: false }
    else read = tombstone([...(key ?? []), ...(bounded === null ? [] : [bounded.start, bounded.end])], timestamp)
  })
  const tombstone = (key: readonly Value[], timestamp: number): ReadRow => ({
    values: [...columns.map((_, i) => key[i] ?? null), timestamp],
    isTombstone: true,
  })
  return {
    columns: [...columns, { name: ROWTIME, type: BIGINT }],
    keyColumns,
    read(record) {
      read = null
      driver.pipe(topic, record)
      return read
    },
  }
}

function planRead({ name }: DataSource, columns: readonly Column[], context: PlanContext): PhysicalPlan {
  const names = columns.map((column) => formatName(column.name)).join(', ')
  const [statement] = parseStatements(`SELECT ${names} FROM ${formatName(name)} EMIT CHANGES;`)
  if (statement?.kind !== 'query') throw new StatementError(`${name} cannot be read.`)
  return planPushQuery(statement.query, () => `assert_${name}`, context).plan
}
