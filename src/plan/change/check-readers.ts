/** Whether the queries that read a stream or table can read what a new version of it writes: their plans have its columns, and stay as they are. */
import { StatementError } from '../../errors.ts'
import type { DataSource } from '../../metastore/data-source.ts'
import type { SourceStep } from '../../operators/step.ts'
import type { FormatName } from '../../serde/format.ts'
import { type Column, formatColumn } from '../../types/schema.ts'
import { equalTypes } from '../../types/sql-type.ts'
import type { PhysicalPlan } from '../physical-plan.ts'

/** In these formats a reader finds columns by their names, so that others may come and go. */
const BY_NAME: ReadonlySet<FormatName> = new Set(['JSON', 'JSON_SR', 'AVRO'])

/** Throws StatementError that names the query which could not continue. */
export function checkReaders(readers: readonly PhysicalPlan[], source: DataSource): void {
  for (const plan of readers) {
    for (const step of readsOf(plan, source.name)) {
      const problem = problemOf(step, source.schema.value)
      if (problem !== null) throw refusal(plan, source.name, problem)
    }
  }
}

const readsOf = ({ steps }: PhysicalPlan, source: string): SourceStep[] =>
  steps.flatMap((step) => (step.kind === 'source' && step.source === source ? [step] : []))

function problemOf(step: SourceStep, next: readonly Column[]): string | null {
  const used = new Set(step.columns.flatMap(({ from }) => (from.part === 'value' ? [from.index] : [])))
  for (const [index, column] of step.value.entries()) {
    const found = next.find(({ name }) => name === column.name)
    if (found === undefined && used.has(index)) return `uses the column ${formatColumn(column)}, which goes`
    if (found !== undefined && !equalTypes(found.type, column.type))
      return `has the column ${formatColumn(column)}, which becomes ${formatColumn(found)}`
    if (found !== next[index] && !BY_NAME.has(step.valueFormat.format))
      return `finds columns of the format ${step.valueFormat.format} by their place, and ${formatColumn(column)} leaves its place`
  }
  return null
}

const refusal = ({ queryId, sink }: PhysicalPlan, source: string, problem: string): StatementError =>
  new StatementError(
    `Query ${queryId}, which reads ${source}, ${problem}. ` +
      (sink === null
        ? `Terminate it first, or keep the column.`
        : `Replace ${sink} first, so that it does without the column, or keep it here.`),
  )
