/** Pull queries at the stores: looks rows up or scans them, makes the table's rows of them, filters and projects, all where they are. */
import type { Clock } from '../../clock.ts'
import { areBounded } from '../../expressions/bounds.ts'
import type { FunctionContext } from '../../functions/declaration.ts'
import type { FunctionDefinition } from '../../functions/definition.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import { NO_CALLER } from '../../functions/user-functions.ts'
import { compilePredicate, compileRow } from '../../operators/evaluate.ts'
import { expressionsOf } from '../../operators/expressions-of.ts'
import { materializedView } from '../../operators/materialized-view.ts'
import type { OperatorContext } from '../../operators/operator-context.ts'
import type { StepId, StepSchema } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import { isOperator, type SubTopology, storesOf } from '../../plan/topology.ts'
import { FORMATS } from '../../serde/index.ts'
import { type KeyCodec, keyCodec } from '../../state/key.ts'
import type { KeyRange, StateStore, StoredRow, StoreKey } from '../../state/store.ts'
import type { Window } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { ReportError } from '../processing-error.ts'
import type { PullForm, PullRequest } from '../query-runtime.ts'
import type { RequestTime } from '../request-time.ts'
import type { TaskStores } from '../stores/task-stores.ts'

export interface TableReaderOptions {
  readonly functions: FunctionRegistry
  readonly functionContext: FunctionContext
  readonly clock: Clock
}

type ReadStores = Pick<TaskStores, 'store'>

type Entry = readonly [key: StoreKey, window: Window | null, stored: StoredRow]

const BATCH_ROWS = 512
/** Limit for each partition; a table may have millions of rows that fail. */
const MAX_REPORTED_ERRORS = 1000

/** What pull queries of one form have in common: they differ in the rows that they look up. */
export interface TableReader {
  /** Whether reading may take much longer than looking up the rows: an expression of the request or of the table's plan has bounds. */
  readonly mayTakeLong: boolean
  /**
   * Reads the query's table from the stores of a task: nothing if the table is not in that sub-topology. All rows are those of one moment, as
   * they are read before the first batch is returned. An expression that fails is NULL, or no match, and is reported. Throws a BudgetError
   * once the time of the request is up.
   */
  read(place: TablePlace, request: PullRequest, run: TableRun): Iterable<readonly Row[]>
}

/** The stores of a task of the query. */
export interface TablePlace {
  readonly topology: SubTopology
  readonly stores: ReadStores
}

/** What belongs to one request alone. */
export interface TableRun {
  readonly reportError: ReportError
  readonly time: RequestTime
}

/** A reader for requests with this predicate, columns and limit. Throws an Error if the plan keeps no table. */
export function tableReader(
  plan: PhysicalPlan,
  schemas: ReadonlyMap<StepId, StepSchema>,
  form: PullForm,
  options: TableReaderOptions,
): TableReader {
  const { materialization } = plan
  if (materialization === null) throw new Error(`Query ${plan.queryId} keeps no table that can be read.`)
  const schema = schemas.get(materialization.step)!
  const keys = keyCodec(schema.key.map(({ type }) => type))
  const storeLayout = { keys, sizeMs: schema.window?.sizeMs ?? null }
  // Reading is synchronous, so that one request at a time reports its errors.
  let errors = new LimitedReports(() => {})
  const contextOf = (step: StepId, own: readonly FunctionDefinition[] = []) =>
    pullContext({ ...options, functions: options.functions.withUsers(own, NO_CALLER) }, (message, cause) =>
      errors.report(step, message, cause),
    )
  const view = materializedView(materialization, plan.steps, contextOf(materialization.step, plan.functions))
  const asRead = readerView(plan)
  const select = rowSelector(form, (step) => contextOf(step, form.functions))
  const storeId = { step: materialization.step, name: materialization.store, schemas }
  return {
    mayTakeLong: mayTakeLong(plan, form, options.functions),
    read({ topology, stores }, request, { reportError, time }) {
      const store = openStore(topology, stores, storeId)
      if (store === null) return []
      errors = new LimitedReports(reportError)
      const rows: Row[] = []
      for (const [storeKey, window, stored] of entriesOf(store, request, storeLayout)) {
        const found = view.read(keys.decode(storeKey), window, stored)
        const row = found === null ? null : select(layout(found.key, window, asRead(found.value), stored.timestamp))
        time.refuseOver()
        if (row !== null && rows.push(row) === form.limit) break
      }
      errors.finish()
      return inBatches(rows)
    },
  }
}

