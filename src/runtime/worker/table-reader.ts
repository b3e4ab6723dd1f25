/** Pull queries at the stores: looks rows up or scans them, makes the table's rows of them, filters and projects, all where they are. */
import type { Timer } from '../../clock.ts'
import { areBounded } from '../../expressions/bounds.ts'
import type { FunctionDefinition } from '../../functions/definition.ts'
import type { FunctionRegistry } from '../../functions/registry.ts'
import { NO_CALLER } from '../../functions/user-functions.ts'
import { compilePredicate, compileRow } from '../../operators/evaluate.ts'
import { expressionsOf } from '../../operators/expressions-of.ts'
import type { OperatorContext } from '../../operators/operator-context.ts'
import type { StepId, StepSchema } from '../../operators/step.ts'
import type { PhysicalPlan } from '../../plan/physical-plan.ts'
import type { SubTopology } from '../../plan/topology.ts'
import type { KeyRange, StateStore, StoreDeclaration, StoredRow, StoreKey } from '../../state/store.ts'
import type { Window } from '../../types/record.ts'
import type { Row } from '../../types/value.ts'
import type { ReportError } from '../processing-error.ts'
import type { PullForm, PullRequest } from '../query-runtime.ts'
import type { RequestTime } from '../request-time.ts'
import type { TaskStores } from '../stores/task-stores.ts'
import { type TableView, tableStore, tableView, type ViewOptions, viewContext } from './table-view.ts'

type ReadStores = Pick<TaskStores, 'store' | 'index'>

type Entry = readonly [key: StoreKey, window: Window | null, stored: StoredRow]

/** A piece ends when it has that many rows. */
const BATCH_ROWS = 512
/** A piece of a scan ends after that many entries, or when the clock, which is looked at now and then, says so. */
const PIECE_ENTRIES = 4096
const PIECE_MS = 10
const LOOK_EVERY = 64
/** Limit for each partition; a table may have millions of rows that fail. */
const MAX_REPORTED_ERRORS = 1000

/** What pull queries of one form have in common: they differ in the rows that they look up. */
export interface TableReader {
  /** Whether reading may take much longer than looking up the rows: an expression of the request or of the table's plan has bounds. */
  readonly mayTakeLong: boolean
  /**
   * Reads the query's table from the stores of a task, piece by piece: nothing if the table is not in that sub-topology. A piece has
   * `BATCH_ROWS` rows, those of its last entry beyond, or fewer, perhaps none, and takes some milliseconds. Between pieces the table may change: each key is shown at most once, as it
   * is when its piece is read. Sessions, and what an index finds, are collected with the first piece. An expression that fails is NULL, or no
   * match, and is reported. Throws a BudgetError once the time of the request is up.
   */
  read(place: TablePlace, request: PullRequest, run: TableRun): TablePieces
}

/** Pieces of a table; the last one is what the generator returns. */
export type TablePieces = Generator<readonly Row[], readonly Row[]>

/** The stores of a task of the query. */
export interface TablePlace {
  readonly topology: SubTopology
  readonly stores: ReadStores
}

/** What belongs to one request alone. */
export interface TableRun {
  readonly reportError: ReportError
  readonly time: RequestTime
  readonly timer: Pick<Timer, 'elapsed'>
}

/** A reader for requests with this predicate, columns and limit. Throws an Error if the plan keeps no table. */
export function tableReader(
  plan: PhysicalPlan,
  schemas: ReadonlyMap<StepId, StepSchema>,
  form: PullForm,
  options: ViewOptions,
): TableReader {
  // A piece is read synchronously, so that one request at a time reports its errors.
  let errors = new LimitedReports(() => {})
  const contextOf = (step: StepId, own: readonly FunctionDefinition[] = []) =>
    viewContext({ ...options, functions: options.functions.withUsers(own, NO_CALLER) }, (message, cause) =>
      errors.report(step, message, cause),
    )
  const view = tableView(plan, schemas, (step) => contextOf(step, plan.functions))
  const select = rowSelector(form, (step) => contextOf(step, form.functions))
  return {
    mayTakeLong: mayTakeLong(plan, form, options.functions),
    *read({ topology, stores }, request, { reportError, time, timer }) {
      const spec = tableStore(topology, plan, schemas)
      if (spec === null) return []
      const reports = new LimitedReports(reportError)
      errors = reports
      const piece = new Piece(timer)
      let rows: Row[] = []
      let left = form.limit ?? Number.POSITIVE_INFINITY
      const isWanted = view.isListed ? keyFilter(request, view) : null
      for (const [storeKey, window, stored] of entriesOf(stores, spec, request, view)) {
        for (const found of view.rows(storeKey, window, stored)) {
          if (isWanted !== null && !isWanted(found)) continue
          const row = select(found)
          time.refuseOver()
          if (row !== null && left-- > 0) rows.push(row)
        }
        if (left <= 0) break
        if (rows.length < BATCH_ROWS && !piece.isOver()) continue
        yield rows
        errors = reports
        rows = []
        piece.begin()
      }
      reports.finish()
      return rows
    },
  }
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

/** How much of a scan is read at once. */
class Piece {
  readonly #timer: Pick<Timer, 'elapsed'>
  #entries = 0
  /** Null: the clock has not been looked at yet, as most pieces are short. */
  #startedAt: number | null = null

  constructor(timer: Pick<Timer, 'elapsed'>) {
    this.#timer = timer
  }

  begin(): void {
    this.#entries = 0
    this.#startedAt = null
  }

  /** To be called after each entry. */
  isOver(): boolean {
    if (++this.#entries % LOOK_EVERY !== 0) return false
    const now = this.#timer.elapsed()
    this.#startedAt ??= now
    return this.#entries >= PIECE_ENTRIES || now - this.#startedAt >= PIECE_MS
  }
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

/** Whether a row of an entry that holds several is one that is looked up; null: all are. */
function keyFilter({ keys }: PullRequest, { keys: { encode }, schema }: TableView): ((row: Row) => boolean) | null {
  if (keys === null) return null
  const wanted = new Set(keys.map(encode))
  const { length } = schema.key
  return (row) => wanted.has(encode(row.slice(0, length)))
}

function* entriesOf(
  stores: ReadStores,
  spec: StoreDeclaration,
  request: PullRequest,
  { entryKey, isListed, schema }: TableView,
): Iterable<Entry> {
  const { index: wanted = null } = request
  const index = wanted === null ? null : stores.index(spec, wanted.name)
  if (index !== null) {
    // Nothing may change while they are read.
    for (const [key, stored] of [...index.rows(wanted!.ranges)]) yield [key, null, stored]
    return
  }
  const store = stores.store(spec)
  const all = request.keys?.map(entryKey) ?? null
  const keys = all !== null && isListed ? [...new Set(all)] : all
  const range = keyRange(request, entryKey)
  // Sessions, and tables without windows, have none.
  const sizeMs = schema.window?.sizeMs ?? null
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
      yield* filterEntries(windowEntries(store, keys, request, sizeMs!), request, range)
      return
    case 'session':
      // A session that grows between pieces would be shown twice, or not at all.
      yield* [...filterEntries(sessionEntries(store, keys), request, range)]
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

function keyRange({ keyRange: range }: PullRequest, encode: TableView['entryKey']): KeyRange | null {
  if (range === null) return null
  const { from, to, fromInclusive = true, toInclusive = true } = range
  return {
    ...(from === undefined ? {} : { from: encode(from), fromInclusive }),
    ...(to === undefined ? {} : { to: encode(to), toInclusive }),
  }
}
