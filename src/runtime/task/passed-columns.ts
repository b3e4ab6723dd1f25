/**
 * Which columns of a source go unchanged into what the task writes, so that their bytes can be copied: into a sink of the same format, or, texts only, into an
 * internal topic. The task must do nothing but filter, project and give keys between the two: a record is then written while its bytes are there.
 */
import { columnsOf } from '../../expressions/inspect.ts'
import { inputsOf } from '../../operators/inputs.ts'
import type { RepartitionStep, SinkStep, SourceStep } from '../../operators/step.ts'
import type { SubTopology } from '../../plan/topology.ts'
import type { Format } from '../../serde/format.ts'
import { FORMATS } from '../../serde/index.ts'
import { type PassedColumns, PassedValues } from '../../serde/passed-values.ts'
import type { Column } from '../../types/schema.ts'
import { formatType } from '../../types/sql-type.ts'

/** The passed values of a task, and the slot of each column of its source and of what it writes; -1: the column is decoded. */
export interface TaskPassage {
  readonly values: PassedValues
  readonly sourceSlots: readonly number[]
  /** Columns of the source that some expression reads: they are decoded, too. */
  readonly read: ReadonlySet<number>
  readonly target: PassedColumns
  /** Bytes before and behind the UTF-8 of a passed text. */
  readonly textMargin: number
}

/** Null: nothing can be passed. */
export function taskPassage({ reads, steps }: SubTopology): TaskPassage | null {
  const [source] = reads
  if (reads.length !== 1 || source?.kind !== 'source' || source.sourceKind !== 'stream' || isBare(source)) return null
  const path = pathOf(source, steps)
  const format = FORMATS[source.valueFormat.format]
  const passes = path === null ? null : passesInto(path.target, format)
  if (path === null || passes === null) return null
  const { target, origins, read } = path
  const slotOf = new Map<number, number>()
  const slots = origins.map((origin, i): number => {
    const place = origin ?? -1
    const from = source.columns[place]
    if (from?.from.part !== 'value' || !passes(from, i)) return -1
    const isTime =
      isTimeOf(source, source.value[from.from.index]!) || (target.kind === 'sink' && isTimeOf(target, target.value[i]!))
    if (isTime) read.add(place)
    if (!slotOf.has(place)) slotOf.set(place, slotOf.size)
    return slotOf.get(place)!
  })
  if (slotOf.size === 0) return null
  const values = new PassedValues(slotOf.size)
  const sourceSlots = source.columns.map((_, place) => slotOf.get(place) ?? -1)
  return { values, sourceSlots, read, target: { values, slots }, textMargin: format.passedTextMargin ?? 0 }
}

/** Whether a column of the source can be copied into column `i` of what the task writes; null: none can. */
function passesInto(target: SinkStep | RepartitionStep, format: Format): ((from: Column, i: number) => boolean) | null {
  if (target.kind === 'repartition') {
    // Rows of internal topics have their texts as UTF-8.
    if (format.passedTextMargin === undefined || target.payload !== 'value' || target.partitionColumn !== undefined)
      return null
    return ({ type }) => type.kind === 'STRING' && format.canPass?.(type) === true
  }
  if (target.valueFormat.format !== format.name || isBare(target)) return null
  return (from, i) => isSameType(target.value[i]!, from) && format.canPass?.(from.type) === true
}

interface Path {
  readonly target: SinkStep | RepartitionStep
  /** For each column of what is written the source's column that it is; null: it is computed. */
  readonly origins: readonly (number | null)[]
  /** Columns of the source that some expression reads. */
  readonly read: Set<number>
}

/** The steps from a source to what the task writes; null if something else than filters, projections and new keys is there, or a step has several readers. */
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
    switch (step.kind) {
      case 'sink':
      case 'repartition':
        return count === steps.length - 1 ? { target: step, origins, read } : null
      case 'filter':
        note(columnsOf(step.predicate))
        break
      case 'changeKey':
      case 'selectKey':
      case 'groupBy':
        for (const { expression } of step.key) note(columnsOf(expression))
        break
      case 'earlyLimit':
        note(step.order.map(({ index }) => index))
        break
      case 'project':
        for (const { expression } of step.columns) if (expression.kind !== 'column') note(columnsOf(expression))
        origins = step.columns.map(({ expression }) =>
          expression.kind === 'column' ? (origins[expression.index] ?? null) : null,
        )
        break
      default:
        return null
    }
    id = step.id
  }
  return null
}

/** The payload is the value of its only column. */
const isBare = ({ value, valueFormat }: SourceStep | SinkStep): boolean => value.length === 1 && valueFormat.unwrapped

const isSameType = (one: Column, other: Column): boolean => formatType(one.type) === formatType(other.type)

/** `column`: as the topic names it. */
const isTimeOf = ({ timestamp }: SourceStep | SinkStep, { name }: Pick<Column, 'name'>): boolean =>
  timestamp?.column === name