/** The values of a table are those that readers of its topic have, also where its format cannot tell NULL from other values. */
function readerView({ steps }: PhysicalPlan): (value: Row) => Row {
  const sink = steps.find((step) => step.kind === 'sink')
  const format = sink === undefined ? undefined : FORMATS[sink.valueFormat.format]
  return format?.asRead?.(sink!.value, sink!.valueFormat) ?? ((value) => value)
}

function mayTakeLong(
  { steps, materialization, functions: kept = [] }: PhysicalPlan,
  { columns, predicate, functions: own = [] }: PullForm,
  functions: FunctionRegistry,
): boolean {
  // A user-defined function may take as long as it is allowed to.
  if (kept.length > 0 || own.length > 0) return true
  const stages = steps.filter(({ id }) => materialization?.stages.includes(id)).flatMap(expressionsOf)
  const selected = columns.map(({ expression }) => expression)
  return areBounded([...stages, ...selected, ...(predicate === null ? [] : [predicate])], functions)
}

const layout = (key: Row, window: Window | null, value: Row, timestamp: number): Row =>
  window === null ? [...key, ...value, timestamp] : [...key, window.start, window.end, ...value, timestamp]

/** The answer's row, or null if the predicate does not hold. */
function rowSelector(
  { predicate, columns }: PullForm,
  contextOf: (step: StepId) => OperatorContext,
): (row: Row) => Row | null {
  const toRow = compileRow(columns, contextOf('Project'))
  if (predicate === null) return toRow
  const matches = compilePredicate({ predicate, text: 'of the pull query' }, contextOf('WhereFilter'))
  return (row) => (matches(row) ? toRow(row) : null)
}

/** Reports the first errors one by one, and how many there were beyond. */
class LimitedReports {
  readonly #report: ReportError
  #count = 0

  constructor(report: ReportError) {
    this.#report = report
  }

  report(step: StepId, message: string, cause: unknown): void {
    if (++this.#count > MAX_REPORTED_ERRORS) return
    this.#send(step, message, cause instanceof Error ? [cause.message] : [])
  }

  /** At the end of a partition; the next one has reports of its own. */
  finish(): void {
    const surplus = this.#count - MAX_REPORTED_ERRORS
    this.#count = 0
    if (surplus > 0) this.#send('Project', `${surplus} more errors of the pull query were not logged.`, [])
  }

  #send(step: StepId, message: string, causes: readonly string[]): void {
    this.#report({ type: 'processing', step, message, causes, position: null, target: null })
  }
}

function openStore(
  { steps }: SubTopology,
  stores: ReadStores,
  { step: id, name, schemas }: { step: StepId; name: string; schemas: ReadonlyMap<StepId, StepSchema> },
): StateStore | null {
  const step = steps.find((candidate) => candidate.id === id)
  if (step === undefined || !isOperator(step)) return null
  const spec = storesOf(step, schemas).find((candidate) => candidate.name === name)
  return spec === undefined ? null : stores.store(spec)
}

interface StoreLayout {
  readonly keys: KeyCodec
  /** Size of time windows; null for sessions and for tables without windows. */
  readonly sizeMs: number | null
}

