/** The rows of a query's table as pull queries and indexes see them: made of the entries of its store. */
import type { Clock } from '../../clock.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import { materializedView } from '../../operators/materialized-view.ts'
import type { OperatorContext } from '../../operators/operator-context.ts'
import type { StepId, StepSchema } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { isOperator, type SubTopology, storesOf } from '../../plan/topology.ts'
import { FORMATS } from '../../serde/index.ts'
import { type KeyCodec, keyCodec, textCodec } from '../../state/key.ts'
import type { StoreDeclaration, StoredRow, StoreKey } from '../../state/store.ts'
import type { Window } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'

export interface ViewOptions {
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
}

export interface TableView {
  readonly schema: StepSchema
  readonly keys: KeyCodec
  /** Whether an entry of the store may hold several rows. */
  readonly isListed: boolean
  /** The key of the store's entry that has the row of that key. In the order of the keys. */
  readonly entryKey: (key: Row) => StoreKey
  /** The rows of an entry: [key columns, WINDOWSTART and WINDOWEND if windowed, value columns, ROWTIME]. HAVING leaves some out. */
  readonly rows: (key: StoreKey, window: Window | null, stored: StoredRow) => readonly Row[]
}

const NO_ROWS: readonly Row[] = []

/** `contextOf`: called with the step that owns the store. Throws an Error if the plan keeps no table. */
export function tableView(
  plan: PhysicalPlan,
  schemas: ReadonlyMap<StepId, StepSchema>,
  contextOf: (step: StepId) => OperatorContext,
): TableView {
  const { materialization } = plan
  if (materialization === null) throw new Error(`Query ${plan.queryId} keeps no table that can be read.`)
  const schema = schemas.get(materialization.step)!
  const keys = keyCodec(schema.key.map(({ type }) => type))
  const { list, read } = materializedView(materialization, plan.steps, schema, contextOf(materialization.step))
  const asRead = readerView(plan)
  const rowsOf = (key: Row, window: Window | null, row: Row, timestamp: number): readonly Row[] => {
    const found = read(key, window, row)
    return found === null ? NO_ROWS : [layout(found.key, window, asRead(found.value), timestamp)]
  }
  const entryKeys = list === null ? keys : textCodec(list.entryTypes)
  return {
    schema,
    keys,
    isListed: list !== null,
    entryKey: entryKeys.encode,
    rows(storeKey, window, { row, timestamp }) {
      if (list === null) return rowsOf(keys.decode(storeKey), window, row, timestamp)
      return list.rowsOf(row).flatMap((one) => rowsOf(one.key, window, one.row, timestamp))
    },
  }
}

/** The store that a query's table is kept in; null: it is in another sub-topology. */
export function tableStore(
  { steps }: SubTopology,
  { materialization }: PhysicalPlan,
  schemas: ReadonlyMap<StepId, StepSchema>,
): StoreDeclaration | null {
  const step = steps.find(({ id }) => id === materialization?.step)
  if (step === undefined || !isOperator(step)) return null
  return storesOf(step, schemas).find(({ name }) => name === materialization!.store) ?? null
}

/** The values of a table are those that readers of its topic have, also where its format cannot tell NULL from other values. */
function readerView({ steps }: PhysicalPlan): (value: Row) => Row {
  const sink = steps.find((step) => step.kind === 'sink')
  const format = sink === undefined ? undefined : FORMATS[sink.valueFormat.format]
  return format?.asRead?.(sink!.value, sink!.valueFormat) ?? ((value) => value)
}

const layout = (key: Row, window: Window | null, value: Row, timestamp: number): Row =>
  window === null ? [...key, ...value, timestamp] : [...key, window.start, window.end, ...value, timestamp]

/** What the expressions of a view run in: they are pure. */
export const viewContext = (
  { functions, functionContext, clock }: ViewOptions,
  reportError: OperatorContext['reportError'],
): OperatorContext => ({
  functions,
  functionContext,
  clock,
  partition: 0,
  streamTime: () => -1,
  watermark: null,
  idleMs: () => 0,
  noteChange: () => {},
  store: () => {
    throw new Error('The view of a table opens no store.')
  },
  reportError,
  reportLate: () => {},
  oldValues: false,
  coalesces: false,
  wanted: new Set(),
  screen: null,
  postpone: () => {
    throw new Error('The view of a table leaves no work.')
  },
  config: () => undefined,
})
