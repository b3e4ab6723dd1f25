/**
 * Which columns of a source go into the sink unchanged, so that their bytes can be copied. The task must do nothing but filter and project
 * between the two: a record is then written while its bytes are there.
 */
import { columnsOf } from '../../expressions/inspect.ts'
import { inputsOf } from '../../operators/inputs.ts'
import type { SinkStep, SourceStep } from '../../operators/step.ts'
import type { SubTopology } from '../../plan/topology.ts'
import { FORMATS } from '../../serde/index.ts'
import { type PassedColumns, PassedValues } from '../../serde/passed-values.ts'
import type { Column } from '../../types/schema.ts'
import { formatType } from '../../types/sql-type.ts'

/** The passed values of a task, and the slot of each column of its source and of its sink; -1: the column is decoded. */
export interface TaskPassage {
  readonly values: PassedValues
  readonly sourceSlots: readonly number[]
  /** Columns of the source that some expression reads: they are decoded, too. */
  readonly read: ReadonlySet<number>
  readonly sink: PassedColumns
}

/** Null: nothing can be passed. */
export function taskPassage({ reads, steps }: SubTopology): TaskPassage | null {
  const [source] = reads
  if (reads.length !== 1 || source?.kind !== 'source' || source.sourceKind !== 'stream') return null
  const path = pathOf(source, steps)
  if (path === null) return null
  const { sink, origins, read } = path
  const format = FORMATS[source.valueFormat.format]
  if (sink.valueFormat.format !== format.name || isBare(source) || isBare(sink)) return null
  const slotOf = new Map<number, number>()
  const slots = sink.value.map((column, i): number => {
    const place = origins[i] ?? -1
    const from = source.columns[place]
    if (from?.from.part !== 'value' || !isSameType(column, from) || format.canPass?.(column.type) !== true) return -1
    if (isTime(source, from) || isTime(sink, column)) read.add(place)
    if (!slotOf.has(place)) slotOf.set(place, slotOf.size)
    return slotOf.get(place)!
  })
  if (slotOf.size === 0) return null
  const values = new PassedValues(slotOf.size)
  const sourceSlots = source.columns.map((_, place) => slotOf.get(place) ?? -1)
  return { values, sourceSlots, read, sink: { values, slots } }
}

interface Path {
  readonly sink: SinkStep
  /** For each column of the sink the source's column that it is; null: it is computed. */
  readonly origins: readonly (number | null)[]
  /** Columns of the source that some expression reads. */
  readonly read: Set<number>
}

/** The steps from a source to the sink; null if something else than filters and projections is there, or a step has several readers. */
function pathOf(source: SourceStep, steps: SubTopology['steps']): Path | null {
  const read = new Set<number>()
  let origins: readonly (number | null)[] = source.columns.map((_, place) => place)
  const note = (columns: readonly number[]) => {
    for (const column of columns) if (origins[column] != null) read.add(origins[column])
  }
  let { id } = source as { readonly id: string }
  for (let count = 0; count < steps.length; count++) {
    const [step, ...others] = steps.filter((candidate) => inputsOf(candidate).includes(id))
    if (step === undefined || others.length > 0) return null
    if (step.kind === 'sink') return count === steps.length - 1 ? { sink: step, origins, read } : null
    if (step.kind === 'filter') note(columnsOf(step.predicate))
    else if (step.kind === 'project') {
      for (const { expression } of step.columns) if (expression.kind !== 'column') note(columnsOf(expression))
      origins = step.columns.map(({ expression }) =>
        expression.kind === 'column' ? (origins[expression.index] ?? null) : null,
      )
    } else return null
    id = step.id
  }
  return null
}

/** The payload is the value of its only column. */
const isBare = ({ value, valueFormat }: SourceStep | SinkStep): boolean => value.length === 1 && valueFormat.unwrapped

const isSameType = (one: Column, other: Column): boolean => formatType(one.type) === formatType(other.type)

const isTime = ({ timestamp }: SourceStep | SinkStep, { name }: Pick<Column, 'name'>): boolean =>
  timestamp?.column === name