function* entriesOf(store: StateStore, request: PullRequest, layout: StoreLayout): Iterable<Entry> {
  const keys = request.keys?.map(layout.keys.encode) ?? null
  const range = keyRange(request, layout.keys)
  switch (store.kind) {
    case 'keyValue':
      if (keys === null) {
        for (const [key, stored] of store.entries(range ?? undefined)) yield [key, null, stored]
        return
      }
      for (const key of keys) {
        const stored = store.get(key)
        if (stored !== undefined) yield [key, null, stored]
      }
      return
    case 'window':
      yield* filterEntries(windowEntries(store, keys, request, layout.sizeMs!), request, range)
      return
    case 'session':
      yield* filterEntries(sessionEntries(store, keys), request, range)
      return
    case 'joinBuffer':
      throw new Error('The buffer of a join is no table.')
  }
}

type WindowStore = Extract<StateStore, { kind: 'window' }>
type SessionStore = Extract<StateStore, { kind: 'session' }>

function* windowEntries(
  store: WindowStore,
  keys: readonly StoreKey[] | null,
  { windowStart, windowEnd }: PullRequest,
  sizeMs: number,
): Iterable<Entry> {
  const from = Math.max(windowStart?.from ?? 0, (windowEnd?.from ?? 0) - sizeMs)
  const to = Math.min(windowStart?.to ?? Number.MAX_SAFE_INTEGER, (windowEnd?.to ?? Number.MAX_SAFE_INTEGER) - sizeMs)
  if (keys === null) {
    for (const [key, start, stored] of store.fetchAll(from, to)) yield [key, { start, end: start + sizeMs }, stored]
    return
  }
  for (const key of keys)
    for (const [start, stored] of store.fetch(key, from, to)) yield [key, { start, end: start + sizeMs }, stored]
}

function* sessionEntries(store: SessionStore, keys: readonly StoreKey[] | null): Iterable<Entry> {
  if (keys === null) {
    for (const [key, { start, end, value }] of store.all()) yield [key, { start, end }, value]
    return
  }
  for (const key of keys)
    for (const { start, end, value } of store.find(key, 0, Number.MAX_SAFE_INTEGER)) yield [key, { start, end }, value]
}

function* filterEntries(
  entries: Iterable<Entry>,
  { windowStart, windowEnd }: PullRequest,
  range: KeyRange | null,
): Iterable<Entry> {
  for (const entry of entries) {
    const [key, window] = entry
    if (isWithin(window!.start, windowStart) && isWithin(window!.end, windowEnd) && isInRange(key, range)) yield entry
  }
}

const isWithin = (time: number, bounds: PullRequest['windowStart']): boolean =>
  bounds === null || (time >= bounds.from && time <= bounds.to)

function isInRange(key: StoreKey, range: KeyRange | null): boolean {
  if (range === null) return true
  const { from, to, fromInclusive = true, toInclusive = true } = range
  if (from !== undefined && (key < from || (key === from && !fromInclusive))) return false
  return to === undefined || key < to || (key === to && toInclusive)
}

function keyRange({ keyRange: range }: PullRequest, { encode }: KeyCodec): KeyRange | null {
  if (range === null) return null
  const { from, to, fromInclusive = true, toInclusive = true } = range
  return {
    ...(from === undefined ? {} : { from: encode(from), fromInclusive }),
    ...(to === undefined ? {} : { to: encode(to), toInclusive }),
  }
}

function inBatches(rows: readonly Row[]): Iterable<readonly Row[]> {
  return rows.length <= BATCH_ROWS ? (rows.length === 0 ? [] : [rows]) : slices(rows)
}

function* slices(rows: readonly Row[]): Iterable<readonly Row[]> {
  for (let start = 0; start < rows.length; start += BATCH_ROWS) yield rows.slice(start, start + BATCH_ROWS)
}

const pullContext = (
  { functions, functionContext, clock }: TableReaderOptions,
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
    throw new Error('A pull query opens no store.')
  },
  reportError,
  reportLate: () => {},
  oldValues: false,
  coalesces: false,
  postpone: () => {
    throw new Error('A pull query leaves no work.')
  },
  config: () => undefined,
})
